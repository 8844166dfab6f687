// Against the formulas of PS3.3 C.11.2.1.2 and C.11.2.1.3, worked out beside this in Python.
import assert from "node:assert/strict"
import {test} from "node:test"
import {Greys, levelOf, paintImage} from "../../medrnn/ui/components/viewer/pixels.js"
import {draggedWindow} from "../../medrnn/ui/components/viewer/window.js"
import {near} from "./near.js"

const grey = g => (0xff000000 | g << 16 | g << 8 | g) >>> 0
const at = (view, values) => values.map(levelOf(view))

test("LINEAR takes half a step and one step off", () => {
  near(at({center: 40, width: 400, voi: "LINEAR"}, [-160, -100, 0, 40, 239, 240]),
    [0, 38.34586466165413, 102.25563909774435, 127.81954887218045, 255, 255])
})

test("LINEAR of width 1 is a threshold", () => {
  near(at({center: 10, width: 1, voi: "LINEAR"}, [9, 9.4, 10.6, 11]), [0, 0, 255, 255])
})

test("LINEAR_EXACT reaches from centre minus to centre plus half the width", () => {
  near(at({center: 40, width: 400, voi: "LINEAR_EXACT"}, [-160, -100, 0, 40, 240, 900]), [0, 38.25, 102, 127.5, 255, 255])
})

test("SIGMOID has its middle at the centre", () => {
  near(at({center: 40, width: 400, voi: "SIGMOID"}, [-160, 40, 140]), [30.396745115639977, 127.5, 186.41993755065124])
})

test("a lookup table spans the window; 65535 is white", () => {
  const table = Uint16Array.of(0, 257, 514, 65535)
  near(at({center: 2, width: 4, voi: "LUT", table}, [-5, 0, 1.9, 2, 3, 99]), [0, 0, 1, 2, 255, 255])
})

test("negative 16-bit values are found in the table of greys", () => {
  const values = Int16Array.of(-1000, -160, 40, 241, 32767, -32768), view = {center: 40, width: 400, voi: "LINEAR_EXACT", invert: false}
  const of = new Greys().of(values, false, view)
  assert.deepEqual([...values.keys()].map(k => of(k) >>> 0), [0, 0, 127, 255, 255, 0].map(grey))
})

test("the table of greys follows window, polarity and type of the values", () => {
  const greys = new Greys(), view = {center: 100, width: 200, voi: "LINEAR_EXACT", invert: false}
  const first = (values, change) => greys.of(values, false, {...view, ...change})(0) >>> 0
  assert.equal(first(Uint8Array.of(100), {}), grey(127))
  assert.equal(first(Uint8Array.of(100), {invert: true}), grey(128))
  assert.equal(first(Uint8Array.of(100), {center: -1}), grey(255))
  assert.equal(first(Uint16Array.of(65535), {}), grey(255))
  assert.equal(first(Int16Array.of(-1), {}), grey(0))      // the same 16 bits
})

test("values of 32 bits are windowed one by one", () => {
  const view = {center: .5, width: 1, voi: "LINEAR_EXACT", invert: false}
  const of = new Greys().of(Float32Array.of(0, .5, 2), false, view)
  assert.deepEqual([0, 1, 2].map(k => of(k) >>> 0), [0, 127, 255].map(grey))
})

test("colour is shown as it is, or inverted", () => {
  const values = Uint8Array.of(1, 2, 3, 250, 128, 0)
  assert.equal(new Greys().of(values, true, {invert: false})(1) >>> 0, 0xff0080fa)
  assert.equal(new Greys().of(values, true, {invert: true})(1) >>> 0, 0xffff7f05)
})

test("screen pixels take the value under them, black outside", () => {
  const out = new Uint32Array(12), across = Int32Array.of(-1, 0, 0, 1), down = Int32Array.of(0, 2, -1)
  paintImage(out, across, down, 2, 100, k => k)
  assert.deepEqual([...out], [0xff000000, 100, 100, 101, 0xff000000, 104, 104, 105, ...Array(4).fill(0xff000000)])
})

test("a drag of 300 px to the right widens the window by the image's own width", () => {
  near(draggedWindow({center: 40, width: 400}, 300, 0, 400), [40, 800])
  near(draggedWindow({center: 40, width: 400}, 0, -150, 400), [-160, 400])
  near(draggedWindow({center: 40, width: 400}, -9000, 0, 600), [40, 2])         // never below one pixel's worth
})
