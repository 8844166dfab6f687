// The reading player: one image, one heat map per gate, one probability curve, one cursor through all of them.
import {surface} from "../shared/canvas.js"
import {mount} from "../shared/mount.js"
import {clamp, exact, short} from "../shared/numbers.js"
import {takeKey} from "../shared/page.js"
import {savePicture} from "../shared/picture.js"
import {shortStep, stepWords} from "../shared/steps.js"
import {Carried} from "./carried.js"
import {Cursor} from "./cursor.js"
import {changesOf, heatmapOf, meansOf, pictureOf, rampOf} from "./heatmaps.js"
import {beyondWords, marksOf, shownGate} from "./looks.js"
import {answerPanel, drawAnswer, gatePanel, meanRow, unread} from "./panels.js"
import {Playing} from "./playing.js"
import {drawScan} from "./scan.js"

const TALL = {answer: 84, focus: 150, strip: 54}           // CSS pixels

class Player extends Carried {
  constructor(host) {
    super(host, ".player")
    this.scan = this.find(".scan"); this.slider = this.find("input")
    this.focus = 0; this.isChange = this.isFull = false
    this.cursor = new Cursor(() => this.request(), at => this.send.state("step", {digest: this.record.digest, at}))
    this.playing = new Playing(this.cursor, () => this.record.rate)
    this.find(".save").onclick = () => this.save()
    this.find(".change").onclick = () => this.turn("isChange")
    this.find(".whole").onclick = () => this.turn("isFull")
    this.find(".play").onclick = () => this.toggle()
    this.find(".back").onclick = () => this.cursor.go(this.step - 1)
    this.find(".next").onclick = () => this.cursor.go(this.step + 1)
    this.slider.oninput = () => this.cursor.go(+this.slider.value)
    this.root.onkeydown = event => this.key(event)
    this.scan.onclick = event => this.pick(event)
    this.watch.observe(this.root)
  }

  get step() { return this.cursor.step }

  // --- what comes from Python ---------------------------------------------------------------------------------------

  join(data, {states, image}) { return {...data, states, image} }

  open() {
    const {states, gates} = this.record
    this.playing.stop(); this.means = meansOf(states); this.changes = null
    this.focus = Math.min(this.focus, gates.length - 1)
    this.cursor.open(this.record)
  }

  follow() { this.cursor.wish(this.record.start) }

  build() {
    const {classes, answer, steps, units} = this.record, {colours} = this, name = classes[answer], nameOf = u => this.nameOf(u)
    const gates = this.record.gates.map(gate => shownGate(gate, this.isChange, this.isFull))
    this.gates = gates
    this.panels = [answerPanel(name, colours, this.isAnswered), ...gates.map(gate => gatePanel(gate, colours))]
    this.panels.forEach((panel, place) => this.wire(panel, place - 1))     // -1 is the answer
    gates.forEach((gate, k) => this.panels[k + 1].node.append(...marksOf(gate, units, nameOf)))
    this.find(".panels").replaceChildren(...this.panels.map(panel => panel.node))
    this.buildMeans()
    this.sayBeyond(beyondWords(gates, nameOf))
    this.find(".most").textContent = gates.length; this.find(".enlarge").hidden = gates.length < 2
    this.find(".last").textContent = `step ${steps}`; this.slider.max = steps - 1
    this.paint()
    this.root.setAttribute("aria-label", `Reading player. ${this.record.alt} Space: play. Left and right: step. D: change since the last step.`)
    this.scan.setAttribute("aria-label", `${this.record.alt} The ${this.record.line} being read is outlined, what is not `
      + "read yet is veiled. Click to go to the step that read a place.")
  }

  buildMeans() {
    const {gates} = this.record, {colours} = this
    const unsigned = [...gates.keys()].filter(gate => !gates[gate].signed)
    this.bars = unsigned.map(gate => ({gate, ...meanRow(gates[gate].symbol, colours.gates[gates[gate].symbol])}))
    this.find(".means").replaceChildren(...this.bars.map(bar => bar.node))
    this.find(".average").hidden = !this.bars.length
  }

  sayBeyond(words) {                                       // what the colours leave out, and the button that shows it
    this.find(".beyond").hidden = !words
    this.find(".beyond span").textContent = this.isFull ? `Scale up to the largest value: ${words}.`
      : `Marked \u25c0, beyond the scale, in its end colours: ${words}.`
    this.find(".whole").textContent = this.isFull ? "Scale for most units" : "Full scale"
    this.find(".change").setAttribute("aria-pressed", this.isChange)
  }

  get beyond() { const node = this.find(".beyond"); return node.hidden ? "" : node.querySelector("span").textContent }
  turn(what) { this[what] = !this[what]; this.build(); this.request() }
  nameOf(place) { return this.record.labels?.[place] ?? place }
  get values() {                                           // what the heat maps show: the states, or their change
    if (!this.isChange) return this.record.states
    this.changes ??= changesOf(this.record.states, this.record.backward)
    return this.changes
  }

  wire({head, canvas, value}, gate) {
    if (gate >= 0) head.onclick = () => this.enlarge(gate)
    canvas.onpointermove = event => { value.textContent = this.read(gate, event) }
    canvas.onpointerleave = () => { value.textContent = "" }
    canvas.onclick = event => this.cursor.go(Math.floor(event.offsetX / canvas.clientWidth * this.record.steps))
  }

