// The reading player: one image, one heatmap per gate, one probability curve, one cursor through all of them.
const players = new WeakMap()
const calm = matchMedia("(prefers-reduced-motion: reduce)")

const safe = text => new Option(text).innerHTML            // names may come from a user's data set: no markup gets in

function heatmap({values, shape: [, steps, units]}, gate, ramp) {      // painted once per theme, then only copied
  const bitmap = new OffscreenCanvas(steps, units), context = bitmap.getContext("2d")
  const image = context.createImageData(steps, units), offset = gate * steps * units
  for (let t = 0; t < steps; t++) for (let u = 0; u < units; u++)
    image.data.set([...ramp(values[offset + t * units + u]).map(Math.round), 255], 4 * (u * steps + t))
  context.putImageData(image, 0, 0)
  return bitmap
}

function greyscale({values, shape: [rows, columns]}) {
  const bitmap = new OffscreenCanvas(columns, rows), context = bitmap.getContext("2d")
  const image = context.createImageData(columns, rows)
  values.forEach((v, k) => image.data.set([v, v, v, 255], 4 * k))
  context.putImageData(image, 0, 0)
  return bitmap
}

class Player {
  constructor(root) {
    this.root = root; this.step = 0; this.focus = 0; this.playing = false
    this.find = selector => root.querySelector(selector)
    this.scan = this.find(".scan"); this.slider = this.find("input")
    this.find(".save").onclick = () => this.save()
    this.find(".play").onclick = () => this.toggle()
    this.find(".back").onclick = () => this.go(this.step - 1)
    this.find(".next").onclick = () => this.go(this.step + 1)
    this.slider.oninput = () => this.go(+this.slider.value)
    this.find(".player").onkeydown = event => this.key(event)
    this.scan.onclick = event => this.pick(event)
    this.observer = new ResizeObserver(() => this.request())
    this.observer.observe(this.find(".player"))
  }

  update(data, theme, send) {                              // data is small; the arrays come through the store
    this.send = send; this.data = data; this.theme = theme
    this.listen?.abort(); this.listen = new AbortController()
    store().addEventListener(data.name, () => this.load(), {signal: this.listen.signal})
    this.load()
  }

  load() {
    const {data, theme} = this, item = store().items.get(data.name)
    if (item?.digest !== data.digest) return               // the carrier has not come yet
    const fresh = data.digest !== this.record?.digest, moved = data.start !== null && data.start !== this.sent
    const restyled = theme.page !== this.colours?.page
    this.record = {...data, states: item.states, image: item.image}
    this.colours = {...data.colours[theme.isDark ? "dark" : "light"], ...theme}
    if (fresh) { this.playing = false; this.average() }
    if (fresh || moved) { this.step = data.start ?? data.steps - 1; this.sent = data.start }
    if (fresh || restyled) { this.build(); this.paint() }
    this.request()
  }

  build() {                                                // one panel per gate, one for the answer
    const panel = (name, meaning, colour, scale = "") => `<div class="panel"><button class="head"><span class="chip" style="background:${colour}"></span>
      <span class="name">${safe(name)}</span><span class="muted">${safe(meaning)}</span><span class="value"></span>${scale}</button>
      <canvas role="img" aria-label="${safe(name)}, ${safe(meaning)}: units from top to bottom, steps from left to right. Click to choose a step."></canvas></div>`
    const {gates, steps, classes, answer} = this.record, {negative, paper, positive} = this.colours
    const scale = g => {
      const stops = g.signed ? [negative, paper, positive] : [paper, this.colours.gates[g.symbol]], end = g.limit.toFixed(g.limit % 1 ? 1 : 0)
      return `<span class="scale">${g.signed ? "\u2212" + end : 0}<i style="background:linear-gradient(90deg,${stops})"></i>${end}</span>`
    }
    this.find(".panels").innerHTML = panel(`p(${classes[answer]})`, "the answer, decoded after every step", this.colours.primary)
      + gates.map(g => panel(g.symbol, g.meaning, this.colours.gates[g.symbol], scale(g))).join("")
    this.find(".means").innerHTML = gates.filter(g => !g.signed).map(g => `<div><span class="name">${g.symbol}</span>
      <span class="bar"><i style="background:${this.colours.gates[g.symbol]}"></i></span><output></output></div>`).join("")
    this.panels = [...this.root.querySelectorAll(".panel")].map((node, place) => {
      const index = place - 1                              // -1 is the answer
      const canvas = node.querySelector("canvas"), value = node.querySelector(".value")
      node.querySelector(".head").onclick = () => { if (index >= 0) { this.focus = index; this.request() } }
      canvas.onpointermove = event => value.textContent = this.read(index, event)
      canvas.onpointerleave = () => value.textContent = ""
      canvas.onclick = event => this.go(Math.floor(event.offsetX / canvas.clientWidth * steps))
      return {canvas, value, label: node.querySelector(".name").textContent + "  " + node.querySelector(".muted").textContent}
    })
    this.slider.max = steps - 1
  }

