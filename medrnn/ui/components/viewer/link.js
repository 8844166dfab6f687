// Viewers that go together: zoom, middle, frame and window pass from one to the others, without the server.
// data.link: {group, unit, start_mm, step_mm}, or null. A zoom is relative to the fitted one, a middle a share of
// the image; frames are matched by mm along the normal where both know them, else by their share of the stack.
const TOGETHER = "medrnn-link"
const nearly = v => +v.toFixed(4)

class Link {
  constructor(viewer) { this.viewer = viewer; this.told = null; this.ear = e => this.hear(e.detail) }

  join() {                                                 // at the end of Viewer.update
    store().removeEventListener(TOGETHER, this.ear)
    if (this.viewer.data.link) store().addEventListener(TOGETHER, this.ear)
  }

  leave() { store().removeEventListener(TOGETHER, this.ear) }      // in Viewer.close

  tell() {                                                 // at the end of Viewer.draw: what changed since the last word
    const {data, digest} = this.viewer
    if (!data.link) return
    const now = this.state(), word = JSON.stringify(now), isNews = this.digest === digest && this.told !== word
    this.told = word; this.digest = digest                 // another image begins in silence
    if (isNews) store().dispatchEvent(new CustomEvent(TOGETHER, {detail: {...now, from: this, link: data.link}}))
  }

  state() {
    const {viewer} = this, {zoom, ox, oy, tall, frame, center, width, voi, canvas: {clientWidth: w, clientHeight: h}} = viewer
    const [rows, columns] = viewer.size
    return {zoom: nearly(zoom / this.fitted()), x: nearly((w / 2 - ox) / zoom / columns),
      y: nearly((h / 2 - oy) / (zoom * tall) / rows), frame, total: viewer.item.total, center, width, voi}
  }

  fitted() {                                               // the zoom at which the whole image is seen
    const {viewer} = this, {zoom, ox, oy, isFitted, wide, high} = viewer
    viewer.fit()
    const found = viewer.zoom
    Object.assign(viewer, {zoom, ox, oy, isFitted, wide, high})
    return found
  }

  hear({from, link, zoom, x, y, frame, total, center, width, voi}) {
    const {viewer} = this, own = viewer.data.link
    if (from === this || own?.group !== link.group || !viewer.item || viewer.digest !== viewer.data.digest) return
    this.place(zoom, x, y)
    const next = this.frameOf(frame, total, link)
    if (next !== viewer.frame) viewer.show(next)
    if (own.unit && own.unit === link.unit) { viewer.voi = voi; viewer.setWindow(center, width) }
    this.told = JSON.stringify(this.state()); this.digest = viewer.digest  // an echo is no news
    viewer.request()
  }

  place(zoom, x, y) {
    const {viewer} = this
    viewer.fit()
    if (zoom === 1 && x === .5 && y === .5) return
    const [rows, columns] = viewer.size, {clientWidth: w, clientHeight: h} = viewer.canvas
    viewer.zoom *= zoom; viewer.isFitted = false
    viewer.ox = w / 2 - x * columns * viewer.zoom; viewer.oy = h / 2 - y * rows * viewer.zoom * viewer.tall
  }

  frameOf(frame, total, {start_mm, step_mm}) {             // of the other's stack, in this one's
    const own = this.viewer.data.link, last = this.viewer.item.total - 1
    const byMm = own.step_mm && step_mm
    const at = byMm ? (start_mm + frame * step_mm - own.start_mm) / own.step_mm : total > 1 ? frame / (total - 1) * last : 0
    return clamp(Math.round(at), 0, last)
  }
}
