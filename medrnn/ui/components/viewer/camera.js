// Where the image lies on its canvas: CSS pixels a column (zoom) and its upper left corner, and the ways between both.
import {clamp} from "../shared/numbers.js"

const NEAREST = 256, FARTHEST = .02, LEAST = 1e-3          // CSS pixels a column, by hand and where the whole is seen
const nearly = v => +v.toFixed(4)

// size: rows, columns; tall: a pixel's height in widths; room: of the canvas; edge: stays free; both in CSS pixels
export function fitted({size: [rows, columns], tall, room: [w, h], edge}) {
  const zoom = Math.max(LEAST, Math.min((w - 2 * edge) / columns, (h - 2 * edge) / (rows * tall)))
  return {zoom, ox: (w - columns * zoom) / 2, oy: (h - rows * zoom * tall) / 2}
}

// The row or column whose pixel each of ``length`` screen pixels shows, -1 outside; origin, step: in CSS pixels.
export function samples(length, scale, origin, step, count) {
  return Int32Array.from({length}, (_, k) => {
    const at = Math.floor(((k + .5) / scale - origin) / step)
    return at < count ? Math.max(-1, at) : -1
  })
}

export class Camera {
  constructor(scene) { this.scene = scene }                // what fitted() takes, as it is now, and isHere: has pixels

  get size() { return this.scene.size }
  get tall() { return this.scene.tall }

  fit() {
    const {scene} = this
    if (scene.isHere) Object.assign(this, fitted(scene), {isFitted: true, room: scene.room})
  }

  resize() {                                               // a zoomed view keeps its middle
    const {scene} = this, [w, h] = scene.room
    if (!w || !scene.isHere) return
    if (this.isFitted || !this.room?.[0]) { this.fit(); return }
    this.ox += (w - this.room[0]) / 2; this.oy += (h - this.room[1]) / 2; this.room = [w, h]
  }

  zoomAt(x, y, by) {                                       // round a point that stays where it is
    const zoom = clamp(this.zoom * by, FARTHEST, NEAREST), ratio = zoom / this.zoom
    this.moveTo(x - (x - this.ox) * ratio, y - (y - this.oy) * ratio)
    this.zoom = zoom
  }

  moveTo(ox, oy) { this.ox = ox; this.oy = oy; this.isFitted = false }

  // --- from a point on the canvas to the image ----------------------------------------------------------------------

  exactly({offsetX, offsetY}) { return [(offsetX - this.ox) / this.zoom, (offsetY - this.oy) / (this.zoom * this.tall)] }
  place(point) { return this.exactly(point).map(Math.floor) }      // column and row under it, also outside the image
  spot(point) { return this.exactly(point).map(v => Math.round(100 * v) / 100) }   // to a hundredth of a pixel

  pixelAt(point) {                                         // column and row, or null outside
    const [x, y] = this.place(point), [rows, columns] = this.size
    return x >= 0 && y >= 0 && x < columns && y < rows ? [x, y] : null
  }

  // --- from the image to the canvas ---------------------------------------------------------------------------------

  box([x, y, w, h]) {                                      // of pixels, in CSS pixels
    const high = this.zoom * this.tall
    return [this.ox + x * this.zoom, this.oy + y * high, w * this.zoom, h * high]
  }

  points(points) { return points.map(([x, y]) => this.box([x, y, 0, 0]).slice(0, 2)) }

  // --- for views of other sizes: zoom relative to the fitted one, the middle as a share of the image -----------------

  get share() {
    const {zoom, ox, oy, scene} = this, {size: [rows, columns], tall, room: [w, h]} = scene
    return {zoom: nearly(zoom / fitted(scene).zoom), x: nearly((w / 2 - ox) / zoom / columns),
      y: nearly((h / 2 - oy) / (zoom * tall) / rows)}
  }

  takeShare({zoom, x, y}) {
    this.fit()
    if (zoom === 1 && x === .5 && y === .5) return
    const {size: [rows, columns], tall, room: [w, h]} = this.scene
    this.zoom *= zoom
    this.moveTo(w / 2 - x * columns * this.zoom, h / 2 - y * rows * this.zoom * tall)
  }
}
