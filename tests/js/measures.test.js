import assert from "node:assert/strict"
import {test} from "node:test"
import {roundLength} from "../../medrnn/ui/components/viewer/furniture.js"
import {Lengths, measured, measuredWords} from "../../medrnn/ui/components/viewer/lengths.js"
import {boxAround, measure, regionWords, runsIn, spread} from "../../medrnn/ui/components/viewer/measures.js"
import {near} from "./near.js"

test("a distance in mm uses the spacing of rows and of columns", () => {
  assert.deepEqual(measured([[0, 0], [3, 4]], null), {kind: "length", value: 5, unit: "pixels"})
  near(measured([[10, 10], [14, 12]], [1.5, .75]).value, Math.sqrt(18))         // 3 mm across, 3 down
  assert.equal(measuredWords(measured([[0, 0], [3, 4]], [2, 2])), "10.0 mm")
})

test("an angle is that at the second point, on the patient and not on the grid", () => {
  near(measured([[5, 0], [0, 0], [0, 5]], null).value, 90)
  near(measured([[5, 0], [0, 0], [-5, 0]], null).value, 180)
  near(measured([[1, 0], [0, 0], [1, 1]], [Math.sqrt(3), 1]).value, 60)
  assert.equal(measuredWords(measured([[1, 0], [0, 0], [1, 1]], null)), "45.0\u00b0")
})

test("three clicks make an angle, the last twelve measures stay, each in its frame", () => {
  const viewer = {frames: {at: 0}}, lengths = new Lengths(viewer)
  assert.deepEqual([[1, 1], [2, 2], [3, 1]].map(point => lengths.click(point, 3)), [false, false, true])
  assert.deepEqual(lengths.shown, [[[1, 1], [2, 2], [3, 1]]])
  lengths.draft = [[0, 0]]; lengths.end = [9, 9]
  assert.deepEqual(lengths.shown.at(-1), [[0, 0], [9, 9]])
  viewer.frames.at = 1; lengths.drop()
  assert.deepEqual(lengths.shown, [])
  for (let k = 0; k < 20; k++) lengths.keep([[k, 0], [k, 1]])
  assert.equal(lengths.kept.length, 12)
  assert.equal(lengths.kept[0].points[0][0], 8)
  lengths.clear()
  assert.equal(lengths.has, false)
})

test("the ruler takes the longest round length within its room", () => {
  assert.equal(roundLength(.5, 2, 200), 20)                // 4 px a mm: 50 mm would be 200 px, which is not less
  assert.equal(roundLength(.5, 2, 201), 50)
  assert.equal(roundLength(1, .001, 200), 1000)
  assert.equal(roundLength(1, 1e6, 200), .01)              // nothing fits: the shortest
})

test("box statistics: count, mean, population standard deviation, ends", () => {
  const values = Int16Array.of(0, 0, 0, 3, 7, 1, 9, 2, 8, 5, 5, 4), box = {x: 1, y: 0, width: 2, height: 2}
  const {n, mean, sd, low, high} = measure(values, 3, 3, box)                   // the second of frames of 3 columns
  near([n, mean, sd, low, high], [4, 4.5, 3.0413812651491097, 1, 8])
})

test("large values keep their deviation", () => {
  const values = Float64Array.of(1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4)
  near(measure(values, 0, 4, {x: 0, y: 0, width: 4, height: 1}).sd, 1.118033988749895)
})

test("an outline holds the pixels whose centre lies in it", () => {
  const triangle = [[0, 0], [4, 0], [0, 4]], box = boxAround(triangle, [10, 10])
  assert.deepEqual(box, {x: 0, y: 0, width: 4, height: 4})
  const runs = runsIn({...box, outline: triangle}).filter(([, from, to]) => to > from)
  assert.deepEqual(runs, [[0, 0, 3], [1, 0, 2], [2, 0, 1]])                     // centres with x + y < 4
})

test("an outline that crosses itself leaves out what it goes round twice", () => {
  const ring = [[0, 0], [6, 0], [6, 3], [2, 3], [2, 0], [4, 0], [4, 3], [0, 3]]
  const inside = runsIn({...boxAround(ring, [3, 6]), outline: ring}).flatMap(([, from, to]) => Array.from({length: to - from}, (_, k) => from + k))
  assert.deepEqual(inside, [0, 1, 4, 5, 0, 1, 4, 5, 0, 1, 4, 5])
})

test("an outline outside the image holds nothing", () => {
  assert.equal(boxAround([[-5, -5], [-1, -5], [-1, -1]], [10, 10]), null)
  assert.deepEqual(boxAround([[-5.5, 2.2], [3.1, 2.2], [3.1, 20]], [10, 10]), {x: 0, y: 2, width: 4, height: 8})
})

test("the words of a region", () => {
  const found = {n: 4, mean: 4.5, sd: 3.0413812651491097, low: 1, high: 8}, box = {width: 2, height: 2}
  assert.deepEqual(regionWords(found, "HU", [.5, .25], box), ["0.5 x 1 mm, n = 4", "mean 4.5 HU, SD 3.0414", "1 to 8 HU"])
  assert.deepEqual(regionWords(found, "", null, box)[0], "2 x 2 pixels, n = 4")
  assert.deepEqual(regionWords(found, "", [.5, .25], {...box, outline: []})[0], "0.5 mm\u00b2, n = 4")
  assert.deepEqual(regionWords({n: 0}, "", null, box), ["no pixel's centre inside"])
})

test("the histogram counts each value once, over its own range", () => {
  const {low, high, bins} = spread(Uint8Array.of(99, 10, 10, 20, 265 - 255), 1, 4)
  assert.deepEqual([low, high, bins[0], bins[255]], [10, 20, 3, 1])
  assert.equal(spread(Uint8Array.of(7, 7), 0, 2).bins[0], 2)                    // all alike
  const ramp = Uint16Array.from({length: 256}, (_, k) => 100 * k)
  assert.ok(spread(ramp, 0, 256).bins.every(count => count === 1))
})
