import assert from "node:assert/strict"
import {test} from "node:test"
import {Camera, fitted, samples} from "../../medrnn/ui/components/viewer/camera.js"
import {near} from "./near.js"

const scene = {isHere: true, size: [100, 200], tall: 1, room: [500, 400], edge: 0}          // rows, columns; CSS pixels
const pointAt = (x, y) => ({offsetX: x, offsetY: y})

function cameraOf(change) {
  const camera = new Camera({...scene, ...change})
  camera.fit()
  return camera
}

test("the whole image is seen, in the middle", () => {
  assert.deepEqual(fitted(scene), {zoom: 2.5, ox: 0, oy: 75})
})

test("pixels of 3 x 1 mm are drawn three times as tall as wide, with room at the edges", () => {
  near(Object.values(fitted({...scene, tall: 3, edge: 50})), [1, 150, 50])      // 300 px for 100 rows of 3
})

test("a point of the image stays under the pointer while it zooms", () => {
  const camera = cameraOf(), point = pointAt(130, 210), before = camera.exactly(point)
  near(before, [52, 54])
  camera.zoomAt(130, 210, 1.7)
  near(camera.zoom, 4.25)
  near(camera.exactly(point), before)
  assert.equal(camera.isFitted, false)
})

test("zoom ends at 256 and at 0.02 CSS pixels a column", () => {
  const camera = cameraOf()
  camera.zoomAt(0, 0, 1e9); assert.equal(camera.zoom, 256)
  camera.zoomAt(0, 0, 1e-9); assert.equal(camera.zoom, .02)
})

test("a place is a whole column and row, a spot goes to a hundredth, outside there is no pixel", () => {
  const camera = cameraOf({tall: 2, room: [400, 400]})
  near([camera.zoom, camera.ox, camera.oy], [2, 0, 0])
  assert.deepEqual(camera.place(pointAt(7, 11)), [3, 2])
  assert.deepEqual(camera.spot(pointAt(7, 11)), [3.5, 2.75])
  assert.deepEqual(camera.place(pointAt(-1, 401)), [-1, 100])
  assert.equal(camera.pixelAt(pointAt(-1, 5)), null)
  assert.equal(camera.pixelAt(pointAt(5, 400)), null)
  assert.deepEqual(camera.pixelAt(pointAt(399, 399)), [199, 99])
})

test("boxes and points go to the screen and back", () => {
  const camera = cameraOf({tall: 2, room: [400, 400]})
  camera.moveTo(10, 20)
  assert.deepEqual(camera.box([3, 2, 5, 4]), [16, 28, 10, 16])
  assert.deepEqual(camera.points([[3, 2], [0, 0]]), [[16, 28], [10, 20]])
  assert.deepEqual(camera.spot(pointAt(16, 28)), [3, 2])
})

test("a fitted view stays fitted in another room, a zoomed one keeps its middle", () => {
  const room = [500, 400], own = {...scene, get room() { return [...room] }}, camera = new Camera(own)
  camera.fit(); room[0] = 200; camera.resize()
  assert.deepEqual([camera.zoom, camera.ox, camera.oy], [1, 0, 150])
  camera.zoomAt(20, 30, 3)
  const middle = camera.exactly(pointAt(100, 200))
  room[0] = 700; room[1] = 300; camera.resize()
  assert.equal(camera.zoom, 3)
  near(camera.exactly(pointAt(350, 150)), middle)
})

test("nothing is fitted before there are pixels or a room", () => {
  const camera = new Camera({...scene, isHere: false})
  camera.fit(); camera.resize()
  assert.equal(camera.zoom, undefined)
})

test("an image of another size takes over the share: zoom in fitted views, middle in parts of the image", () => {
  const camera = cameraOf(), other = cameraOf({size: [40, 40], tall: 1.5, room: [300, 300]})
  assert.deepEqual(camera.share, {zoom: 1, x: .5, y: .5})
  camera.zoomAt(100, 100, 2)
  near(Object.values(camera.share), [2, .35, .3])          // middle 250, 200: column (250 + 100) / 5 of 200, row (200 - 50) / 5 of 100
  other.takeShare(camera.share)
  near(other.zoom, 10)                                     // twice 300 / (40 x 1.5)
  near(other.exactly(pointAt(150, 150)), [14, 12])
  other.takeShare({zoom: 1, x: .5, y: .5})
  assert.equal(other.isFitted, true)
})

test("asking for the share changes nothing", () => {
  const camera = cameraOf()
  camera.zoomAt(10, 20, 3)
  const before = JSON.stringify(camera)
  assert.ok(camera.share)
  assert.equal(JSON.stringify(camera), before)
})

test("screen pixels find the column whose middle they show", () => {
  assert.deepEqual([...samples(8, 1, 1, 2, 3)], [-1, 0, 0, 1, 1, 2, 2, -1])
  assert.deepEqual([...samples(4, 1, .3, 1, 9)], [0, 1, 2, 3])
  assert.deepEqual([...samples(4, 2, 0, 1, 3)], [0, 0, 1, 1])                  // two screen pixels a CSS pixel
})
