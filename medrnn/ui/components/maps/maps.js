// Maps of one image beside each other: one place in all of them, the steps of the reading beside each.
import {Carried} from "../player/carried.js"
import {Cursor} from "../player/cursor.js"
import {pictureOf} from "../player/heatmaps.js"
import {surface} from "../shared/canvas.js"
import {ORANGE} from "../shared/colours.js"
import {lettering} from "../shared/lettering.js"
import {mount} from "../shared/mount.js"
import {clamp, short} from "../shared/numbers.js"
import {make, takeKey} from "../shared/page.js"
import {savePicture} from "../shared/picture.js"
import {stepWords} from "../shared/steps.js"
import {barColours, gradientOf, limitOf, paint, SCHEMES, seen, stopsOf, tableOf} from "./shades.js"
import {byStep, sameIn, spanOf} from "./steps.js"

const KNOBS = ["sign", "scheme", "under", "opacity", "clip"], BELOW = 44, HEAD = 24, SCALE = 42 // CSS pixels

class Maps extends Carried {
  constructor(host) {
    super(host, ".maps")
    this.find(".scheme").replaceChildren(...Object.entries(SCHEMES).map(([name, {title}]) => Object.assign(make("option", "", title), {value: name})))
    this.cursor = new Cursor(() => this.toStep(), () => {})    // where it rests changes nothing on the page
    for (const name of KNOBS) this.find(`.${name}`).oninput = () => { this.shade(); this.request() }
    this.find(".save").onclick = () => this.save()
    this.root.onkeydown = event => this.key(event)
    this.watch.observe(this.root)
  }

  join(data, item) {
    const maps = data.maps.map((map, k) => ({...map, ...item[`map${k}`]}))
    return {...data, maps, image: item.image, base: item.base, stepOf: item.steps.values}
  }

  open() {
    this.at ??= {x: .5, y: .5}
    if (this.record.tile) this.cursor.open(this.record)
    else this.cursor.leave()
  }

  follow() { if (this.record.tile) this.cursor.wish(this.record.start) }
  get look() { return Object.fromEntries(KNOBS.map(name => [name, this.find(`.${name}`).value])) }
  get grid() { return this.record.maps[0]?.shape ?? this.record.image.shape }   // rows and columns that the network reads

  // --- the parts ----------------------------------------------------------------------------------------------------

  build() {
    const {maps, image, alt, what} = this.record
    this.picture = pictureOf(image)
    this.plain = this.panelOf({title: `The ${what}`, alt: `The ${what} as it is read.`, meaning: "", ends: null})
    this.panels = maps.map(map => this.panelOf(map))
    this.base = this.baseOf()
    this.find(".under [value=image]").textContent = `the ${what}`
    if (this.base) this.plain.node.append(this.base.node)
    this.find(".grid").replaceChildren(...[this.plain, ...this.panels].map(({node}) => node))
    this.root.style.setProperty("--least", maps.length > 3 ? "10.5rem" : "13rem")
    this.root.setAttribute("aria-label", `${alt} Arrow keys: another place, in every map.`)
    this.shade()
  }

  panelOf(map) {
    const canvas = make("canvas", "picture"), value = make("span", "value"), isBeside = this.record.axis === "rows"
    canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", map.alt)
    canvas.onpointermove = canvas.onpointerdown = event => this.point(event)
    const bars = map.ends && this.record.axis ? make("canvas", "bars") : null
    bars?.setAttribute("role", "img"); bars?.setAttribute("aria-label", `${map.title}: the map added up at each step of the reading.`)
    const low = make("span", ""), high = make("span", ""), colours = make("i", "")
    const parts = [make("div", "head", make("span", "name", map.title), value),
      make("div", isBeside ? "pair beside" : "pair", canvas, ...(bars ? [bars] : []))]
    if (map.ends) parts.push(make("div", "ends", low, colours, high))
    if (map.says) parts.push(make("div", "says", map.says))
    return {map, canvas, bars, value, low, high, colours, node: make("section", "panel", ...parts)}
  }

  baseOf() {                                               // what the image is compared with, small below it
    const {base, compared} = this.record
    if (!compared) return null
    const canvas = make("canvas", "base"), node = make("div", "compared", canvas, make("div", "says", compared))
    canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", compared)
    return {canvas, node, bitmap: pictureOf(base), shape: base.shape}
  }

