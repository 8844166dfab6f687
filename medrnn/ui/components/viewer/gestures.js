// Pointer and keys of the viewer. Modes: "window" (drag sets the window), "crop" and "region" (drag draws a box),
// "outline" (drag draws round a region).
const HINTS = {window: "", crop: "Drag the new crop box. Escape: leave it.", region: "Drag a region. Escape: leave it.",
  outline: "Draw round a region. Escape: leave it."}
const FINE = 300                                           // a drag of so many CSS pixels changes the window by its width

class Gestures {
  constructor(viewer) {
    this.viewer = viewer; this.drag = null
    const {canvas} = viewer
    canvas.onpointerdown = e => this.press(e)
    canvas.onpointermove = e => { viewer.pointer = e; viewer.readOut(); if (this.drag) this.move(e) }
    canvas.onpointerup = e => this.drop(e)
    canvas.onpointercancel = () => { this.drag = null; viewer.box = viewer.trail = null; viewer.request() }
    canvas.onpointerleave = () => { viewer.pointer = null; viewer.readOut() }
    canvas.onwheel = e => { e.preventDefault(); viewer.zoomAt(e.offsetX, e.offsetY, Math.exp(-e.deltaY / 400)) }
    viewer.root.onkeydown = e => e.target === canvas ? this.key(e) : takeKey(e, {})
  }

  press(e) {
    const {canvas, center, width, ox, oy, item} = this.viewer
    if (e.button || !item) return
    canvas.setPointerCapture(e.pointerId)
    this.drag = {x: e.offsetX, y: e.offsetY, center, width, ox, oy}
  }

  move(e) {
    const {viewer, drag} = this, dx = e.offsetX - drag.x, dy = e.offsetY - drag.y
    if (!drag.moved && Math.hypot(dx, dy) < 4) return
    drag.moved = true
    if (viewer.mode === "outline") (viewer.trail ??= [viewer.spot({offsetX: drag.x, offsetY: drag.y})]).push(viewer.spot(e))
    else if (viewer.mode !== "window") viewer.box = this.boxTo(e)
    else if (e.shiftKey) { viewer.ox = drag.ox + dx; viewer.oy = drag.oy + dy; viewer.isFitted = false }
    else if (!viewer.isColour) {
      const unit = viewer.data.width / FINE
      viewer.setWindow(drag.center + dy * unit, Math.max(unit, drag.width + dx * unit))
    }
    viewer.request()
  }

  drop(e) {
    const {viewer, drag} = this, {box, mode, trail} = viewer
    this.drag = null
    if (!drag) return
    if (!drag.moved) {
      const place = viewer.pixelAt(e)
      if (place && mode === "window") viewer.send.trigger("pick", {row: place[1], column: place[0], frame: viewer.frame})
    } else if (trail) {
      viewer.setMode("window")
      const around = boxAround(trail, viewer.size)
      if (trail.length > 2 && around) this.region({...around, outline: trail})
    } else if (box) {
      viewer.setMode("window")
      if (mode === "crop") viewer.send.trigger("crop", box)
      else this.region(box)
    }
    viewer.request()
  }

  region(found) {
    const {x, y, width, height, outline} = this.viewer.region = found, {frame} = this.viewer
    this.viewer.send.trigger("region", {row: [y, y + height], column: [x, x + width], frame, ...outline && {outline}})
  }

  boxTo(e) {                                               // from the drag's start to here, whole pixels, at least 2 x 2
    const {viewer, drag} = this, [rows, columns] = viewer.size
    const [a, b] = viewer.place({offsetX: drag.x, offsetY: drag.y}), [c, d] = viewer.place(e)
    const span = (p, q, n) => {
      const least = viewer.mode === "crop" ? Math.min(2, n) : 1
      const low = clamp(Math.min(p, q), 0, n - least), high = clamp(Math.max(p, q) + 1, low + least, n)
      return [low, high - low]
    }
    const [x, width] = span(a, c, columns), [y, height] = span(b, d, rows)
    return {x, y, width, height}
  }

  key(e) {
    const {viewer} = this, middle = [viewer.canvas.clientWidth / 2, viewer.canvas.clientHeight / 2]
    const zoomIn = () => viewer.zoomAt(...middle, 1.2), invert = () => { viewer.invert = !viewer.invert }
    const region = () => viewer.setMode("region"), outline = () => viewer.setMode("outline"), planes = () => viewer.togglePlanes()
    takeKey(e, viewer.item ? {ArrowUp: () => viewer.go(viewer.frame - 1), ArrowDown: () => viewer.go(viewer.frame + 1),
      " ": () => { if (viewer.item.total > 1) viewer.play() }, i: invert, I: invert, o: planes, O: planes,
      r: region, R: region, l: outline, L: outline, "0": () => viewer.fit(), "+": zoomIn, "=": zoomIn,
      "-": () => viewer.zoomAt(...middle, 1 / 1.2), Escape: () => viewer.setMode("window")} : {})
    viewer.request()
  }
}
