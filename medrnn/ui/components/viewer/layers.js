// What the screen pixels show: the image, a map over it, and the planes that its file draws over it.
import {packed, rgb} from "../shared/colours.js"
import {store} from "../shared/store.js"
import {samples} from "./camera.js"
import {HEAT, overlayTable, paintOverlay, slot} from "./overlay.js"
import {BLACK, Greys, paintImage} from "./pixels.js"
import {findRuns, paintPlanes} from "./planes.js"

export class Layers {
  constructor(viewer) { this.viewer = viewer; this.greys = new Greys(); this.isPlanes = true }

  togglePlanes() { this.isPlanes = !this.isPlanes }

  load() {                                                 // a map of another moment is not drawn
    const {data: {overlay, colours, name}, theme} = this.viewer, map = overlay && store().items.get(`${name}-overlay`)
    this.map = map?.stamp === overlay?.stamp ? map?.values : null
    if (!this.map) return
    const {negative, positive} = colours[theme.isDark ? "dark" : "light"]
    this.table = overlayTable(overlay.signed, overlay.signed ? [negative, positive].map(rgb) : HEAT)
  }

  get isMapped() {
    const {data: {overlay}, frames} = this.viewer, at = overlay?.frame
    return this.map && (at === null || at === frames.at)
  }

  mapText(x, y) {                                          // the map's value over a pixel
    if (!this.isMapped) return ""
    const [bx, by, bw, bh] = this.viewer.data.overlay.box, {values, shape: [rows, columns]} = this.map
    const c = slot(x, bx, bw, columns), r = slot(y, by, bh, rows)
    return c < 0 || r < 0 ? "" : `, map ${+values[r * columns + c].toPrecision(3)}`
  }

  paint(out, w, h, scale, alpha) {
    const {viewer} = this, {frames: {held}, item: {pixels, planes}, data} = viewer
    if (held < 0) { out.fill(BLACK); return }              // never another frame under this one's number
    const {zoom, ox, oy, tall, size} = viewer.camera, [rows, columns] = size, at = held * rows * columns
    const across = samples(w, scale, ox, zoom, columns), down = samples(h, scale, oy, zoom * tall, rows)
    paintImage(out, across, down, columns, at, this.greys.of(pixels.values, viewer.isColour, viewer.view))
    if (this.isMapped && alpha) paintOverlay(out, across, down, this.map, data.overlay, this.table, alpha)
    if (planes && this.isPlanes)
      paintPlanes(out, w, h, this.runsOf(planes.values, at, size), {size, ox, oy, zoom, tall}, scale, packed(rgb(data.colours.dark.cursor)))
  }

  runsOf(bits, at, size) {                                 // of the frame in view
    if (this.ran?.bits !== bits || this.ran.at !== at) this.ran = {bits, at, runs: findRuns(bits, at, size)}
    return this.ran.runs
  }
}