  shade() {                                                // the bitmaps, anew for every look
    if (!this.record) return
    const {look, record: {image}} = this, [rows, columns] = image.shape
    for (const panel of this.panels) {
      const {map} = panel, isSigned = map.signed && look.sign === "signed"
      panel.values = seen(map.values, !isSigned)
      panel.limit = limitOf(panel.values, +look.clip)
      panel.bitmap = new OffscreenCanvas(columns, rows)
      const c = panel.bitmap.getContext("2d"), data = c.createImageData(columns, rows)
      const how = {table: tableOf(look.scheme, isSigned, this.colours), limit: panel.limit, alpha: look.opacity / 100, isOver: look.under === "image"}
      paint(new Uint32Array(data.data.buffer), image, {values: panel.values, shape: map.shape}, how)
      c.putImageData(data, 0, 0)
      panel.sums = this.record.axis ? [...byStep(panel.values, this.record.stepOf, this.record.steps)] : []
      const end = `${+look.clip < 100 ? "\u2265 " : ""}${short(panel.limit)}`
      panel.low.textContent = isSigned ? `\u2212${short(panel.limit)} ${map.ends[0]}` : "0"
      panel.high.textContent = isSigned ? `${map.ends[1]} ${short(panel.limit)}` : `${map.ends[2]} ${end}`
      panel.colours.style.background = gradientOf(look.scheme, isSigned, this.colours)
    }
  }

  // --- the place ----------------------------------------------------------------------------------------------------

  point({offsetX, offsetY, target: {clientWidth, clientHeight}}) {
    this.go({x: clamp(offsetX / clientWidth, 0, .9999), y: clamp(offsetY / clientHeight, 0, .9999)})
  }

  go(at) {                                                 // where a step is a slice, others that show it come along
    this.at = at
    if (this.record.tile) { this.isOwn = true; this.cursor.go(this.step); this.isOwn = false }
    this.request()
  }

  toStep() {
    if (!this.isOwn && this.cursor.step !== this.step) {
      const {record: {stepOf, tile}, grid} = this, {row, column} = sameIn(this.cursor.step, this.cell, stepOf, grid, tile)
      this.at = {x: (column + .5) / grid[1], y: (row + .5) / grid[0]}
    }
    this.request()
  }

  move(down, across) {                                     // by cells, to the middle of one
    const [rows, columns] = this.grid, {row, column} = this.cell
    this.go({x: (clamp(column + across, 0, columns - 1) + .5) / columns, y: (clamp(row + down, 0, rows - 1) + .5) / rows})
  }

  get cell() {
    const [rows, columns] = this.grid
    return {row: Math.floor(this.at.y * rows), column: Math.floor(this.at.x * columns)}
  }

  get step() { const {row, column} = this.cell; return this.record.stepOf[row * this.grid[1] + column] }

  get words() {                                            // of a slice the place in it
    const {record, grid, cell: {row, column}, step} = this, {axis, line, tile} = record
    const [down, across, rows, columns] = tile ? [row % tile[0], column % tile[1], ...tile] : [row, column, ...grid]
    const where = `Row ${down + 1}, column ${across + 1} of the ${rows} \u00d7 ${columns}`
    if (tile) return `${where} of ${stepWords(record, step)}.`
    return `${where} that the network reads${axis && line ? `, read at ${stepWords(record, step)}` : ""}.`
  }

  key(event) {
    if (!this.record || event.target.matches("input, select")) return
    takeKey(event, {ArrowUp: () => this.move(-1, 0), ArrowDown: () => this.move(1, 0), ArrowLeft: () => this.move(0, -1), ArrowRight: () => this.move(0, 1)})
  }

  // --- drawing ------------------------------------------------------------------------------------------------------

