import assert from "node:assert/strict"
import {test} from "node:test"
import "./page.js"
import {average, decades, KINDS, pieces, power, said, scaleOf} from "../../medrnn/ui/components/tracks/kinds.js"
import {asked, between, extended, selectedWords, through} from "../../medrnn/ui/components/tracks/selection.js"
import {near} from "./near.js"

test("a wish of Python's is a span, or nothing", () => {
  assert.deepEqual(asked("3-7"), {span: [3, 7], units: null, row: null})
  assert.equal(asked(""), null)
})

test("a drag over curves selects steps, over a heat map units too, by their true numbers", () => {
  const from = {t: 6, u: 3}, to = {t: 2, u: 1}
  assert.deepEqual(between(from, to, {kind: "lines"}, 4), {span: [2, 7], units: null, row: 4})
  assert.deepEqual(between(from, to, {kind: "heat"}, 0), {span: [2, 7], units: [1, 2, 3], row: 0, top: 1, bottom: 3})
  assert.deepEqual(between(from, to, {kind: "heat", labels: [40, 30, 20, 10]}, 0).units, [30, 20, 10])
})

test("with Shift the end at which the cursor stands moves, through the other one too", () => {
  const walk = (span, at, ways) => ways.map(way => { const [to, chosen] = extended(span, at, way, 9); at = to; span = chosen.span; return span.join("-") })
  assert.deepEqual(walk([4, 5], 4, [1, 1, -1, -1, -1, -1]), ["4-6", "4-7", "4-6", "4-5", "3-5", "2-5"])
  assert.deepEqual(walk([0, 5], 0, [-1, 1]), ["0-5", "1-5"])
  assert.deepEqual(walk([8, 10], 9, [1]), ["8-10"])        // the last step
  assert.deepEqual(walk([2, 4], 7, [1]), ["7-9"])          // the cursor stands elsewhere: it begins there
})

test("the words of a selection", () => {
  assert.equal(selectedWords(through(5, 2)), "Selected: steps 3 to 6")
  assert.equal(selectedWords({span: [4, 5], units: [7]}), "Selected: step 5, 1 unit")
  assert.equal(selectedWords({span: [0, 2], units: [1, 2]}), "Selected: steps 1 to 2, 2 units")
})

test("values go to a height, on a logarithmic scale by their decades", () => {
  near([0, .5, 1, 7].map(scaleOf({low: 0, high: 1}, 110)), [105, 55, 5, 5])
  near([1, 10, 100].map(scaleOf({low: 1, high: 100, log: true}, 110)), [105, 55, 5])
})

test("a logarithmic axis has a tick at powers of ten, as many as there is room for", () => {
  assert.deepEqual(decades({low: .5, high: 200}, 9), [0, 1, 2])
  assert.deepEqual(decades({low: 1e-6, high: 1}, 9), [-6, -5, -4, -3, -2, -1, 0])
  assert.deepEqual(decades({low: 1e-6, high: 1}, 4), [-6, -4, -2, 0])
  assert.deepEqual(decades({low: 2, high: 5}, 4), [])
  assert.deepEqual([0, 1, 2, -12].map(power), ["1", "10", "10\u00b2", "10\u207b\u00b9\u00b2"])
})

test("a curve is drawn in pieces where values are missing", () => {
  assert.deepEqual(pieces([1, NaN, 2, 3, Infinity], false), [[[0, 1]], [[2, 2], [3, 3]]])
  assert.deepEqual(pieces([1, 0, 10], true), [[[0, 1]], [[2, 10]]])
})

test("means leave out what there is not", () => {
  near(average([1, NaN, -3], Math.abs), 2)
  assert.ok(Number.isNaN(average([NaN], v => v)))
})

test("what the rows say at a step", () => {
  const heat = {array: {values: Float32Array.of(1, -3, NaN, NaN), shape: [2, 2]}, signed: true, symbol: "C"}
  assert.equal(KINDS.heat.says(heat, 0), "mean |C| 2.00")
  assert.equal(KINDS.heat.says(heat, 1), "mean |C| none")
  const lines = {array: {values: Float32Array.of(.5, -2), shape: [1, 2]}, curves: [{name: "a"}], unit: "bit"}
  assert.equal(KINDS.lines.says(lines, 1), "\u22122 bit")
  assert.equal(KINDS.marks.says({marks: [[1, "decided"], [1, "sure"], [2, "later"]]}, 1), "decided, sure")
  assert.deepEqual([NaN, Infinity, -Infinity, 0].map(said), ["none", "\u221e", "\u2212\u221e", "0"])
})