  average() {                                              // mean over units, per gate and step
    const {states: {values, shape: [gates, steps, units]}} = this.record
    const mean = at => values.subarray(at, at + units).reduce((a, b) => a + b, 0) / units
    this.means = Array.from({length: gates}, (_, g) => Array.from({length: steps}, (_, t) => mean((g * steps + t) * units)))
  }

  paint() {
    const {record: {gates, states, image}, colours} = this
    const low = rgb(colours.paper), ends = [rgb(colours.negative), rgb(colours.positive)]
    this.bitmaps = gates.map((g, k) => {
      const high = rgb(colours.gates[g.symbol])
      const ramp = g.signed ? v => blend(low, ends[+(v > 0)], Math.min(1, Math.abs(v) / g.limit)) : v => blend(low, high, v)
      return heatmap(states, k, ramp)
    })
    this.grey = greyscale(image)
  }

  go(step, quiet = false) {
    this.step = Math.max(0, Math.min(this.record.steps - 1, step))
    this.request()
    if (quiet) return
    clearTimeout(this.timer)                               // Python hears only where the reader came to rest
    this.timer = setTimeout(() => { this.sent = this.step; this.send("step", this.step) }, 250)
  }

  toggle() {
    this.playing = !this.playing
    if (this.playing && this.step === this.record.steps - 1) this.step = 0
    let last = 0
    const beat = now => {
      if (!this.playing) return
      if (now - last >= 1000 / (calm.matches ? 2 : this.record.rate)) { last = now; this.go(this.step + 1, true) }
      if (this.step === this.record.steps - 1) { this.playing = false; this.go(this.step) } else requestAnimationFrame(beat)
    }
    this.playing ? requestAnimationFrame(beat) : this.go(this.step)
    this.request()
  }

  key(event) {
    const act = {" ": () => this.toggle(), ArrowRight: () => this.go(this.step + 1), ArrowLeft: () => this.go(this.step - 1),
      Home: () => this.go(0), End: () => this.go(this.record.steps - 1)}[event.key]
    const gate = +event.key - 1
    if (event.target.matches("input") && event.key.startsWith("Arrow") || event.target.matches("button") && event.key === " ") return
    if (act) act()
    else if (gate >= 0 && gate < this.record.gates.length) { this.focus = gate; this.request() }
    else return
    event.preventDefault(); event.stopPropagation()
  }

  pick({offsetX, offsetY}) {                               // the step whose box holds the point
    const [rows, columns] = this.record.image.shape, {clientWidth, clientHeight} = this.scan
    const x = offsetX / clientWidth * columns, y = offsetY / clientHeight * rows
    const step = this.record.boxes.findIndex(([x0, y0, w, h]) => x >= x0 && x < x0 + w && y >= y0 && y < y0 + h)
    if (step >= 0) this.go(step)
  }

  read(index, {offsetX, offsetY, target}) {
    const {steps, units, states, gates, curve} = this.record, t = Math.min(steps - 1, Math.floor(offsetX / target.clientWidth * steps))
    if (index < 0) return `step ${t + 1}  ${(100 * curve[t]).toFixed(1)} %`
    const u = Math.min(units - 1, Math.floor(offsetY / target.clientHeight * units))
    return `unit ${u}  step ${t + 1}  ${states.values[(index * steps + t) * units + u].toFixed(3)}`
  }

  request() { this.frame ??= requestAnimationFrame(() => { this.frame = null; this.draw() }) }

