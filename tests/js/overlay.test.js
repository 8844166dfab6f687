import assert from "node:assert/strict"
import {test} from "node:test"
import {HEAT, overlayLevel, overlayTable, paintOverlay, slot} from "../../medrnn/ui/components/viewer/overlay.js"
import {findRuns, paintPlanes} from "../../medrnn/ui/components/viewer/planes.js"
import {near} from "./near.js"

test("an image pixel takes the cell of the map in which its centre lies", () => {
  assert.deepEqual([9, 10, 14, 15, 19, 20, -1].map(pixel => slot(pixel, 10, 10, 2)), [-1, 0, 0, 1, 1, -1, -1])
  assert.deepEqual([12, 13, 16, 17].map(pixel => slot(pixel, 10, 10, 3)), [0, 1, 1, 2])   // cells end at 13.3 and 16.7
})

test("heat runs through its stops and fades to clear", () => {
  const {colours, opacity} = overlayTable(false, HEAT)
  assert.deepEqual([colours[0], colours[256], colours[512]], [HEAT[0], HEAT[2], HEAT[4]])
  near(colours[64], [43.5, 8, 57])                         // half way between the first two stops
  near([opacity[0], opacity[10], opacity[128], opacity[512]], [0, 0, .375, 1])
  assert.deepEqual([0, .5, 1, 7].map(share => overlayLevel({isSigned: false}, share)), [0, 256, 512, 512])
})

test("a signed map has one colour for each sign and is clear round 0", () => {
  const {colours, opacity} = overlayTable(true, [[0, 0, 255], [255, 0, 0]])
  assert.deepEqual([colours[0], colours[512]], [[0, 0, 255], [255, 0, 0]])
  near([opacity[0], opacity[256], opacity[384]], [1, 0, .75])
  assert.deepEqual([-3, -1, 0, 1].map(share => overlayLevel({isSigned: true}, share)), [0, 0, 256, 512])
})

test("the map is mixed with the image by its opacity, and leaves out what it does not cover", () => {
  const table = overlayTable(true, [[0, 0, 255], [255, 0, 0]]), out = new Uint32Array(4).fill(0xff646464)
  const map = {values: Float32Array.of(1, 0), shape: [1, 2]}
  paintOverlay(out, Int32Array.of(-1, 0, 1, 2), Int32Array.of(0), map, {box: [0, 0, 2, 1], limit: 1}, table, .5)
  assert.deepEqual([...out].map(v => v >>> 0), [0xff646464, 0xff3232b1, 0xff646464, 0xff646464])   // 100: half way to 255, 0, 0
})

test("planes are found as runs of pixels", () => {
  const bits = Uint8Array.of(9, 9, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1)
  assert.deepEqual(findRuns(bits, 2, [2, 5]), [0, 1, 3, 0, 4, 5, 1, 3, 5])
})

test("a run takes its pixels on the screen, at least one where the image is small", () => {
  const draw = (runs, size, zoom, w) => {
    const out = new Uint32Array(w)
    paintPlanes(out, w, 1, runs, {size, ox: 0, oy: 0, zoom, tall: 1 / zoom}, 1, 7)
    return [...out].join("")
  }
  assert.equal(draw([0, 1, 3], [1, 4], 2, 8), "00777700")
  assert.equal(draw([0, 5, 6], [1, 100], .04, 4), "7000")
  assert.equal(draw([0, 99, 100], [1, 100], .04, 4), "0007")
})
