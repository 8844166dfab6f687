// Small charts over one x axis. Zoom lives here, so a new point never moves the view.
import {surface} from "../shared/canvas.js"
import {Drawn} from "../shared/drawn.js"
import {mount} from "../shared/mount.js"
import {make, takeKey} from "../shared/page.js"
import {savePicture} from "../shared/picture.js"
import {drawAxes, drawDot, drawLastValues, drawLine, EDGE, HEIGHT, last, limits, said, scales} from "./axes.js"

const GRAB = 4                                             // CSS pixels from which a drag is a drag

class Curves extends Drawn {
  constructor(host) {
    super(host, ".curves")
    this.canvases = []
    this.find(".save").onclick = () => this.save()
    this.find(".all").onclick = () => this.showAll()
    this.root.onkeydown = event => takeKey(event, {})
    this.watch.observe(this.root)
  }

  build(panels) {                                          // anew only where there are others
    const names = panels.map(({name}) => name).join()
    if (names === this.built) return
    this.built = names
    this.canvases = panels.map(({name}) => {
      const canvas = make("canvas", "")
      canvas.setAttribute("role", "img"); canvas.dataset.panel = name
      this.wire(canvas)
      return canvas
    })
    const figures = panels.map(({title}, k) => make("figure", "", make("figcaption", "", title), this.canvases[k]))
    this.find(".panels").replaceChildren(...figures)
  }

  wire(canvas) {
    canvas.onpointerdown = e => {
      canvas.setPointerCapture(e.pointerId)
      this.drag = {canvas, start: e.offsetX, from: this.at(canvas, e), to: null}
    }
    canvas.onpointermove = e => {
      this.pointer = {canvas, x: this.at(canvas, e)}
      if (this.drag && Math.abs(e.offsetX - this.drag.start) > GRAB) this.drag.to = this.pointer.x
      this.request()
    }
    canvas.onpointerup = () => this.drop()
    canvas.onpointercancel = () => { this.drag = null }
    canvas.onpointerleave = () => { this.pointer = null; this.request() }
    canvas.ondblclick = () => this.showAll()
  }

  update(data, theme) {
    Object.assign(this, {data, theme})
    this.build(data.panels)
    const names = [...new Set(data.series.map(s => s.name))], colours = data.colours[theme.isDark ? "dark" : "light"]
    this.colour = name => colours[names.indexOf(name) % colours.length]
    this.entries = names.map(name => ({...data.series.find(s => s.name === name), colour: this.colour(name)}))
    this.root.setAttribute("aria-label", `${data.alt}.`)
    for (const canvas of this.canvases) canvas.setAttribute("aria-label", this.words(canvas))
    this.legend()
    this.root.dataset.points = data.series.reduce((n, s) => n + s.x.length, 0)
    this.request()
  }

  called({name, dash}) { return this.data.dashed && dash ? `${name} (${this.data.dashed})` : name }
  shown({dataset: {panel}}) { return this.data.series.filter(s => s.panel === panel && s.x.length) }
  words(canvas) {                                          // the finding, for those who cannot see it
    const ends = this.shown(canvas).filter(s => last(s) >= 0).map(s => `${this.called(s)} ${said(s.y[last(s)])}`)
    const what = `${this.data.alt}: ${canvas.dataset.panel} over ${this.data.x_label}`
    return `${what}. Last values: ${ends.join(", ") || "none yet"}.`
  }

  legend() {                                               // names go in as text: they may come from a user
    this.find(".legend").replaceChildren(...this.entries.map(({name, colour, dash}) => {
      const mark = make("i", "")
      mark.style.borderTopColor = colour; mark.style.borderTopStyle = dash ? "dashed" : "solid"
      return make("span", "", mark, name)
    }))
  }

  range(canvas) { return limits(this.shown(canvas), canvas.dataset.panel, this.zoom) }
  at(canvas, e) { return scales(this.range(canvas), canvas.clientWidth, HEIGHT).x(e.offsetX) }