  paint() {
    const {record: {image}, gates, values, colours} = this
    this.bitmaps = gates.map((gate, k) => heatmapOf(values, k, rampOf(gate, colours)))
    this.picture = pictureOf(image)
  }

  // --- the step -----------------------------------------------------------------------------------------------------

  toggle() { this.playing.toggle(); this.request() }

  enlarge(gate) { this.focus = gate; this.request() }

  key(event) {
    if (!this.record) return
    const {steps, gates} = this.record, {target} = event
    const acts = {ArrowRight: () => this.cursor.go(this.step + 1), ArrowLeft: () => this.cursor.go(this.step - 1),
      Home: () => this.cursor.go(0), End: () => this.cursor.go(steps - 1)}
    acts.d = acts.D = () => this.turn("isChange")
    if (target.matches("button") === false) acts[" "] = () => this.toggle()
    gates.slice(0, 9).forEach((_, k) => { acts[k + 1] = () => this.enlarge(k) })
    takeKey(event, acts)
  }

  pick({offsetX, offsetY}) {                               // the step whose box holds the point
    const [rows, columns] = this.record.image.shape, {clientWidth, clientHeight} = this.scan
    const x = offsetX / clientWidth * columns, y = offsetY / clientHeight * rows
    const step = this.record.boxes.findIndex(([x0, y0, w, h]) => x >= x0 && x < x0 + w && y >= y0 && y < y0 + h)
    if (step >= 0) this.cursor.go(step)
  }

  get isAnswered() { return this.record.curve.some(p => p !== null) }
  percent(step) { const p = this.record.curve[step]; return p === null ? "none" : `${(100 * p).toFixed(1)} %` }

  read(gate, {offsetX, offsetY, target}) {                 // the exact value under the pointer
    const {steps, units} = this.record
    const t = clamp(Math.floor(offsetX / target.clientWidth * steps), 0, steps - 1)
    const where = shortStep(this.record, t)
    if (gate < 0) return `${where}  ${this.percent(t)}`
    const u = clamp(Math.floor(offsetY / target.clientHeight * units), 0, units - 1)
    const value = this.values.values[(gate * steps + t) * units + u], sign = this.isChange && value > 0 ? "+" : ""
    return `unit ${this.nameOf(u)}  ${where}  ${Number.isNaN(value) ? "none" : sign + exact(value)}`
  }

  // --- drawing ------------------------------------------------------------------------------------------------------

  draw() {
    drawScan(this)
    this.panels.forEach((panel, place) => this.drawPanel(panel, place - 1))
    this.controls()
  }

  drawPanel({canvas}, gate) {
    const {step, colours, record: {curve, steps, backward}} = this
    const [c, w, h] = surface(canvas, gate < 0 ? TALL.answer : gate === this.focus ? TALL.focus : TALL.strip)
    const cell = w / steps
    if (gate < 0) drawAnswer(c, w, h, curve, colours)
    else c.drawImage(this.bitmaps[gate], 0, 0, w, h)
    c.globalAlpha = .72; c.fillStyle = colours.page
    c.fillRect(...unread(step, steps, cell, backward && gate >= 0), h); c.globalAlpha = 1
    c.strokeStyle = colours.cursor; c.lineWidth = 2; c.strokeRect(step * cell + 1, 1, Math.max(2, cell - 2), h - 2)
  }

  controls() {
    const {record: {steps, units, classes, answer, gates, digest}, step, focus, playing: {isOn: playing}} = this
    const where = stepWords(this.record, step), answered = this.isAnswered ? `${classes[answer]} ${this.percent(step)}` : "no answer yet"
    const now = this.record.says ? `(${answered})` : answered      // in brackets where it is no answer
    this.find(".now").classList.toggle("aside", Boolean(this.record.says))
    this.find(".where").textContent = where; this.find(".now").textContent = now
    this.find(".play").textContent = playing ? "Pause" : "Play"
    this.slider.value = step; this.slider.setAttribute("aria-valuetext", `${where}, ${now}`)
    for (const {gate, bar, value} of this.bars) {
      const mean = this.means[gate][step]
      bar.style.width = `${100 * mean}%`; value.textContent = mean.toFixed(2)
    }
    this.panels.forEach(({head}, place) => { if (place) head.setAttribute("aria-pressed", place - 1 === focus) })
    Object.assign(this.root.dataset, {step, steps, units, digest, playing, focus: gates[focus].symbol,
      change: this.isChange, full: this.isFull, limits: this.gates.map(gate => short(gate.limit)).join()})
  }

  save() {                                                 // the image, then all panels under each other
    if (!this.record) return
    this.draw()
    const {record: {file, title, note, says, record}, panels, scan} = this, gap = 24, side = 300, wide = 640
    const caption = `${this.find(".where").textContent}, ${this.find(".now").textContent}`
    const places = [[scan, 0, 16, side, side * scan.clientHeight / scan.clientWidth, caption]]
    let y = 16
    for (const {canvas, label} of panels) {
      const height = wide * canvas.clientHeight / canvas.clientWidth
      places.push([canvas, side + gap, y, wide, height, label]); y += height + gap
    }
    savePicture(places, {name: file, title, note: [note, this.beyond].filter(Boolean).join("\n"), says, record, theme: this.theme})
  }

  close() { this.playing.stop(); super.close() }
}

export default mount(Player)
