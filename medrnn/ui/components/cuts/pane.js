// One of the three cuts on its canvas: where it lies, its pixels, its crosshair, its letters and ruler.
import {Screen} from "../shared/canvas.js"
import {ORANGE} from "../shared/colours.js"
import {lettering, lineHeight, wrap} from "../shared/lettering.js"
import {clamp} from "../shared/numbers.js"
import {drawRuler, drawWords} from "../viewer/furniture.js"
import {BLACK} from "../viewer/pixels.js"
import {Steering} from "./steering.js"

export const AXES = ["frame", "row", "column"]

const GAP = 7                                              // CSS pixels round the crosshair's middle that stay free
const EDGE = 8                                             // round the cut

export class Pane {
  constructor(cuts, figure) {
    this.cuts = cuts; this.canvas = figure.querySelector("canvas"); this.caption = figure.querySelector("figcaption span")
    this.screen = new Screen(this.canvas)
    figure.querySelector(".before").onclick = () => this.step(-1)
    figure.querySelector(".after").onclick = () => this.step(1)
    this.steering = new Steering(cuts, this)
  }

  // --- where it lies: of the axes down and across as {k, turned}, k counts frame, row, column --------------------------

  lay({axis, name, down, across, turned, edges}) {
    const along = (word, isTurned) => ({k: AXES.indexOf(word), isTurned})
    Object.assign(this, {name, edges, axis: AXES.indexOf(axis), down: along(down, turned[0]), across: along(across, turned[1])})
  }

  mm({k}) { return this.cuts.data.shape[k] * this.cuts.data.spacing_mm[k] }
  get largest() {                                          // CSS pixels a mm at which the whole cut is seen
    const {clientWidth: w, clientHeight: h} = this.canvas
    return Math.max(1e-3, Math.min((w - 2 * EDGE) / this.mm(this.across), (h - 2 * EDGE) / this.mm(this.down)))
  }

  fit(zoom) {
    const {clientWidth: w, clientHeight: h} = this.canvas
    this.zoom = zoom
    this.ox = (w - this.mm(this.across) * zoom) / 2; this.oy = (h - this.mm(this.down) * zoom) / 2
  }

  indexAt(along, px, isInside) {                           // px from the cut's edge to the nearest sample, or -1
    const {shape, spacing_mm, steps} = this.cuts.data, {k, isTurned} = along
    const from = px / this.zoom / spacing_mm[k] - .5, at = isTurned ? shape[k] - 1 - from : from
    if (isInside && (at < -.5 || at >= shape[k] - .5)) return -1
    return clamp(Math.round(at / steps[k]), 0, this.cuts.held[k] - 1)
  }

  edgesOf({k, isTurned}, edges, origin) {                  // of what lies between two edges, in CSS pixels of the canvas
    const {shape, spacing_mm} = this.cuts.data
    return edges.map(edge => origin + (isTurned ? shape[k] - edge : edge) * spacing_mm[k] * this.zoom).sort((a, b) => a - b)
  }

  pixelOf({k, isTurned}) {                                 // of the crosshair: from the cut's edge to its sample
    const {shape, spacing_mm, steps} = this.cuts.data, at = this.cuts.at[k] * steps[k]
    return ((isTurned ? shape[k] - 1 - at : at) + .5) * spacing_mm[k] * this.zoom
  }

  pick({offsetX, offsetY}) {                               // the crosshair to a point, or to the nearest edge
    const at = [...this.cuts.at]
    at[this.across.k] = this.indexAt(this.across, offsetX - this.ox)
    at[this.down.k] = this.indexAt(this.down, offsetY - this.oy)
    this.cuts.go(at)
  }

  step(by) {
    if (!this.cuts.item) return
    const at = [...this.cuts.at]
    at[this.axis] += by
    this.cuts.go(at)
  }

  // --- drawing ------------------------------------------------------------------------------------------------------

  draw(grey) {
    const {canvas, screen} = this
    screen.paint((out, w, h, scale) => this.paint(out, w, h, scale, grey))
    this.furniture(screen.context, canvas.clientWidth, canvas.clientHeight)
    this.say()
  }

