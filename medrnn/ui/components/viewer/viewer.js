// The image viewer: one image and how it is looked at (window, mode, region); its parts stand in the files beside it.
import {Screen} from "../shared/canvas.js"
import {Drawn} from "../shared/drawn.js"
import {larger} from "../shared/lettering.js"
import {mount} from "../shared/mount.js"
import {savePicture} from "../shared/picture.js"
import {store} from "../shared/store.js"
import {Camera} from "./camera.js"
import {Controls} from "./controls.js"
import {Frames} from "./frames.js"
import {Gestures, HINTS} from "./gestures.js"
import {Layers} from "./layers.js"
import {Lengths} from "./lengths.js"
import {Link} from "./link.js"
import {Over} from "./over.js"

const SIDES = ["left", "right", "top", "bottom"]
const KEYS = "Drag: window. Wheel: zoom. Shift and drag: move. Click: pick. R, then drag: region. L, then drag: outline. "
  + "D, then drag: distance. A, then three clicks: angle. Up and down: frames. I: invert. Plus, minus: zoom. 0: fit."

class Viewer extends Drawn {
  constructor(host) {
    super(host, ".viewer")
    this.canvas = this.find("canvas"); this.screen = new Screen(this.canvas); this.digest = null
    this.camera = new Camera(this.scene())
    this.frames = new Frames(this); this.layers = new Layers(this); this.lengths = new Lengths(this); this.over = new Over(this)
    this.controls = new Controls(this); this.link = new Link(this.linked())
    this.setMode("window")
    this.gestures = new Gestures(this)
    this.watch.observe(this.canvas)
  }

  // --- what comes from Python ---------------------------------------------------------------------------------------

  update(data, theme, send) {                              // data is small; the pixels come through the store
    Object.assign(this, {data, theme, send})
    this.hear(data.name, `${data.name}-overlay`)
    this.canvas.style.setProperty("--height", `${data.height}px`)
    this.canvas.setAttribute("aria-label", this.label)
    this.find(".reach").textContent = data.reach; this.find(".reach").hidden = !data.reach
    this.load(); this.link.join()
  }

  get label() {
    const {alt, edges, planes} = this.data
    const sides = edges ? ` At the edges of the image: ${SIDES.map((side, k) => `${side} ${edges[k]}`).join(", ")}.` : ""
    return `${alt} ${KEYS}${sides}${planes ? " O: overlay planes." : ""}`
  }

  load() {
    const {data} = this, item = store().items.get(data.name)
    if (item?.digest !== data.digest) return               // the carrier has not come yet
    if (item !== this.item) this.frames.asked = null
    this.item = item; this.isColour = item.pixels.shape.length === 4
    if (this.digest !== data.digest) this.open()
    else this.frames.wish(data.start)
    this.layers.load(); this.controls.fill()
    this.frames.ask(); this.request()
  }

  open() {                                                 // another image: its own window, the whole of it
    this.digest = this.data.digest
    this.frames.open(this.data.start); this.begin()
  }

  begin() {
    const {center, width, voi, inverted} = this.data
    Object.assign(this, {center, width, voi, invert: inverted, region: null})
    this.layers.isPlanes = true; this.lengths.clear(); delete this.find(".preset").dataset.name
    this.setMode("window"); this.camera.fit()
  }

  // --- how it is looked at ------------------------------------------------------------------------------------------

  get view() { const {center, width, voi, invert} = this; return {center, width, voi, invert, table: this.tableOf(voi)} }

  tableOf(voi) {                                           // the lookup table that came with the pixels, if it is one
    const [at, count] = this.item.table_at?.[voi] ?? []
    return count && this.item.tables.values.subarray(at, at + count)
  }

  setWindow(center, width) { this.center = center; this.width = width }
  typed(center, width) { if (Number.isFinite(center) && width > 0) this.setWindow(center, width); this.request() }
  choose({center, width, voi}) { this.voi = voi; this.setWindow(center, width); this.request() }
  turnOver() { this.invert = !this.invert }

  toggleMode(mode) { this.setMode(this.mode === mode ? "window" : mode); this.request() }

  setMode(mode) {
    this.mode = mode; this.box = this.trail = null; this.lengths.drop()
    this.controls.showMode(mode, HINTS[mode])
  }

  clear() { this.region = null; this.lengths.clear(); this.setMode("window"); this.request() }

  // --- where it is drawn --------------------------------------------------------------------------------------------

  scene() {                                                // for the camera: as it is at the moment that it asks
    const viewer = this, spacing = () => viewer.data.spacing_mm ?? [viewer.data.pixel_height ?? 1, 1]
    return {
      get isHere() { return Boolean(viewer.item) },
      get size() { return viewer.item.pixels.shape.slice(1, 3) },
      get tall() { const [row, column] = spacing(); return row / column },
      get room() { return [viewer.canvas.clientWidth, viewer.canvas.clientHeight] },
      get edge() { return viewer.data.boxes ? 44 * larger() : 0 },      // for the arrow of the reading and three figures
    }
  }

  resized() { this.camera.resize(); this.request() }
  zoomAt(x, y, by) { this.camera.zoomAt(x, y, by); this.request() }
  zoomBy(by) { this.zoomAt(this.canvas.clientWidth / 2, this.canvas.clientHeight / 2, by) }

  // --- what linked views see of it, and give it ---------------------------------------------------------------------

  linked() {
    const viewer = this
    return {
      get link() { return viewer.data.link },
      get digest() { return viewer.digest },
      get isOpen() { return Boolean(viewer.item) && viewer.digest === viewer.data.digest },
      get total() { return viewer.frames.total },
      get state() {
        const {camera, frames, center, width, voi} = viewer
        return {...camera.share, frame: frames.at, total: frames.total, center, width, voi}
      },
      take({zoom, x, y, frame, center, width, voi}, isSameUnit) {
        viewer.camera.takeShare({zoom, x, y})
        if (frame !== viewer.frames.at) viewer.frames.show(frame)
        if (isSameUnit) { viewer.voi = voi; viewer.setWindow(center, width) }
        viewer.request()
      },
    }
  }

  // --- drawing ------------------------------------------------------------------------------------------------------

  get isReady() { return this.item && this.canvas.clientWidth }

  draw() {
    const {canvas, screen} = this
    screen.paint((out, w, h, scale) => this.layers.paint(out, w, h, scale, this.controls.opacity))
    this.over.draw(screen.context, canvas.clientWidth, canvas.clientHeight)
    this.controls.show(); this.link.tell()
  }

  save() {
    if (!this.item) return
    this.draw()
    const {clientWidth: w, clientHeight: h} = this.canvas, {title, note, says, record, digest} = this.data
    savePicture([[this.canvas, 0, 0, w, h]],
      {name: `medrnn-${digest.slice(0, 8)}`, title, note, says, record, theme: this.theme})
  }

  close() { this.link.leave(); this.frames.close(); super.close() }
}

export default mount(Viewer)