  drop() {
    const {drag} = this; this.drag = null
    if (drag?.to != null && drag.to !== drag.from) this.zoom = [drag.from, drag.to].sort((a, b) => a - b)
    this.request()
  }

  showAll() { this.zoom = null; this.request() }

  get isReady() { return this.data && this.root.clientWidth }

  draw() {
    this.find("output").value = this.pointer ? this.nearest().map(n => n.text).join("   ") : ""
    this.canvases.forEach(canvas => this.drawPanel(canvas))
    this.find(".all").disabled = !this.zoom
    this.root.dataset.zoom = this.zoom ? this.zoom.map(x => x.toFixed(1)).join("-") : "all"
  }

  nearest() {                                              // each line's point next to the pointer
    const {canvas, x} = this.pointer
    return this.shown(canvas).flatMap(s => {
      const known = s.x.map((_, i) => i).filter(i => s.y[i] !== null)
      if (!known.length) return []
      const i = known.reduce((best, j) => Math.abs(s.x[j] - x) < Math.abs(s.x[best] - x) ? j : best)
      return [{x: s.x[i], y: s.y[i], name: s.name, text: `${this.called(s)} ${said(s.y[i])} at ${s.x[i]}`}]
    })
  }

  drawPanel(canvas) {
    const [c, w, h] = surface(canvas, HEIGHT), {theme, data} = this, range = this.range(canvas), to = scales(range, w, h)
    const lines = this.shown(canvas)
    drawAxes(c, w, h, range, to, theme, data.x_label)
    if (!lines.length) { c.textBaseline = "middle"; c.fillText("no points yet", (EDGE.left + w) / 2, h / 2) }
    c.save()
    c.beginPath(); c.rect(EDGE.left, 0, w - EDGE.left - EDGE.right + 6, h - EDGE.bottom + 4); c.clip()
    for (const line of lines) drawLine(c, line, this.colour(line.name), to)
    this.drawPointer(c, canvas, to, h)
    const marks = lines.filter(line => last(line) >= 0).map(line => this.mark(line, to))
    for (const {x, y, colour} of marks) drawDot(c, x, y, colour)
    drawLastValues(c, marks.filter(({x}) => x >= EDGE.left && x <= w - EDGE.right + 1), theme, h)
    c.restore()
  }

  mark(line, {px, py}) {
    const i = last(line)
    return {x: px(line.x[i]), y: py(line.y[i]), text: said(line.y[i]), colour: this.colour(line.name)}
  }

  drawPointer(c, canvas, {px, py}, h) {
    if (this.pointer?.canvas === canvas) {
      c.strokeStyle = this.theme.ink; c.lineWidth = 1; c.globalAlpha = .4
      c.beginPath(); c.moveTo(px(this.pointer.x), EDGE.top); c.lineTo(px(this.pointer.x), h - EDGE.bottom); c.stroke()
      c.globalAlpha = 1
      for (const {x, y, name} of this.nearest()) drawDot(c, px(x), py(y), this.colour(name))
    }
    if (this.drag?.canvas === canvas && this.drag.to != null) {
      c.fillStyle = this.theme.ink; c.globalAlpha = .15
      c.fillRect(px(this.drag.from), EDGE.top, px(this.drag.to) - px(this.drag.from), h - EDGE.top - EDGE.bottom)
      c.globalAlpha = 1
    }
  }

  save() {                                                 // as it stands, without the pointer's marks
    this.pointer = null; this.draw()
    const {data: {title, note}, entries: legend, theme} = this
    const places = this.canvases.map((canvas, k) => {
      const label = canvas.parentElement.querySelector("figcaption").textContent, w = this.canvases[0].clientWidth
      return [canvas, k % 2 * (w + 20), 14 + Math.floor(k / 2) * (HEIGHT + 24), canvas.clientWidth, HEIGHT, label]
    })
    savePicture(places, {name: "medrnn-curves", title, note, theme, legend})
  }
}

export default mount(Curves)