  draw() {
    const {record, step, colours} = this, {steps, boxes, curve} = record
    const [rows, columns] = record.image.shape
    let [c, w, h] = surface(this.scan, this.scan.clientWidth * rows / columns)
    const [x, y, bw, bh] = boxes[step].map((v, i) => v * (i % 2 ? h / rows : w / columns))
    c.drawImage(this.grey, 0, 0, w, h)
    c.fillStyle = "rgba(0,0,0,.55)"
    c.beginPath()                                          // one path, so that neighbours leave no seam
    for (const b of boxes.slice(step + 1)) c.rect(b[0] * w / columns, b[1] * h / rows, b[2] * w / columns, b[3] * h / rows)
    c.fill()
    c.strokeStyle = colours.cursor; c.lineWidth = 2; c.strokeRect(x + 1, y, bw - 2, bh)
    this.panels.forEach(({canvas}, place) => {
      const k = place - 1, tall = k < 0 ? 84 : k === this.focus ? 150 : 54, cell = canvas.clientWidth / steps
      ;[c, w, h] = surface(canvas, tall)
      if (k >= 0) c.drawImage(this.bitmaps[k], 0, 0, w, h)
      else this.answer(c, w, h, cell)
      c.globalAlpha = .72; c.fillStyle = colours.page; c.fillRect((step + 1) * cell, 0, w, h); c.globalAlpha = 1
      c.strokeStyle = colours.cursor; c.strokeRect(step * cell + 1, 1, Math.max(2, cell - 2), h - 2)
    })
    this.find(".where").textContent = `${record.line} ${step + 1} of ${steps}`
    this.find(".now").textContent = `${record.classes[record.answer]} ${(100 * curve[step]).toFixed(1)} %`
    const means = this.root.querySelectorAll(".means > div")
    record.gates.flatMap((g, k) => g.signed ? [] : [k]).forEach((k, row) => {
      const mean = this.means[k][step]
      means[row].querySelector("i").style.width = `${100 * mean}%`; means[row].querySelector("output").textContent = mean.toFixed(2)
    })
    this.find(".play").textContent = this.playing ? "Pause" : "Play"
    this.find(".last").textContent = `step ${steps}`
    this.slider.value = step; this.slider.setAttribute("aria-valuetext", this.find(".where").textContent)
    Object.assign(this.find(".player").dataset, {step, steps, units: record.units})
  }

  save() {                                                 // the image, then all panels under each other
    const {record, panels} = this, gap = 24, side = 300
    let y = 16
    const tall = side * record.image.shape[0] / record.image.shape[1]
    const places = [[this.scan, 0, y, side, tall, this.find(".where").textContent + ", " + this.find(".now").textContent]]
    for (const {canvas, label} of panels) {
      const height = 640 * canvas.clientHeight / canvas.clientWidth
      places.push([canvas, side + gap, y, 640, height, label]); y += height + gap
    }
    savePicture(places, {name: `medrnn-memory-${record.digest.slice(0, 8)}`, title: record.title, note: record.note, theme: this.theme})
  }

  answer(c, w, h, cell) {
    const {curve} = this.record, {colours} = this
    c.clearRect(0, 0, w, h); c.fillStyle = colours.paper; c.fillRect(0, 0, w, h)
    c.strokeStyle = colours.grid; c.lineWidth = 1; c.setLineDash([3, 4])
    c.beginPath(); c.moveTo(0, h / 2); c.lineTo(w, h / 2); c.stroke(); c.setLineDash([])
    c.beginPath(); curve.forEach((p, t) => c.lineTo((t + .5) * cell, h - 5 - p * (h - 10)))
    c.strokeStyle = colours.primary; c.lineWidth = 2.5; c.stroke()
    c.lineTo((curve.length - .5) * cell, h); c.lineTo(cell / 2, h); c.globalAlpha = .14; c.fillStyle = colours.primary; c.fill(); c.globalAlpha = 1
    c.lineWidth = 2
  }

  close() { this.playing = false; this.listen.abort(); clearTimeout(this.timer); this.observer.disconnect() }
}

export default function ({data, parentElement, setStateValue}) {
  let player = players.get(parentElement)
  if (!player) players.set(parentElement, player = new Player(parentElement))
  player.update(data, themeOf(parentElement), setStateValue)
  return () => { player.close(); players.delete(parentElement) }
}
