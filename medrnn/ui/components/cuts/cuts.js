// Three cuts of one volume with one crosshair. The whole volume is here, so nothing is asked of the server.
import {Drawn} from "../shared/drawn.js"
import {Echo} from "../shared/echo.js"
import {mount} from "../shared/mount.js"
import {clamp, exact, tidy} from "../shared/numbers.js"
import {takeKey} from "../shared/page.js"
import {savePicture} from "../shared/picture.js"
import {Rest} from "../shared/rest.js"
import {store} from "../shared/store.js"
import {Greys} from "../viewer/pixels.js"
import {fillPresets, markPreset} from "../viewer/presets.js"
import {Pane} from "./pane.js"
import {Reads} from "./reads.js"

const APART = 2                                            // cuts side by side have one scale, unless one could be so much larger
const SIDES = ["RL", "AP", "FH"]                           // against and along x, y, z of the patient

class Cuts extends Drawn {
  constructor(host) {
    super(host, ".cuts")
    this.rest = new Rest(); this.greys = new Greys(); this.at = [0, 0, 0]; this.digest = null
    this.reads = new Reads(() => this.toStep(), at => this.send.state("step", {digest: this.data.reads.link, at}))
    this.panes = [...this.root.querySelectorAll(".pane")].map(figure => new Pane(this, figure))
    this.find(".preset").onchange = e => this.choose(this.data.presets[e.target.selectedIndex])
    this.find(".center").onchange = e => this.typed(e.target.valueAsNumber, this.width)
    this.find(".width").onchange = e => this.typed(this.center, e.target.valueAsNumber)
    this.find(".reset").onclick = () => this.begin()
    this.find(".invert").onclick = () => this.turnOver()
    this.find(".save").onclick = () => this.save()
    this.root.onkeydown = e => takeKey(e, {})              // r and c typed here are none of Streamlit's business
    for (const {canvas} of this.panes) this.watch.observe(canvas)
  }

  // --- what comes from Python ---------------------------------------------------------------------------------------

  update(data, theme, send) {                              // data is small; the volume comes through the store
    Object.assign(this, {data, theme, send})
    this.hear(data.name)
    this.root.style.setProperty("--height", `${data.height}px`)
    this.find(".notes").textContent = data.notes.join(" "); this.find(".notes").hidden = !data.notes.length
    this.load()
  }

  load() {
    const {data} = this, item = store().items.get(data.name)
    if (item?.digest !== data.digest) return               // the carrier has not come yet
    const [, rows, columns] = item.volume.shape
    this.item = item; this.held = item.volume.shape; this.strides = [rows * columns, columns, 1]
    this.panes.forEach((pane, k) => pane.lay(data.planes[k]))
    fillPresets(this.find(".preset"), data.presets)
    if (this.digest !== data.digest) this.open()
    else if (!data.reads && this.echo.isNew(data.start[0])) this.show([this.sample(data.start[0], 0), this.at[1], this.at[2]])
    this.reads.hear(data.reads)
    this.request()
  }

  open() {                                                 // another volume: its own window
    this.digest = this.data.digest; this.echo = new Echo(this.data.start[0])
    this.rest.drop()
    this.show(this.data.start.map((index, k) => this.sample(index, k)))
    this.begin()
  }

  sample(index, k) { return Math.round(index / this.data.steps[k]) }

  // --- crosshair and window -----------------------------------------------------------------------------------------

  show(at) { this.at = at.map((index, k) => clamp(index, 0, this.held[k] - 1)) }

  toStep() {                                               // the frame of the step, wherever it was chosen
    if (!this.isOwn) this.show([this.sample(this.reads.frame, 0), this.at[1], this.at[2]])
    this.request()
  }

  go(at) {                                                 // Python hears where the reader came to rest
    this.show(at)
    if (this.data.reads) { this.seek(); return }
    this.rest.wait(() => {
      const [frame, row, column] = this.place
      this.echo.note(frame)
      this.send.trigger("place", {digest: this.digest, frame, row, column})
    })
    this.request()
  }

  seek() {                                                 // a frame that is read is a step, in all pictures that share it
    this.isOwn = true; this.reads.seek(this.place[0]); this.isOwn = false
    this.request()
  }

  get place() { return this.at.map((index, k) => index * this.data.steps[k]) }   // in the file's own counting

  begin() {
    const {center, width, voi, inverted} = this.data
    delete this.find(".preset").dataset.name
    Object.assign(this, {center, width, voi, invert: inverted}); this.request()
  }

  setWindow(center, width) { Object.assign(this, {center, width}); this.request() }
  typed(center, width) { if (Number.isFinite(center) && width > 0) this.setWindow(center, width); this.request() }
  choose({center, width, voi}) { this.voi = voi; this.setWindow(center, width) }
  turnOver() { this.invert = !this.invert; this.request() }

  // --- drawing ------------------------------------------------------------------------------------------------------

  get isReady() { return this.item?.digest === this.data.digest && this.panes[0].canvas.clientWidth }

  draw() {
    const {center, width, voi, invert} = this
    const grey = this.greys.of(this.item.volume.values, false, {center, width, voi, invert})
    for (const pane of this.panes) { pane.fit(this.scaleOf(pane)); pane.draw(grey) }
    this.controls()
  }

  scaleOf({largest, canvas: {clientHeight: high}}) {
    const beside = this.panes.filter(({canvas}) => canvas.clientHeight === high).map(pane => pane.largest)
    const least = Math.min(...beside)
    return largest > APART * least ? largest : least
  }

  get value() { return this.item.volume.values[this.at.reduce((sum, index, k) => sum + index * this.strides[k], 0)] }

  get words() {                                            // frames count from 1 on the screen, pixels from 0
    const [frame, row, column] = this.place, {data} = this, unit = data.unit && ` ${data.unit}`
    const read = this.reads.words(frame)
    return `${read && `${read}  ·  `}frame ${frame + 1}, row ${row}, column ${column}: ${exact(this.value)}${unit}  ·  ${this.millimetres}`
  }

  get millimetres() {                                      // of the pixel's centre, with the patient's sides
    const point = [...this.place, 1]
    const xyz = this.data.patient.map(line => line.reduce((sum, factor, k) => sum + factor * point[k], 0))
    return `${xyz.map((mm, k) => `${SIDES[k][+(mm >= 0)]} ${Math.abs(mm).toFixed(1)}`).join(", ")} mm`
  }

  controls() {
    for (const name of ["center", "width"]) {
      const input = this.find(`.${name}`)
      if (!input.matches(":focus")) input.value = tidy(this[name])
    }
    const {center, width, invert, digest, data} = this, [frame, row, column] = this.place
    this.find(".invert").setAttribute("aria-pressed", invert)
    markPreset(this.find(".preset"), data.presets, this)
    this.find("output").value = this.words
    Object.assign(this.root.dataset, {loaded: true, digest, step: data.reads ? this.reads.step : "", frame, row, column, value: this.value, center, width, inverted: invert})
  }

  save() {
    if (!this.item) return
    this.draw()
    let x = 0
    const places = this.panes.map(({canvas: {clientWidth: w, clientHeight: h}, canvas, title}) => {
      const place = [canvas, x, 0, w, h, title]
      x += w + 12
      return place
    })
    const {title, note, says, record, digest} = this.data
    savePicture(places, {name: `medrnn-cuts-${digest.slice(0, 8)}`, title: `${title}. ${this.words}`, note, says, record, theme: this.theme})
  }

  close() { this.rest.drop(); this.reads.close(); super.close() }
}

export default mount(Cuts)
