import assert from "node:assert/strict"
import {test} from "node:test"
import {arrowsOf} from "../../medrnn/ui/components/viewer/sweep.js"

test("along the rows every line has an arrow from the middle of its first place to that of its last", () => {
  const found = arrowsOf([10, 20, 400, 80], {axis: "rows", grid: [4, 8]})
  assert.equal(found.length, 4)
  assert.deepEqual(found[0], [[35, 30], [385, 30]])
  assert.deepEqual(found[3], [[35, 90], [385, 90]])
})

test("along the columns likewise, from the top", () => {
  const found = arrowsOf([10, 20, 160, 80], {axis: "columns", grid: [4, 8]})
  assert.equal(found.length, 8)
  assert.deepEqual(found[0], [[20, 30], [20, 90]])
})

test("arrows stand apart where a map has many lines, and there is always one", () => {
  const heights = arrowsOf([0, 0, 128, 128], {axis: "rows", grid: [64, 64]}).map(([[, y]]) => y)
  assert.ok(heights.every((y, k) => k === 0 || y - heights[k - 1] >= 14))
  assert.equal(arrowsOf([0, 0, 6, 6], {axis: "columns", grid: [3, 3]}).length, 1)
})
