import assert from "node:assert/strict"
import {test} from "node:test"
import {AXES, Pane} from "../../medrnn/ui/components/cuts/pane.js"
import {near} from "./near.js"

const PLANE = {axis: "row", name: "coronal", down: "frame", across: "column", turned: [true, false], edges: ["R", "L", "H", "F"]}

function paneOf() {                                        // 12 frames of 4 mm down, turned; 30 columns of 1 mm across
  const cuts = {data: {shape: [12, 20, 30], spacing_mm: [4, 1.5, 1], steps: [1, 1, 2]}, held: [12, 20, 15], at: [2, 5, 7], item: {},
    went: null, go(at) { cuts.went = at }}
  const pane = Object.assign(Object.create(Pane.prototype), {cuts, canvas: {clientWidth: 316, clientHeight: 256}})
  pane.lay(PLANE); pane.fit(pane.largest)
  return [pane, cuts]
}

test("a cut is drawn in mm, as large as the canvas allows", () => {
  const [pane] = paneOf()
  assert.equal(AXES[pane.axis], "row")
  near([pane.zoom, pane.ox, pane.oy], [5, 83, 8])          // 48 mm in 256 - 16 px; 150 px across in 316
})

test("the crosshair stands in the middle of its sample, from the end where the axis is turned", () => {
  const [pane] = paneOf()
  near(pane.pixelOf(pane.across), (7 * 2 + .5) * 1 * 5)
  near(pane.pixelOf(pane.down), (12 - 1 - 2 + .5) * 4 * 5)
})

test("a point leads to the nearest sample, a point beside the cut to its edge", () => {
  const [pane, cuts] = paneOf(), picked = (x, y) => { pane.pick({offsetX: x, offsetY: y}); return cuts.went }
  assert.deepEqual(picked(83 + 72.5, 8 + 190), [2, 5, 7])  // where the crosshair stands
  assert.deepEqual(picked(0, 0), [11, 5, 0])
  assert.deepEqual(picked(999, 999), [0, 5, 14])
})

test("screen pixels beside the cut show nothing", () => {
  const [pane] = paneOf()
  assert.deepEqual([-1, 1, 149, 151].map(px => pane.indexAt(pane.across, px, true)), [-1, 0, 14, -1])
  assert.deepEqual([1, 239].map(px => pane.indexAt(pane.down, px, true)), [11, 0])
})

test("one cut on or back", () => {
  const [pane, cuts] = paneOf()
  pane.step(-1)
  assert.deepEqual(cuts.went, [2, 4, 7])
})
