import assert from "node:assert/strict"
import {test} from "node:test"
import {Camera} from "../../medrnn/ui/components/viewer/camera.js"
import {Gestures} from "../../medrnn/ui/components/viewer/gestures.js"
import {Lengths} from "../../medrnn/ui/components/viewer/lengths.js"

function viewerOf(mode, size = [40, 50]) {                 // 2 CSS pixels a pixel, the corner at 0, 0
  const scene = {isHere: true, size, tall: 1, room: [2 * size[1], 2 * size[0]], edge: 0}
  const viewer = {canvas: {setPointerCapture() {}}, root: {}, item: {total: 1}, camera: new Camera(scene), mode, center: 40, width: 400,
    data: {width: 400}, frames: {at: 3}, sent: [], send: {trigger: (...words) => viewer.sent.push(words)}, controls: {readOut() {}}, request() {},
    setMode(next) { viewer.mode = next; viewer.box = viewer.trail = null; viewer.lengths.drop() },
    setWindow(center, width) { Object.assign(viewer, {center, width}) }}
  viewer.lengths = new Lengths(viewer); viewer.camera.fit()
  new Gestures(viewer)
  return viewer
}

function drag({canvas}, ...points) {
  const at = ([offsetX, offsetY], more = {}) => ({offsetX, offsetY, button: 0, pointerId: 1, shiftKey: false, ...more})
  const more = points.at(-1).length ? {} : points.pop()
  canvas.onpointerdown(at(points[0], more))
  for (const point of points.slice(1)) canvas.onpointermove(at(point, more))
  canvas.onpointerup(at(points.at(-1), more))
}

test("a click picks the pixel under it, a tremble is a click", () => {
  const viewer = viewerOf("window")
  drag(viewer, [21, 31], [23, 31])
  assert.deepEqual(viewer.sent, [["pick", {row: 15, column: 11, frame: 3}]])
  assert.deepEqual([viewer.center, viewer.width], [40, 400])
})

test("a drag sets the window, with Shift it moves the image", () => {
  const viewer = viewerOf("window")
  drag(viewer, [10, 10], [40, 25])
  assert.deepEqual([viewer.center, viewer.width, viewer.camera.ox], [60, 440, 0])
  drag(viewer, [10, 10], [40, 25], {shiftKey: true})
  assert.deepEqual([viewer.center, viewer.width, viewer.camera.ox, viewer.camera.oy], [60, 440, 30, 15])
  assert.deepEqual(viewer.sent, [])
})

test("a region holds the pixels under both ends of the drag, and ends at the image", () => {
  const viewer = viewerOf("region")
  drag(viewer, [31, 21], [20, 11])
  assert.deepEqual(viewer.sent, [["region", {row: [5, 11], column: [10, 16], frame: 3}]])
  assert.equal(viewer.mode, "window")
  viewer.mode = "region"; drag(viewer, [90, 70], [300, 300])
  assert.deepEqual(viewer.sent[1][1], {row: [35, 40], column: [45, 50], frame: 3})
})

test("a crop box has at least two rows and columns", () => {
  const viewer = viewerOf("crop")
  drag(viewer, [99, 10], [99, 30])
  assert.deepEqual(viewer.sent, [["crop", {x: 48, y: 5, width: 2, height: 11}]])
})

test("an outline keeps its corners, and the box round them", () => {
  const viewer = viewerOf("outline")
  drag(viewer, [20, 20], [40, 20], [40, 45])
  assert.deepEqual(viewer.sent, [["region", {row: [10, 23], column: [10, 20], frame: 3, outline: [[10, 10], [20, 10], [20, 22.5]]}]])
})

test("a drag with the ruler is kept as a length, three clicks as an angle", () => {
  const viewer = viewerOf("ruler")
  drag(viewer, [20, 20], [30, 30], [26, 28])
  viewer.mode = "angle"
  for (const point of [[10, 10], [20, 10], [20, 20]]) drag(viewer, point)
  assert.deepEqual(viewer.lengths.kept, [{points: [[10, 10], [13, 14]], frame: 3}, {points: [[5, 5], [10, 5], [10, 10]], frame: 3}])
  assert.equal(viewer.mode, "window")
})

test("the wheel zooms where the pointer is, and the page does not scroll", () => {
  const viewer = viewerOf("window")
  let told = null, prevented = false
  viewer.zoomAt = (...words) => { told = words }
  viewer.canvas.onwheel({offsetX: 5, offsetY: 6, deltaY: -400, preventDefault() { prevented = true }})
  assert.deepEqual([told, prevented], [[5, 6, Math.E], true])
})

test("each key of the list does what it says, large or small", () => {
  const viewer = viewerOf("window"), done = []
  for (const name of ["setMode", "toggleMode", "zoomBy", "turnOver"]) viewer[name] = (...words) => done.push([name, ...words].join(" "))
  viewer.layers = {togglePlanes: () => done.push("planes")}
  Object.assign(viewer.frames, {go: at => done.push(`frame ${at}`), play: () => done.push("play")})
  for (const key of ["d", "D", "a", "m", "r", "L", "i", "o", "+", "-", "Escape", "ArrowUp", "ArrowDown", " ", "x"])
    viewer.root.onkeydown({key, target: viewer.canvas, preventDefault() {}, stopPropagation() {}})
  assert.deepEqual(done, ["toggleMode ruler", "toggleMode ruler", "toggleMode angle", "toggleMode move", "setMode region", "setMode outline",
    "turnOver", "planes", "zoomBy 1.2", `zoomBy ${1 / 1.2}`, "setMode window", "frame 2", "frame 4"])      // one frame: nothing to play
})
