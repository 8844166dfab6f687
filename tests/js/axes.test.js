import assert from "node:assert/strict"
import {test} from "node:test"
import {page} from "./page.js"
import {last, limits, said, scales, spread, tick, ticks} from "../../medrnn/ui/components/curves/axes.js"
import {near} from "./near.js"

test("ticks are round numbers within the limits", () => {
  assert.deepEqual(ticks(0, 1, 5), [0, .2, .4, .6, .8, 1])
  assert.deepEqual(ticks(.5, 1.02, 5), [.6, .8, 1])        // 0.104 a tick: the next round one is 0.2
  assert.deepEqual(ticks(0, 17, 4), [0, 5, 10, 15])
  assert.deepEqual(ticks(-1, 1, 4), [-1, -.5, 0, .5, 1])
  assert.deepEqual(ticks(120, 980, 3), [500])
  assert.deepEqual(ticks(0, 3e-4, 3), [0, 1e-4, 2e-4, 3e-4])
})

test("ticks of an axis without length do not go on for ever", () => {
  assert.deepEqual(ticks(3, 3, 5), [3])
})

const series = [{x: [0, 1, 2, 3], y: [.9, .7, null, .2]}, {x: [0, 4], y: [1.5, .1]}]

test("loss begins at 0 and leaves room above, over all steps or those in view", () => {
  near(Object.values(limits(series, "loss", null)), [0, 4, 0, 1.575])
  near(Object.values(limits(series, "loss", [1, 3])), [1, 3, 0, .735])
  near(Object.values(limits([], "loss", null)), [0, 1, 0, .105])
})

test("accuracy ends at 1 and begins at the tenth below its lowest point, at most at a half", () => {
  near(Object.values(limits([{x: [0, 10], y: [.62, .97]}], "accuracy", null)), [0, 10, .4, 1.02])
  near(Object.values(limits([{x: [0, 10], y: [.28, .97]}], "accuracy", null)), [0, 10, .2, 1.02])
})

test("values go to pixels and back, also at the presentation size", () => {
  for (const [fontPx, by] of [[15, 1], [30, 2]]) {
    page.fontPx = fontPx
    const {px, py, x} = scales({x0: 10, x1: 20, y0: 0, y1: 1}, 500, 240)
    near([px(10), px(20), py(0), py(1)], [46 * by, 488, 240 - 36 * by, 10])
    near(x(px(13)), 13)
    near([x(-50), x(900)], [10, 20])                       // beside the axes: its ends
  }
  page.fontPx = 15
})

test("the last point that there is", () => {
  assert.equal(last({y: [1, 2, null]}), 1)
  assert.equal(last({y: [null]}), -1)
})

test("a learning rate and a gradient begin at 0 and fill their axis", () => {
  near(Object.values(limits([{x: [0, 10], y: [1e-4, 2e-3]}], "rate", null)), [0, 10, 0, 2.1e-3])
  near(Object.values(limits([{x: [0, 10], y: [0, 0]}], "gradient", null)), [0, 10, 0, 1.05])
})

test("values are written with the digits that matter", () => {
  assert.deepEqual([.5, 0, 12.3456, 1234.5, .00205, -.5].map(said), ["0.500", "0.000", "12.346", "1235", "2.1e-3", "-0.500"])
})

test("what stands at an axis is short enough for its edge", () => {
  assert.deepEqual([0, .5, .002, 3e-4, 1e-7, 1500, -2e-4].map(tick), ["0", "0.5", "0.002", "3e-4", "1e-7", "1500", "-2e-4"])
})

test("labels keep their distance, their order and the picture's edges, however many lines end at one place", () => {
  for (const wanted of [[100], [50, 52, 51], [10, 10, 10, 10, 10], [228, 229, 230, 231], [0, 240, 0, 240], Array(17).fill(30)]) {
    const at = spread(wanted, 14, 22, 204), sorted = [...at].sort((a, b) => a - b)
    const gap = Math.min(14, 182 / Math.max(1, wanted.length - 1))
    for (let k = 1; k < sorted.length; k++) assert.ok(sorted[k] - sorted[k - 1] >= gap - 1e-9, String(at))
    assert.ok(sorted[0] >= 22 - 1e-9 && sorted.at(-1) <= 204 + 1e-9, String(at))
    wanted.forEach((a, i) => wanted.forEach((b, j) => { if (a < b) assert.ok(at[i] < at[j]) }))
  }
  assert.deepEqual(spread([100, 50], 14, 22, 204), [100, 50])
  assert.deepEqual(spread([], 14, 22, 204), [])
})