  paint(out, w, h, scale, grey) {                          // one sample a screen pixel: the cost is that of the screen
    const {strides, at} = this.cuts, base = at[this.axis] * strides[this.axis]
    const line = (length, origin, along) => Int32Array.from({length}, (_, p) => {
      const index = this.indexAt(along, (p + .5) / scale - origin, true)
      return index < 0 ? -1 : index * strides[along.k]
    })
    const across = line(w, this.ox, this.across), down = line(h, this.oy, this.down)
    for (let y = 0, p = 0; y < h; y++) {
      if (down[y] < 0) { out.fill(BLACK, p, p + w); p += w; continue }
      const row = base + down[y]
      for (let x = 0; x < w; x++, p++) out[p] = across[x] < 0 ? BLACK : grey(row + across[x])
    }
  }

  furniture(c, w, h) {
    if (this.cuts.reads.told) this.drawRead(c, this.cuts.reads)
    this.drawCross(c)
    c.font = lettering(13, 600)
    const [left, right, top, bottom] = this.edges, middle = text => (w - c.measureText(text).width) / 2
    drawWords(c, left, 10, h / 2 + 4); drawWords(c, right, w - 10, h / 2 + 4, "right")
    drawWords(c, top, middle(top), 20); drawWords(c, bottom, middle(bottom), h - 10)
    c.font = lettering(12)
    drawRuler(c, this.zoom, 1, w, h)
    wrap(c, this.cuts.data.sampled, w / 2 - 40).forEach((line, k) => line && drawWords(c, line, 16, 6 + lineHeight() * (k + 1)))
  }

  drawRead(c, reads) {                                     // dashed: all that is read; filled: at this step
    const {axis, across, down, ox, oy, cuts: {place, data: {shape}}} = this
    const boxOf = edges => {
      const [x, right] = this.edgesOf(across, edges(across.k), ox), [y, lower] = this.edgesOf(down, edges(down.k), oy)
      return [x, y, right - x, lower - y]
    }
    if (axis) { c.fillStyle = ORANGE; c.globalAlpha = .7; c.fillRect(...boxOf(k => k ? reads.box(k) : reads.band(shape[0]))) }
    c.globalAlpha = reads.holds(axis, place[axis]) ? 1 : .4
    c.strokeStyle = ORANGE; c.lineWidth = 1.5; c.setLineDash([5, 4])
    c.strokeRect(...boxOf(k => reads.box(k))); c.setLineDash([]); c.globalAlpha = 1
  }

  gapOf(along, px, origin) {                               // of a line of the crosshair: over what is read, where it stands there
    const {reads, place} = this.cuts, isIn = reads.told && [this.across, this.down].every(({k}) => reads.holds(k, place[k]))
    return isIn ? this.edgesOf(along, reads.box(along.k), origin) : [px - GAP, px + GAP]
  }

  drawCross(c) {
    const sharp = px => Math.floor(px) + .5, {zoom} = this
    const x = sharp(this.ox + this.pixelOf(this.across)), y = sharp(this.oy + this.pixelOf(this.down))
    const right = this.ox + this.mm(this.across) * zoom, bottom = this.oy + this.mm(this.down) * zoom
    const [left, after] = this.gapOf(this.across, x, this.ox), [upper, below] = this.gapOf(this.down, y, this.oy)
    c.strokeStyle = ORANGE; c.lineWidth = 1; c.beginPath()
    for (const [from, to] of [[this.ox, left], [after, right]])
      if (to > from) { c.moveTo(from, y); c.lineTo(to, y) }
    for (const [from, to] of [[this.oy, upper], [below, bottom]])
      if (to > from) { c.moveTo(x, from); c.lineTo(x, to) }
    c.stroke()
  }

  get title() {                                            // frames count from 1 on the screen, pixels from 0
    const {axis, name, cuts: {data, place}} = this
    const which = axis ? `${AXES[axis]} ${place[axis]}` : `frame ${place[0] + 1} of ${data.shape[0]}`
    return `${name[0].toUpperCase()}${name.slice(1)}, ${which}`
  }

  say() {
    const {canvas, cuts: {place, data}, axis, zoom, ox, oy, edges} = this
    this.caption.textContent = this.title
    canvas.setAttribute("aria-label", `${this.title}. ${data.alt} Click or drag: crosshair. Shift and drag: window. `
      + "Wheel, up and down: next cut. I: invert. 0: reset.")
    Object.assign(canvas.dataset, {axis: AXES[axis], index: place[axis], zoom, ox, oy, edges: edges.join()})
  }
}
