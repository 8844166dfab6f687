// Pointer and keys of the viewer. Modes: "window" (drag sets the window), "crop" and "region" (drag draws a box),
// "outline" (drag draws round a region), "ruler" (drag is measured), "angle" (three clicks), "move" (drag moves).
import {clamp} from "../shared/numbers.js"
import {takeKey} from "../shared/page.js"
import {boxAround} from "./measures.js"
import {draggedWindow} from "./window.js"

export const HINTS = {window: "", crop: "Drag the new crop box. Escape: leave it.", region: "Drag a region. Escape: leave it.",
  outline: "Draw round a region. Escape: leave it.", ruler: "Drag from one point to the other. Escape: leave it.",
  angle: "Click three points, the corner second. Escape: leave it.", move: "Drag moves the image. Escape: leave it."}

export class Gestures {
  constructor(viewer) {
    this.viewer = viewer; this.drag = null
    const {canvas} = viewer
    canvas.onpointerdown = e => this.press(e)
    canvas.onpointermove = e => { viewer.pointer = e; viewer.controls.readOut(); if (this.drag) this.move(e); this.aim(e) }
    canvas.onpointerup = e => this.drop(e)
    canvas.onpointercancel = () => { this.drag = null; viewer.box = viewer.trail = null; viewer.lengths.drop(); viewer.request() }
    canvas.onpointerleave = () => { viewer.pointer = null; viewer.controls.readOut() }
    canvas.onwheel = e => { e.preventDefault(); viewer.zoomAt(e.offsetX, e.offsetY, Math.exp(-e.deltaY / 400)) }
    viewer.root.onkeydown = e => e.target === canvas ? this.key(e) : takeKey(e, {})
  }

  press(e) {
    const {canvas, center, width, camera: {ox, oy}, item} = this.viewer
    if (e.button || !item) return
    canvas.setPointerCapture(e.pointerId)
    this.drag = {x: e.offsetX, y: e.offsetY, center, width, ox, oy}
  }

  move(e) {
    const {viewer, drag} = this, dx = e.offsetX - drag.x, dy = e.offsetY - drag.y
    if (!drag.moved && Math.hypot(dx, dy) < 4) return
    drag.moved = true
    if (viewer.mode === "outline") this.trace(e)
    else if (["crop", "region"].includes(viewer.mode)) viewer.box = this.boxTo(e)
    else if (viewer.mode === "ruler") this.rule(e)
    else if (viewer.mode === "angle") return
    else if (e.shiftKey || viewer.mode === "move") viewer.camera.moveTo(drag.ox + dx, drag.oy + dy)
    else if (!viewer.isColour) viewer.setWindow(...draggedWindow(drag, dx, dy, viewer.data.width))
    viewer.request()
  }

  trace(e) {
    const {viewer, drag} = this
    viewer.trail ??= [viewer.camera.spot({offsetX: drag.x, offsetY: drag.y})]
    viewer.trail.push(viewer.camera.spot(e))
  }

  rule(e) {
    const {lengths} = this.viewer
    lengths.draft = [this.viewer.camera.spot({offsetX: this.drag.x, offsetY: this.drag.y})]; lengths.end = this.viewer.camera.spot(e)
  }

  aim(e) {                                                 // the arm of an angle follows the pointer
    const {viewer} = this
    if (viewer.mode !== "angle" || !viewer.lengths.draft.length) return
    viewer.lengths.end = viewer.camera.spot(e); viewer.request()
  }

  drop(e) {
    const {viewer, drag} = this, {box, mode, trail, lengths} = viewer
    this.drag = null
    if (!drag) return
    if (mode === "angle") {
      if (lengths.click(viewer.camera.spot(e), 3)) viewer.setMode("window")
    } else if (mode === "ruler" && drag.moved) {
      lengths.keep([...lengths.draft, viewer.camera.spot(e)]); viewer.setMode("window")
    } else if (!drag.moved) {
      const place = viewer.camera.pixelAt(e)
      if (place && mode === "window") viewer.send.trigger("pick", {row: place[1], column: place[0], frame: viewer.frames.at})
    } else if (trail) {
      viewer.setMode("window")
      const around = boxAround(trail, viewer.camera.size)
      if (trail.length > 2 && around) this.region({...around, outline: trail})
    } else if (box) {
      viewer.setMode("window")
      if (mode === "crop") viewer.send.trigger("crop", box)
      else this.region(box)
    }
    viewer.request()
  }

  region(found) {
    const {x, y, width, height, outline} = found, frame = this.viewer.frames.at
    this.viewer.region = found
    this.viewer.send.trigger("region", {row: [y, y + height], column: [x, x + width], frame, ...outline && {outline}})
  }

  boxTo(e) {                                               // from the drag's start to here, whole pixels, at least 2 x 2
    const {viewer, drag} = this, [rows, columns] = viewer.camera.size
    const [a, b] = viewer.camera.place({offsetX: drag.x, offsetY: drag.y}), [c, d] = viewer.camera.place(e)
    const span = (p, q, n) => {
      const least = viewer.mode === "crop" ? Math.min(2, n) : 1
      const low = clamp(Math.min(p, q), 0, n - least), high = clamp(Math.max(p, q) + 1, low + least, n)
      return [low, high - low]
    }
    const [x, width] = span(a, c, columns), [y, height] = span(b, d, rows)
    return {x, y, width, height}
  }

  key(e) {
    const {viewer} = this
    takeKey(e, viewer.item ? this.acts() : {})
    viewer.request()
  }

  acts() {                                                 // what each key does
    const {viewer} = this, {frames} = viewer, acts = {ArrowUp: () => frames.go(frames.at - 1), ArrowDown: () => frames.go(frames.at + 1),
      " ": () => { if (viewer.item.total > 1) frames.play() }, "0": () => viewer.camera.fit(), "+": () => viewer.zoomBy(1.2),
      "=": () => viewer.zoomBy(1.2), "-": () => viewer.zoomBy(1 / 1.2), Escape: () => viewer.setMode("window")}
    const letters = {d: () => viewer.toggleMode("ruler"), a: () => viewer.toggleMode("angle"), m: () => viewer.toggleMode("move"),
      r: () => viewer.setMode("region"), l: () => viewer.setMode("outline"), i: () => viewer.turnOver(), o: () => viewer.layers.togglePlanes()}
    for (const [letter, act] of Object.entries(letters)) acts[letter] = acts[letter.toUpperCase()] = act
    return acts
  }
}
