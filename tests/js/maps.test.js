import assert from "node:assert/strict"
import {test} from "node:test"
import {cellOf, limitOf, paint, SCHEMES, seen, tableOf} from "../../medrnn/ui/components/maps/shades.js"
import {byStep, sameIn, spanOf} from "../../medrnn/ui/components/maps/steps.js"
import {near} from "./near.js"

const COLOURS = {negative: "#0000FF", positive: "#FF0000", isDark: false}
const bytes = pixel => [pixel & 255, pixel >> 8 & 255, pixel >> 16 & 255]

test("the scale ends where so many percent of the sizes lie, as numpy's percentile", () => {
  const values = Float32Array.from([-4, 3, 0, 1, -2])
  near([100, 75, 50, 90].map(percent => limitOf(values, percent)), [4, 3, 2, 3.6], 1e-6)
})

test("of a map that is nearly everywhere 0 the largest value ends the scale, of an empty one there is still a scale", () => {
  const sparse = new Float32Array(100)
  sparse[7] = -5
  assert.equal(limitOf(sparse, 90), 5)
  assert.equal(limitOf(new Float32Array(4), 99), 1)
})

test("sizes lose their sign, values keep it", () => {
  const values = Float32Array.from([-1, 2])
  assert.deepEqual([...seen(values, true)], [1, 2])
  assert.deepEqual([...seen(values, false)], [-1, 2])
})

test("every pixel of the image takes the colour of its cell, through which the image is seen", () => {
  const image = {values: Uint8Array.from([10, 20, 30, 40, 50, 60, 70, 80]), shape: [2, 4]}
  const map = {values: Float32Array.from([-1, 1]), shape: [1, 2]}, out = new Uint32Array(8)
  paint(out, image, map, {table: tableOf("house", true, COLOURS), limit: 1, alpha: 1, isOver: true})
  assert.deepEqual([...out].map(bytes), [...Array(2).fill([[0, 0, 255], [0, 0, 255], [255, 0, 0], [255, 0, 0]])].flat())
  paint(out, image, map, {table: tableOf("house", true, COLOURS), limit: 1, alpha: .5, isOver: true})
  near(bytes(out[0]), [5, 5, 133], .1)
})

test("alone a cell of no value is black, and a weak one dark", () => {
  const image = {values: Uint8Array.from([200, 200]), shape: [1, 2]}, out = new Uint32Array(2)
  const map = {values: Float32Array.from([0, .2]), shape: [1, 2]}
  paint(out, image, map, {table: tableOf("house", true, COLOURS), limit: 1, alpha: 1, isOver: false})
  assert.deepEqual(bytes(out[0]), [0, 0, 0])
  near(bytes(out[1]), [255 * .3, 0, 0], .02)
})

test("cells tile the image whatever their number", () => {
  for (const [size, count] of [[448, 28], [100, 7], [5, 5], [3, 1]]) {
    const cells = Array.from({length: size}, (_, pixel) => cellOf(pixel, size, count))
    assert.deepEqual([cells[0], cells.at(-1)], [0, count - 1])
    assert.equal(new Set(cells).size, count)
    assert.ok(cells.every((cell, k) => !k || cell >= cells[k - 1]))
  }
})

test("every scheme has two colours that differ and stops that grow in light", () => {
  const light = ([r, g, b]) => .2126 * r + .7152 * g + .0722 * b
  for (const {pair, stops} of Object.values(SCHEMES)) {
    const [low, high] = pair(COLOURS)
    assert.notDeepEqual(low, high)
    assert.ok(stops.every((stop, k) => !k || light(stop) > light(stops[k - 1])))
  }
})

test("what one step reads adds up", () => {
  assert.deepEqual([...byStep([1, -2, 3, 4], [1, 1, 0, 0], 3)], [7, -1, 0])
})

test("bars begin in the middle where some are below 0, else at the edge", () => {
  assert.deepEqual([4, 2, 0].map(sum => spanOf(sum, [4, 2, 0], 40)), [[0, 40], [0, 20], [0, 0]])
  assert.deepEqual([4, -2].map(sum => spanOf(sum, [4, -2], 40)), [[20, 20], [10, 10]])
  assert.deepEqual(spanOf(0, [0, 0], 40), [0, 0])
})

test("another slice is looked at where the one before was, on a sheet of 2 x 3 slices of 2 x 2 read from the last", () => {
  const stepOf = Int32Array.from([5, 5, 4, 4, 3, 3, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0, 2, 2, 1, 1, 0, 0]), grid = [4, 6], tile = [2, 2]
  assert.deepEqual(sameIn(0, {row: 1, column: 2}, stepOf, grid, tile), {row: 3, column: 4})
  assert.deepEqual(sameIn(5, {row: 3, column: 5}, stepOf, grid, tile), {row: 1, column: 1})
})
