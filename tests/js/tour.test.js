import assert from "node:assert/strict"
import {beforeEach, test} from "node:test"
import {end, isAsked, isDone, keep, placeOf} from "../../medrnn/ui/components/tour/memory.js"

const box = () => {
  const kept = new Map()
  return {getItem: name => kept.get(name) ?? null, setItem: (name, text) => kept.set(name, text)}
}

beforeEach(() => { globalThis.localStorage = box(); globalThis.sessionStorage = box() })

test("a first visit begins at the first stop and goes on where it was", () => {
  assert.equal(placeOf(7), 0)
  keep(3)
  assert.equal(placeOf(7), 3)
})

test("an ended tour is over for good, and a place that is none is the first", () => {
  for (const wrong of ["9", "-2", "x"]) { keep(wrong); assert.equal(placeOf(7), 0) }
  end()
  assert.ok(isDone())
  assert.equal(placeOf(7), -1)
})

test("each wish for the tour counts once, on every page of the tab", () => {
  assert.equal(isAsked(0), false)
  assert.equal(isAsked(1), true)
  assert.equal(isAsked(1), false)
  assert.equal(isAsked(2), true)
  assert.equal(isAsked(0), false)                          // another visit of the same tab
  assert.equal(isAsked(1), true)
})

test("where nothing may be stored the tour begins again, without an error", () => {
  globalThis.localStorage = {getItem() { throw new Error("forbidden") }, setItem() { throw new Error("forbidden") }}
  keep(2); end()
  assert.equal(placeOf(7), 0)
})
