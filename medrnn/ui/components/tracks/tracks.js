// Tracks: rows over one step axis. A click goes to a step, a drag selects steps (and units); the player shares the step.
const views = new WeakMap()
const HIGH = {marks: 34, most: 170}                        // CSS pixels
const SLACK = 4                                            // CSS pixels that a click may wander

class Tracks extends Carried {
  constructor(host) {
    super()
    this.find = selector => host.querySelector(selector)
    this.root = this.find(".tracks"); this.slider = this.find("input")
    this.cursor = new Cursor(() => this.request(), at => this.send("step", {digest: this.record.digest, at}))
    this.slider.oninput = () => this.go(+this.slider.value)
    this.isFull = false; this.find(".whole").onclick = () => this.scaleTo(!this.isFull)
    this.find(".save").onclick = () => this.save()
    this.find(".begin").onclick = () => this.begin()
    this.find(".clear").onclick = () => { this.select(null); this.root.focus() }
    this.root.onkeydown = event => this.key(event)
    this.watch = new ResizeObserver(() => this.request())
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
    clearTimeout(this.timer); this.large = this.record.enlarged; this.drag = this.anchor = null
    this.wishes = new Echo(this.record.span); this.chosen = this.asked()
    this.cursor.open(this.record)
  }

  follow() {
    this.cursor.wish(this.record.start)
    if (this.wishes.isNew(this.record.span)) this.chosen = this.asked()
  }

  asked() {                                                // the selection that Python wishes
    const [first, stop] = this.record.span.split("-").map(Number)
    return stop ? {span: [first, stop], units: null, row: null} : null
  }

  build() {
    const {steps, columns, alt} = this.record, rows = this.record.rows.map(row => this.rowOf(row))
    this.sayBeyond(this.record.rows)
    this.panels = rows.map((row, k) => this.panelOf(row, k))
    this.find(".panels").replaceChildren(...this.panels.map(panel => panel.node))
    this.root.style.setProperty("--columns", columns)
    this.find(".last").textContent = `step ${steps}`; this.slider.max = steps - 1
    this.root.setAttribute("aria-label", `${alt} Left and right: step. With Shift: select steps. Escape: let go of them.`)
  }

  panelOf(row, k) {
    const {colours} = this, kind = KINDS[row.kind], isHeat = row.kind === "heat"
    const colour = isHeat ? colours.gates[row.symbol] : row.curves?.length === 1 ? this.colourOf(row.curves[0]) : colours.ink
    const scale = isHeat ? [scaleBar(row, colours)] : [make("span", "scale", ...kind.ends(row))]
    const panel = makePanel("button", row.name, row.meaning, colour, ...scale)
    panel.head.onclick = () => { this.large = this.large === k ? null : k; this.request() }
    panel.head.setAttribute("aria-label", `Enlarge ${row.name}, ${row.meaning}`)
    panel.canvas.dataset.row = k
    panel.canvas.setAttribute("aria-label", `${row.name}, ${row.meaning}: ${kind.words(row)}, steps from left to right.`)
    if (isHeat) { panel.bitmap = kind.make(row, colours); panel.label += `  (${kind.ends(row).join(" to ")})` }
    else if (kind.ends(row).length) panel.label += `  (${kind.ends(row)})`
    this.addLegend(panel, row)
    this.wire(panel, row, k)
    return panel
  }

  colourOf({colour}) { return colour[this.colours.isDark ? "dark" : "light"] }

  addLegend(panel, {curves = []}) {
    panel.values = []
    if (curves.length < 2) return
    const entries = curves.map(curve => {
      const line = make("i", ""), value = make("output", "")
      line.style.borderTopColor = this.colourOf(curve); line.style.borderTopStyle = curve.dash ? "dashed" : "solid"
      value.setAttribute("aria-live", "off"); panel.values.push(value)
      return make("span", "", line, curve.name, value)
    })
    panel.node.append(make("div", "legend", ...entries))
  }

  // --- pointer and keys ---------------------------------------------------------------------------------------------

