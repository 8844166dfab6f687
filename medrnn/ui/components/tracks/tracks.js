// Tracks: rows over one step axis. A click goes to a step, a drag selects steps (and units); the player shares the step.
import {Carried} from "../player/carried.js"
import {Cursor} from "../player/cursor.js"
import {Echo} from "../shared/echo.js"
import {larger} from "../shared/lettering.js"
import {mount} from "../shared/mount.js"
import {short} from "../shared/numbers.js"
import {takeKey} from "../shared/page.js"
import {savePicture} from "../shared/picture.js"
import {Rest} from "../shared/rest.js"
import {stepWords} from "../shared/steps.js"
import {colourOf, drawPanel, panelOf} from "./panel.js"
import {point} from "./pointing.js"
import {asked, extended, selectedWords, through} from "./selection.js"

const HIGH = {marks: 34, most: 170}                        // CSS pixels

class Tracks extends Carried {
  constructor(host) {
    super(host, ".tracks")
    this.slider = this.find("input"); this.rest = new Rest()
    this.cursor = new Cursor(() => this.request(), at => this.send.state("step", {digest: this.record.digest, at}))
    this.slider.oninput = () => this.go(+this.slider.value)
    this.isFull = false; this.find(".whole").onclick = () => this.scaleTo(!this.isFull)
    this.find(".save").onclick = () => this.save()
    this.find(".begin").onclick = () => this.begin()
    this.find(".clear").onclick = () => { this.select(null); this.root.focus() }
    this.root.onkeydown = event => this.key(event)
    this.watch.observe(this.root)
  }

  get step() { return this.cursor.step }

  // --- what comes from Python ---------------------------------------------------------------------------------------

  join(data, item) { return {...data, rows: data.rows.map(row => ({...row, steps: data.steps, array: item[row.array]}))} }

  scaleTo(isFull) {                                        // the heat maps to their largest value, or to most units
    this.isFull = isFull; this.build(); this.request()
  }

  rowOf(row) { return row.kind === "heat" && this.isFull ? {...row, limit: row.full, beyond: []} : row }

  sayBeyond(rows) {
    const clipped = rows.filter(row => row.beyond?.length), box = this.find(".beyond")
    box.hidden = !clipped.length
    if (!clipped.length) return
    const {name, full} = clipped[0], count = clipped.reduce((sum, {beyond}) => sum + beyond.length, 0)
    box.firstElementChild.textContent = this.isFull ? `${name}: scale up to the largest value, ${short(full)}.`
      : `${name}: ${count} unit${count > 1 ? "s" : ""} beyond the scale (up to ${short(full)}), in its end colours.`
    this.find(".whole").textContent = this.isFull ? "Scale for most units" : "Full scale"
  }

  open() {
    this.rest.drop(); this.large = this.record.enlarged; this.drag = this.anchor = null
    this.wishes = new Echo(this.record.span); this.chosen = asked(this.record.span)
    this.cursor.open(this.record)
  }

  follow() {
    this.cursor.wish(this.record.start)
    if (this.wishes.isNew(this.record.span)) this.chosen = asked(this.record.span)
  }

  build() {
    const {steps, columns, alt} = this.record, rows = this.record.rows.map(row => this.rowOf(row))
    this.sayBeyond(this.record.rows)
    this.panels = rows.map((row, k) => this.wired(panelOf(row, k, this.colours), row, k))
    this.find(".panels").replaceChildren(...this.panels.map(panel => panel.node))
    this.root.style.setProperty("--columns", columns)
    this.find(".last").textContent = `step ${steps}`; this.slider.max = steps - 1
    this.root.setAttribute("aria-label", `${alt} Left and right: step. With Shift: select steps. Escape: let go of them.`)
  }

  wired(panel, row, k) {
    panel.head.onclick = () => { this.large = this.large === k ? null : k; this.request() }
    point(this, panel.canvas, row, k)
    return panel
  }

  // --- pointer and keys ---------------------------------------------------------------------------------------------

  select(chosen) {
    this.chosen = chosen
    this.rest.drop()
    if (!chosen) this.anchor = null
    const {span = null, units = null, row = null} = chosen ?? {}
    this.wishes.note(span ? span.join("-") : "")
    this.send.state("span", {digest: this.record.digest, span, units, row})
    this.request()
  }

  key(event) {
    if (!this.record) return
    const {steps} = this.record, acts = {Home: () => this.go(0), End: () => this.go(steps - 1)}
    for (const [key, way] of [["ArrowLeft", -1], ["ArrowRight", 1]])
      acts[key] = () => event.shiftKey ? this.extend(way) : this.go(this.step + way)
    if (this.chosen) acts.Escape = () => this.select(null)
    takeKey(event, acts)
  }

  begin() {                                                // without a drag: from here to where the reader goes next
    this.anchor = this.anchor === null ? this.step : null
    if (this.anchor !== null) this.select(through(this.anchor, this.step))
    this.request()
  }

  go(step) {
    this.cursor.go(step)
    if (this.anchor === null) return
    this.chosen = through(this.anchor, this.step)
    this.rest.wait(() => this.select(this.chosen))
  }

  extend(way) {                                            // the end of the selection at which the cursor stands moves
    const at = this.step, [to, chosen] = extended(this.chosen?.span ?? [at, at + 1], at, way, this.record.steps - 1)
    this.cursor.go(to)
    this.select(chosen)
  }

  // --- drawing ------------------------------------------------------------------------------------------------------

  draw() {
    const {step, chosen, hover, record: {rows, steps, places}, colours} = this
    this.panels.forEach((panel, k) => drawPanel(panel, rows[k], k, this.heightOf(rows[k], k), colours, {step, steps, places, chosen, hover}))
    this.controls()
  }

  heightOf({kind}, k) {
    const {strip} = this.record
    return k === this.large ? Math.max(HIGH.most, strip) : kind === "marks" ? HIGH.marks * larger() : strip
  }

  controls() {
    const {record: {steps, digest}, step, chosen} = this, where = stepWords(this.record, step)
    this.find(".where").textContent = where
    this.slider.value = step; this.slider.setAttribute("aria-valuetext", where)
    const selected = this.find(".selected"), words = chosen ? selectedWords(chosen) : ""
    if (selected.textContent !== words) selected.textContent = words
    this.find(".clear").hidden = !chosen; this.find(".begin").setAttribute("aria-pressed", this.anchor !== null)
    this.panels.forEach(({head}, k) => head.setAttribute("aria-pressed", k === this.large))
    Object.assign(this.root.dataset, {step, steps, digest, span: chosen ? chosen.span.join("-") : "", full: this.isFull})
  }

  save() {                                                 // the panels as they stand
    if (!this.record) return
    this.draw()
    const {record: {digest, title, note, says, record, name, rows}, panels} = this, base = this.find(".panels").getBoundingClientRect()
    const gap = 4, legend = rows.flatMap(row => row.curves?.length > 1 ? row.curves : [])
    const places = panels.map(({canvas, label}) => {
      const {left, top, width, height} = canvas.getBoundingClientRect()
      return [canvas, left - base.left, top - base.top + gap, width, height, label]
    })
    const entries = new Map(legend.map(curve => [curve.name, {...curve, colour: colourOf(curve, this.colours)}]))
    savePicture(places, {name: `medrnn-${name}-${digest.replace(/[^a-z0-9]+/gi, "-").slice(0, 8)}`,
      title: `${title} ${this.find(".where").textContent}.`, note, says, record, theme: this.theme,
      legend: [...entries.values()]})
  }
}

export default mount(Tracks)
