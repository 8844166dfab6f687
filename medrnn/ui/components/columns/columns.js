// Readings side by side: a column each, rows of the same kind beside each other, one cursor through all of them.
import {Carried} from "../player/carried.js"
import {Cursor} from "../player/cursor.js"
import {Playing} from "../player/playing.js"
import {mount} from "../shared/mount.js"
import {make, takeKey} from "../shared/page.js"
import {savePicture} from "../shared/picture.js"
import {CELLS, endsOf, headOf} from "./cells.js"
import {ownStep, sharedStep} from "./places.js"

const PICTURES = ["scan", "map"], FIRST = "answer", EDGE = 16  // the answer stands above the pictures

class Columns extends Carried {
  constructor(host) {
    super(host, ".columns")
    this.slider = this.find("input")
    this.cursor = new Cursor(() => this.request(), () => {})   // where it rests changes nothing on the page
    this.playing = new Playing(this.cursor, () => this.record.rate)
    this.slider.oninput = () => this.cursor.go(+this.slider.value)
    this.find(".play").onclick = () => this.toggle()
    this.find(".back").onclick = () => this.cursor.go(this.cursor.step - 1)
    this.find(".next").onclick = () => this.cursor.go(this.cursor.step + 1)
    this.find(".save").onclick = () => this.save()
    this.root.onkeydown = event => this.key(event)
    this.watch.observe(this.root)
  }

  join(data, item) {
    const arrays = k => Object.fromEntries(["image", "states", "map"].map(name => [name, item[`${name}${k}`]]))
    return {...data, columns: data.columns.map((column, k) => ({...column, ...arrays(k)}))}
  }

  open() { this.playing.stop(); this.cursor.open(this.record) }
  follow() { this.cursor.wish(this.record.start) }

  // --- the parts ----------------------------------------------------------------------------------------------------

  build() {
    const {columns, rows, steps, alt} = this.record
    this.cells = []
    this.find(".grid").replaceChildren(...columns.map(column => this.columnOf(column, rows)))
    this.root.style.setProperty("--columns", columns.length)
    this.root.style.setProperty("--rows", 2 + rows.length)
    this.slider.max = steps - 1
    for (const part of this.root.querySelectorAll(".play, .back, .next, .bar input")) part.disabled = steps < 2
    this.root.setAttribute("aria-label", `${alt} Space: play. Left and right: step, in every column.`)
  }

  columnOf(column, rows) {
    const {title, answer, facts, isAnswer} = column
    const said = make("div", isAnswer ? "answer" : "answer aside", make("strong", "", answer))
    const told = facts.map(fact => make("div", "facts", fact))
    const pictures = make("div", "pictures", ...PICTURES.filter(kind => column.cells[kind]).map(kind => this.cellOf(column, column.cells[kind])))
    const [first, others] = [rows.filter(row => row === FIRST), rows.filter(row => row !== FIRST)]
    const partsOf = some => some.map(row => this.cellOf(column, column.cells[row]))
    return make("section", "column", make("div", "", make("div", "title", title), said, ...told), ...partsOf(first), pictures, ...partsOf(others))
  }

  cellOf(column, cell) {                                   // cell: what Python says of it; kind null: there is none, and why
    if (!cell.kind) {
      return make("div", "", headOf({name: cell.name, meaning: ""}).node, make("div", "none", cell.none))
    }
    const {colours} = this, canvas = make("canvas", ""), kind = CELLS[cell.kind]
    const head = headOf({...cell, colour: cell.symbol && colours.gates[cell.symbol]})
    canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", `${column.title}: ${cell.alt}`)
    if (column.steps) canvas.onclick = event => this.pick(event, column, cell)
    this.cells.push({column, cell, kind, canvas, value: head.value, bitmap: kind.make?.(column, colours, cell)})
    const ends = cell.kind === "gate" ? [endsOf(cell, colours)] : cell.ends ? [make("div", "ends", ...cell.ends.map(end => make("span", "", end)))] : []
    return make("div", column.steps ? "" : "still", head.node, canvas, ...ends)
  }

  // --- the step -----------------------------------------------------------------------------------------------------

  stepOf({steps}) { return steps ? ownStep(this.cursor.step, this.record.steps, steps) : 0 }
  toggle() { this.playing.toggle(); this.request() }

  pick({offsetX, offsetY, target: {clientWidth, clientHeight}}, {steps, boxes, image: {shape: [rows, columns]}}, {kind}) {
    let own = Math.floor(offsetX / clientWidth * steps)
    if (PICTURES.includes(kind)) {
      const x = offsetX / clientWidth * columns, y = offsetY / clientHeight * rows
      own = boxes.findIndex(([left, top, w, h]) => x >= left && x < left + w && y >= top && y < top + h)
    }
    if (own >= 0) this.cursor.go(sharedStep(own, steps, this.record.steps))
  }

  key(event) {
    if (!this.record) return
    const {cursor, record: {steps}} = this
    const acts = {ArrowRight: () => cursor.go(cursor.step + 1), ArrowLeft: () => cursor.go(cursor.step - 1),
      Home: () => cursor.go(0), End: () => cursor.go(steps - 1)}
    if (!event.target.matches("button")) acts[" "] = () => this.toggle()
    takeKey(event, acts)
  }

  // --- drawing ------------------------------------------------------------------------------------------------------

  draw() {
    for (const {column, cell, kind, canvas, value, bitmap} of this.cells) {
      const step = this.stepOf(column)
      kind.draw(canvas, column, step, {bitmap, colours: this.colours})
      value.textContent = kind.says(column, step, cell)
    }
    this.sayBelow()
    const {cursor: {step}, record: {steps, digest, columns}, playing: {isOn}} = this
    const where = steps < 2 ? "no steps" : `step ${step + 1} of ${steps}`
    this.find(".where").textContent = where
    this.find(".play").textContent = isOn ? "Pause" : "Play"
    this.slider.value = step; this.slider.setAttribute("aria-valuetext", where)
    Object.assign(this.root.dataset, {step, steps, digest, playing: isOn, own: columns.map(column => this.stepOf(column)).join()})
  }

  sayBelow() {                                             // which columns had no room beside the first ones
    const nodes = [...this.find(".grid").children], {columns} = this.record
    const under = columns.filter((_, k) => nodes[k].offsetTop > nodes[0].offsetTop), box = this.find(".below")
    const words = under.length ? `Below: ${under.map(({title}) => title).join(", ")}.` : ""
    box.hidden = !words
    if (box.textContent !== words) box.textContent = words
  }

  save() {                                                 // the columns as they stand
    if (!this.record) return
    this.draw()
    const {record: {title, note, says, record, file}} = this, base = this.find(".grid").getBoundingClientRect()
    const shown = this.cells.map(one => ({...one, box: one.canvas.getBoundingClientRect()}))
    const above = Math.min(...shown.map(({box}) => box.top)) - EDGE
    const places = shown.map(({column, cell, canvas, value, box}) => {
      const {kind, name, ends = []} = cell, scale = ends.length ? `  (${ends.join(", ")})` : ""
      const label = kind === "scan" ? `${column.title}: ${column.answer}` : `${name}  ${value.textContent}${scale}`
      return [canvas, box.left - base.left, box.top - above, box.width, box.height, label]
    })
    savePicture(places, {name: file, title: `${title} At ${this.find(".where").textContent}.`, note, says, record, theme: this.theme})
  }

  close() { this.playing.stop(); super.close() }
}

export default mount(Columns)