  wire({canvas}, row, k) {
    const place = ({offsetX, offsetY}) => {
      const {steps} = this.record, units = row.kind === "heat" ? row.array.shape[1] : 1
      return {x: offsetX, y: offsetY, t: clamp(Math.floor(offsetX / canvas.clientWidth * steps), 0, steps - 1),
        u: clamp(Math.floor(offsetY / canvas.clientHeight * units), 0, units - 1)}
    }
    canvas.onpointerdown = event => {
      if (event.button) return
      canvas.setPointerCapture(event.pointerId); this.root.focus({preventScroll: true})
      this.drag = {k, from: place(event), isWide: false}
    }
    canvas.onpointermove = event => {
      const at = place(event), {drag} = this
      this.hover = {k, ...at}
      if (drag?.k === k) {
        drag.isWide ||= Math.hypot(at.x - drag.from.x, at.y - drag.from.y) > SLACK
        if (drag.isWide) this.chosen = this.between(drag.from, at, row, k)
      }
      this.request()
    }
    canvas.onpointerup = event => {
      const {drag} = this
      this.drag = null
      if (!drag) return
      if (drag.isWide) { this.anchor = null; this.select(this.chosen) }
      else this.go(place(event).t)
    }
    canvas.onpointercancel = () => { this.drag = null }
    canvas.onpointerleave = () => { this.hover = null; this.request() }
  }

  between(a, b, {kind, labels}, k) {                       // the selection between two places of a row
    const span = [Math.min(a.t, b.t), Math.max(a.t, b.t) + 1], top = Math.min(a.u, b.u), bottom = Math.max(a.u, b.u)
    if (kind !== "heat") return {span, units: null, row: k}
    return {span, units: Array.from({length: bottom - top + 1}, (_, n) => labels?.[top + n] ?? top + n), row: k, top, bottom}
  }

  select(chosen) {
    this.chosen = chosen
    clearTimeout(this.timer)
    if (!chosen) this.anchor = null
    const {span = null, units = null, row = null} = chosen ?? {}
    this.wishes.note(span ? span.join("-") : "")
    this.send("span", {digest: this.record.digest, span, units, row})
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
    if (this.anchor !== null) this.select(this.upTo(this.step))
    this.request()
  }

  upTo(step) { return {span: [Math.min(this.anchor, step), Math.max(this.anchor, step) + 1], units: null, row: null} }

  go(step) {
    this.cursor.go(step)
    if (this.anchor === null) return
    this.chosen = this.upTo(this.step)
    clearTimeout(this.timer); this.timer = setTimeout(() => this.select(this.chosen), REST)
  }

  extend(way) {                                            // the end of the selection at which the cursor stands moves
    const {steps} = this.record, at = this.step, [first, stop] = this.chosen?.span ?? [at, at + 1]
    const fixed = at === first && stop - first > 1 ? stop - 1 : at === stop - 1 ? first : at
    const to = clamp(at + way, 0, steps - 1)
    this.cursor.go(to)
    this.select({span: [Math.min(fixed, to), Math.max(fixed, to) + 1], units: null, row: null})
  }

  // --- drawing ------------------------------------------------------------------------------------------------------

  draw() {
    this.panels.forEach((panel, k) => this.drawPanel(panel, this.record.rows[k], k))
    this.controls()
  }

  heightOf({kind}, k) {
    const {strip} = this.record
    return k === this.large ? Math.max(HIGH.most, strip) : kind === "marks" ? HIGH.marks * larger() : strip
  }

  still(panel, row, w, h) {                                // what does not move is painted once
    const scale = devicePixelRatio, size = `${w} ${h} ${scale} ${larger()}`
    if (panel.size === size) return panel.still
    const sheet = new OffscreenCanvas(Math.max(1, Math.round(w * scale)), Math.max(1, Math.round(h * scale)))
    const c = sheet.getContext("2d")
    c.setTransform(scale, 0, 0, scale, 0, 0); c.fillStyle = this.colours.paper; c.fillRect(0, 0, w, h)
    KINDS[row.kind].paint(c, w, h, row, this.colours, panel.bitmap)
    return Object.assign(panel, {size, still: sheet}).still
  }

