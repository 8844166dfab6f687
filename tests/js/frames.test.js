import assert from "node:assert/strict"
import {test} from "node:test"
import {setTimeout as wait} from "node:timers/promises"
import {Frames, isNearEdge} from "../../medrnn/ui/components/viewer/frames.js"

function viewerOf(first, held, total) {
  const viewer = {digest: "d", sent: [], drawn: 0, item: {first, total, pixels: {shape: [held, 2, 2]}},
    send: {trigger: (name, value) => viewer.sent.push([name, value])}, request() { viewer.drawn++ }, controls: {show() {}}}
  return viewer
}

test("more frames are asked for three before the edge, never at the ends of the stack", () => {
  const here = {first: 10, held: 17, total: 100}
  assert.deepEqual([12, 13, 23, 24].map(at => isNearEdge(at, here)), [true, false, false, true])
  assert.equal(isNearEdge(0, {first: 0, held: 17, total: 100}), false)
  assert.equal(isNearEdge(99, {first: 83, held: 17, total: 100}), false)
  assert.deepEqual([4, 5, 6].map(at => isNearEdge(at, {first: 4, held: 3, total: 100})), [true, false, true])
})

test("they are asked for once, until they come", () => {
  const viewer = viewerOf(10, 17, 100), frames = new Frames(viewer)
  frames.open(25)
  frames.show(26)
  assert.deepEqual(viewer.sent, [["need", 25]])
  assert.equal(frames.held, 16)
  frames.show(27)
  assert.equal(frames.held, -1)
  frames.close()
})

test("a frame stays within the stack", () => {
  const frames = new Frames(viewerOf(0, 5, 5))
  frames.open(99); assert.equal(frames.at, 4)
  frames.show(-3); assert.equal(frames.at, 0)
  assert.equal(frames.words, "frame 1 of 5")
})

test("Python hears where the reader came to rest, and its echo moves nothing", async () => {
  const viewer = viewerOf(0, 9, 9), frames = new Frames(viewer)
  frames.open(0); frames.go(1); frames.go(2); frames.go(3)
  await wait(400)
  assert.deepEqual(viewer.sent, [["frame", {digest: "d", at: 3}]])
  frames.go(5)
  frames.wish(3); assert.equal(frames.at, 5)               // the echo
  frames.wish(8); assert.equal(frames.at, 8)               // a wish
  frames.close()
})

test("playing goes forward once, waits for frames that come, and stops at the end", () => {
  const viewer = viewerOf(0, 3, 4), frames = new Frames(viewer)
  frames.open(1); frames.play()
  assert.ok(frames.cine)
  frames.beat(); frames.beat(); frames.beat()
  assert.equal(frames.at, 3)                               // not here yet
  viewer.item.pixels.shape[0] = 4; frames.beat()
  assert.equal(frames.cine, null)
  frames.play()
  assert.equal(frames.at, 0)                               // from the end it begins again
  frames.close()
})
