import assert from "node:assert/strict"
import {test} from "node:test"
import {setTimeout as wait} from "node:timers/promises"
import "./page.js"
import {AXES, Pane} from "../../medrnn/ui/components/cuts/pane.js"
import {Reads} from "../../medrnn/ui/components/cuts/reads.js"
import {store} from "../../medrnn/ui/components/shared/store.js"
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

function readsOf(frames, start = 0) {                      // a network that reads frames of 10, rows 4 to 8, columns 2 to 6
  const went = [], rested = [], reads = new Reads(() => went.push(reads.frame), at => rested.push(at))
  const told = {link: `reads/${frames}`, start, steps: frames.length, line: "slice", frames, places: [], box: [[1.5, 8.5], [4, 8], [2, 6]]}
  reads.hear(told)
  return [reads, told, went, rested]
}

test("the cut stands in the frame nearest to the step, and a frame that is read is a step", () => {
  const [reads, , went] = readsOf([2, 4.5, 7])
  assert.deepEqual([reads.frame, reads.step], [2, 0])
  reads.cursor.go(1)
  assert.equal(went.at(-1), 5)
  assert.deepEqual([2, 3, 4, 5, 6, 7, 8, 9].map(frame => reads.stepAt(frame)), [0, 0, 1, 1, 2, 2, 2, -1])  // slices of 2.5 frames
  reads.seek(7); assert.equal(reads.step, 2)
  reads.seek(0); assert.equal(reads.step, 2)               // which no step reads
  assert.deepEqual([reads.words(7), reads.words(0)], ["slice 3 of 3", "not read at this step"])
  reads.close()
})

test("where slices lie closer than frames, the step stays as long as its frame does", () => {
  const [reads] = readsOf([3, 3.25, 3.5, 3.75])
  reads.cursor.go(1); reads.seek(3)
  assert.equal(reads.step, 1)
  reads.seek(4); assert.equal(reads.step, 3)
  reads.close()
})

test("the cuts share the step with others of the link, and tell Python only what was chosen in them", async () => {
  const [reads, told, , rested] = readsOf([0, 1, 2, 3]), [other] = readsOf([0, 1, 2, 3], 0)
  other.cursor.go(2)
  assert.equal(reads.step, 2)
  reads.seek(1)
  await wait(400)
  assert.deepEqual([other.step, rested], [1, [1]])
  reads.hear({...told, start: 3})                          // a wish of Python's
  assert.deepEqual([reads.step, other.step], [3, 3])
  reads.hear(null); assert.equal(reads.words(3), "")
  for (const one of [reads, other]) one.close()
  assert.equal(store().items.size, 0)
})

test("what is read is marked from edge to edge, the slice of a step within the series", () => {
  const [reads] = readsOf([0, 2, 4], 0), [pane, cuts] = paneOf()
  assert.deepEqual([reads.band(12), reads.thick], [[0, 1.5], 2])
  assert.deepEqual([3, 4, 7, 8].map(row => reads.holds(1, row)), [false, true, true, false])
  cuts.reads = reads
  near(pane.edgesOf(pane.across, reads.box(2), 83), [83 + 2 * 5, 83 + 6 * 5])
  near(pane.edgesOf(pane.down, reads.band(12), 8), [8 + 10.5 * 20, 8 + 12 * 20])  // turned: the first frame lies below
  reads.close()
})