  drawPanel(panel, row, k) {
    const {step, colours, chosen, record: {steps}} = this, [c, w, h] = surface(panel.canvas, this.heightOf(row, k))
    const cell = w / steps
    if (!w) return
    c.drawImage(this.still(panel, row, w, h), 0, 0, w, h)
    c.globalAlpha = .5; c.fillStyle = colours.page; c.fillRect(...unread(step, steps, cell, row.backward), h); c.globalAlpha = 1
    if (chosen) this.drawSelection(c, h, cell, row, k)
    c.strokeStyle = colours.cursor; c.lineWidth = 2; c.strokeRect(step * cell + 1, 1, Math.max(2, cell - 2), h - 2)
    this.say(panel, row, k)
  }

  drawSelection(c, h, cell, {array, kind}, k) {
    const {chosen: {span: [first, stop], row, top, bottom}, colours} = this, isOwn = k === row && kind === "heat"
    const tall = isOwn ? h / array.shape[1] : h, y = isOwn ? top * tall : 0
    const box = [first * cell + 1, y + 1, Math.max(2, (stop - first) * cell - 2), Math.max(2, (isOwn ? (bottom - top + 1) * tall : h) - 2)]
    c.globalAlpha = .16; c.fillStyle = colours.primary; c.fillRect(...box); c.globalAlpha = 1
    c.strokeStyle = colours.primary; c.lineWidth = 2; c.setLineDash([5, 3]); c.strokeRect(...box); c.setLineDash([])
  }

  say(panel, row, k) {                                     // at the pointer, else at the cursor
    const {hover} = this, t = hover?.t ?? this.step, kind = KINDS[row.kind]
    panel.values.forEach((value, j) => { value.textContent = said(kind.at(row, t, j)) })
    const isHere = hover?.k === k && row.kind === "heat"
    panel.value.textContent = isHere ? this.exactly(row, hover) : hover?.k === k && row.kind !== "marks"
      ? `step ${t + 1}  ${kind.says(row, t)}` : kind.says(row, t)
  }

  exactly({array: {values, shape: [, units]}, labels}, {t, u}) {
    return `unit ${labels?.[u] ?? u}  step ${t + 1}  ${exact(values[t * units + u])}`
  }

  controls() {
    const {record: {line, steps, digest}, step, chosen} = this, where = `${line} ${step + 1} of ${steps}`
    this.find(".where").textContent = where
    this.slider.value = step; this.slider.setAttribute("aria-valuetext", where)
    const selected = this.find(".selected"), words = chosen ? this.selection(chosen) : ""
    if (selected.textContent !== words) selected.textContent = words
    this.find(".clear").hidden = !chosen; this.find(".begin").setAttribute("aria-pressed", this.anchor !== null)
    this.panels.forEach(({head}, k) => head.setAttribute("aria-pressed", k === this.large))
    Object.assign(this.root.dataset, {step, steps, digest, span: chosen ? chosen.span.join("-") : "", full: this.isFull})
  }

  selection({span: [first, stop], units}) {
    const which = stop - first > 1 ? `steps ${first + 1} to ${stop}` : `step ${stop}`
    return `Selected: ${which}${units ? `, ${units.length} unit${units.length > 1 ? "s" : ""}` : ""}`
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
    const entries = new Map(legend.map(curve => [curve.name, {...curve, colour: this.colourOf(curve)}]))
    savePicture(places, {name: `medrnn-${name}-${digest.replace(/[^a-z0-9]+/gi, "-").slice(0, 8)}`,
      title: `${title} ${this.find(".where").textContent}.`, note, says, record, theme: this.theme,
      legend: [...entries.values()]})
  }
}

export default function ({data, parentElement, setStateValue}) {
  let view = views.get(parentElement)
  if (!view) views.set(parentElement, view = new Tracks(parentElement))
  view.update(data, themeOf(parentElement), setStateValue)
  return () => { view.close(); views.delete(parentElement) }
}
