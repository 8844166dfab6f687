import assert from "node:assert/strict"
import {test} from "node:test"
import {page} from "./page.js"
import {last, limits, scales, ticks} from "../../medrnn/ui/components/curves/axes.js"
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
