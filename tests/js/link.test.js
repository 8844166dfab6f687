import assert from "node:assert/strict"
import {test} from "node:test"
import "./page.js"
import {frameOf, Link} from "../../medrnn/ui/components/viewer/link.js"

const A = {group: "g", unit: "HU", start_mm: 0, step_mm: 4}, B = {group: "g", unit: "HU", start_mm: -10, step_mm: 2}

test("frames are matched by their place in mm", () => {
  const a = {...A, total: 12}, b = {...B, total: 24}
  assert.equal(frameOf(6, a, b), 17)                       // 24 mm: (24 + 10) / 2
  assert.equal(frameOf(11, b, a), 3)                       // 12 mm: 12 / 4
  assert.equal(frameOf(0, b, a), 0)                        // -10 mm lies before the first
  assert.equal(frameOf(11, a, b), 23)                      // 44 mm lies after the last, 36 mm
})

test("stacks that run the other way", () => {
  assert.equal(frameOf(1, {start_mm: 0, step_mm: 5, total: 9}, {start_mm: 40, step_mm: -5, total: 9}), 7)
})

test("without mm the share of the stack counts", () => {
  assert.equal(frameOf(5, {total: 11}, {total: 21}), 10)
  assert.equal(frameOf(0, {total: 1}, {total: 21}), 0)
})

function viewOf(link, change = {}) {                       // what a viewer offers
  const view = {link, digest: "d", isOpen: true, total: 5, state: {zoom: 1, x: .5, y: .5, frame: 0, total: 5, center: 1, width: 2, voi: "LINEAR"}, took: [],
    take(state, isSameUnit) { view.took.push([state, isSameUnit]); Object.assign(view.state, {zoom: state.zoom, frame: state.frame}) }, ...change}
  return view
}

function pair(one, two) {
  const links = [new Link(one), new Link(two)]
  links.forEach(link => { link.join(); link.tell() })
  return links
}

test("what changed is told once, and what was heard is not told back", () => {
  const [one, two] = [viewOf(A), viewOf(A)], [a, b] = pair(one, two)
  assert.deepEqual([one.took, two.took], [[], []])         // a first picture is no news
  one.state.frame = 3
  a.tell(); a.tell(); b.tell()
  assert.deepEqual([one.took.length, two.took.length], [0, 1])
  assert.equal(two.took[0][0].frame, 3)
  assert.equal(two.took[0][1], true)
  a.leave(); b.leave()
})

test("the window goes along only where both have the same unit", () => {
  for (const [mine, yours, isSame] of [["HU", "HU", true], ["HU", "PET", false], [null, null, false]]) {
    const [one, two] = [viewOf({...A, unit: mine}), viewOf({...A, unit: yours})], links = pair(one, two)
    one.state.zoom = 2; links[0].tell()
    assert.equal(two.took[0][1], isSame)
    links.forEach(link => link.leave())
  }
})

test("another group, a view whose image has not come, and one that has left hear nothing", () => {
  for (const other of [viewOf({...A, group: "h"}), viewOf(null), viewOf(A, {isOpen: false})]) {
    const one = viewOf(A), links = pair(one, other)
    one.state.zoom = 2; links[0].tell()
    assert.deepEqual(other.took, [])
    links.forEach(link => link.leave())
  }
  const [one, two] = [viewOf(A), viewOf(A)], [a, b] = pair(one, two)
  b.leave(); one.state.zoom = 2; a.tell(); a.leave()
  assert.deepEqual(two.took, [])
})

test("another image begins in silence", () => {
  const [one, two] = [viewOf(A), viewOf(A)], [a, b] = pair(one, two)
  one.digest = "other"; one.state.frame = 4; a.tell()
  assert.deepEqual(two.took, [])
  a.leave(); b.leave()
})