  draw() {
    const {record: {image: {shape: [tall, wide]}}, grid: [, columns], cell: {row, column}, step} = this
    for (const {canvas, bitmap} of [{canvas: this.plain.canvas, bitmap: this.picture}, ...this.panels]) {
      const [c, w, h] = surface(canvas, canvas.clientWidth * tall / wide)
      c.drawImage(bitmap, 0, 0, w, h)
      this.cross(c, w, h)
    }
    if (this.base) {
      const {canvas, bitmap, shape: [down, across]} = this.base
      const [c, w, h] = surface(canvas, canvas.clientWidth * down / across)
      c.drawImage(bitmap, 0, 0, w, h)
    }
    for (const panel of this.panels) {
      const value = panel.values[row * columns + column]
      panel.value.textContent = `${value < 0 ? "\u2212" : value > 0 && panel.map.signed && this.look.sign === "signed" ? "+" : ""}${short(Math.abs(value))}`
      if (panel.bars) this.drawBars(panel, step)
    }
    this.find(".where").textContent = this.words
    Object.assign(this.root.dataset, {digest: this.record.digest, row, column, step: step ?? "", maps: this.panels.length, ...this.look})
  }

  cross(c, w, h) {
    const x = this.at.x * w, y = this.at.y * h
    c.strokeStyle = ORANGE; c.lineWidth = 1.5; c.beginPath()
    for (const [from, to] of [[[0, y], [x - 6, y]], [[x + 6, y], [w, y]], [[x, 0], [x, y - 6]], [[x, y + 6], [x, h]]]) { c.moveTo(...from); c.lineTo(...to) }
    c.globalAlpha = .85; c.stroke(); c.globalAlpha = 1
  }

  drawBars({bars, sums, canvas}, step) {                   // beside the image where rows are read, else below it
    const {colours, record: {axis, steps}} = this, isBeside = axis === "rows"
    const [less, more] = barColours(this.look.scheme, colours)
    const [c, w, h] = surface(bars, isBeside ? canvas.clientHeight : BELOW), along = isBeside ? h : w, reach = isBeside ? w : h
    c.fillStyle = colours.paper; c.fillRect(0, 0, w, h)
    const cell = along / steps
    sums.forEach((sum, t) => {
      const [from, size] = spanOf(sum, sums, reach), gap = cell > 4 ? 1 : 0
      c.fillStyle = t === step ? colours.cursor : sum < 0 ? less : sums.some(v => v < 0) ? more : colours.grid
      const place = this.record.backward ? steps - 1 - t : t
      if (isBeside) c.fillRect(from, place * cell, Math.max(size, .5), Math.max(1, cell - gap))
      else c.fillRect(place * cell, h - from - size, Math.max(1, cell - gap), Math.max(size, .5))
    })
  }

  save() {                                                 // the maps as they stand, each with its colour bar
    if (!this.record) return
    this.draw()
    const {record: {title, note, says, record, file, compared}, look} = this
    const base = this.find(".grid").getBoundingClientRect()
    const places = [this.plain, ...this.panels].flatMap(panel => {
      const at = one => { const box = one.getBoundingClientRect(); return [box.left - base.left, box.top - base.top + HEAD] }
      const boxOf = one => [...at(one), one.clientWidth, one.clientHeight], {map, canvas, bars} = panel
      const found = [[canvas, ...boxOf(canvas), map.title], ...(bars ? [[bars, ...boxOf(bars), ""]] : [])]
      if (map.ends) {
        const [x, y, w, h] = boxOf(canvas)
        found.push([this.scaleOf(panel, w), x, y + h + 4, w, SCALE, ""])
      }
      return found
    })
    const scale = look.clip === "100" ? "the largest value" : `the ${look.clip} percentile of the sizes`
    const words = [title, compared, `Colours end at ${scale}.`].filter(Boolean).join(" ")
    savePicture(places, {name: file, title: words, note, says, record, theme: this.theme})
  }

  scaleOf({map, low, high}, wide) {                        // a colour bar with its ends, for the saved picture
    const canvas = document.createElement("canvas"), c = canvas.getContext("2d"), {theme, look, colours} = this
    canvas.width = 2 * wide; canvas.height = 2 * SCALE; c.scale(2, 2)
    const shade = c.createLinearGradient(0, 0, wide, 0), isSigned = map.signed && look.sign === "signed"
    stopsOf(look.scheme, isSigned, colours).forEach((stop, k, all) => { shade.addColorStop(k / (all.length - 1), stop) })
    c.fillStyle = shade; c.fillRect(0, 0, wide, 10)
    c.fillStyle = theme.ink; c.font = lettering(11)
    c.fillText(low.textContent, 0, 24, wide); c.textAlign = "right"; c.fillText(high.textContent, wide, 38, wide)
    return canvas
  }
}

export default mount(Maps)
