import assert from "node:assert/strict"
import {test} from "node:test"
import {letters} from "./page.js"
import {Plates} from "../../medrnn/ui/components/viewer/plates.js"

const doMeet = ([x, y, w, h], [a, b, c, d]) => x < a + c && a < x + w && y < b + d && b < y + h

test("words go to the first place that is free, and never over each other", () => {
  const plates = new Plates(letters, 400, 300)
  for (let k = 0; k < 6; k++) plates.put(["words", "below"], [[16, 30], [200, 30]])
  assert.equal(plates.taken.length, 12)
  assert.deepEqual(plates.taken[0].slice(0, 2), [12, 30 - .72 * 18])
  for (const [k, one] of plates.taken.entries()) for (const other of plates.taken.slice(k + 1)) assert.ok(!doMeet(one, other), `${one} over ${other}`)
})

test("words at the edge are moved inside", () => {
  const plates = new Plates(letters, 400, 300)
  plates.put(["twelve words"], [[390, 299]])
  const [x, y, w, h] = plates.taken[0]
  assert.ok(x >= 0 && y >= 0 && x + w <= 400 && y + h <= 300)
})

test("where there is no room nothing is written", () => {
  const plates = new Plates(letters, 100, 40)
  plates.take([0, 0, 100, 40])
  plates.put(["words"], [[16, 20]])
  assert.equal(plates.taken.length, 1)
})
