// Draws at screen resolution, one source value a screen pixel: the cost of a frame does not grow with the image.
const HEAT = [[0, 0, 4], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]]   // inferno, 5 stops
const viewers = new WeakMap()
const ORANGE = "#FFB000"                                   // the cursor colour on images, which are black

const ramp256 = stops => Array.from({length: 256}, (_, v) => {
  const x = v / 255 * (stops.length - 1), k = Math.min(stops.length - 2, x | 0)
  return blend(stops[k], stops[k + 1], x - k)
})
const tidy = v => Number.isInteger(v) ? String(v) : String(+v.toPrecision(6))

class Viewer {
  constructor(root) {
    this.find = selector => root.querySelector(selector)
    this.canvas = this.find("canvas"); this.context = this.canvas.getContext("2d")
    Object.assign(this, {slice: 0, mode: "window", digest: null, sentFrame: null})
    const {canvas} = this
    canvas.onpointerdown = e => this.press(e)
    canvas.onpointermove = e => { this.hover(e); if (this.drag) this.move(e) }
    canvas.onpointerup = e => this.drop(e)
    canvas.onpointerleave = () => { this.find("output").value = "" }
    canvas.onwheel = e => { e.preventDefault(); this.zoomAt(e.offsetX, e.offsetY, Math.exp(-e.deltaY / 400)) }
    canvas.onkeydown = e => this.key(e)
    this.find(".slice").oninput = e => this.go(+e.target.value)
    this.find(".opacity").oninput = () => this.request()
    this.find(".reset").onclick = () => { this.begin(); this.request() }
    this.find(".invert").onclick = () => { this.invert = !this.invert; this.request() }
    this.find(".cut").onclick = () => this.setMode(this.mode === "crop" ? "window" : "crop")
    this.find(".save").onclick = () => this.save()
    for (const name of ["center", "width"]) this.find("." + name).onchange = e => { this[name] = +e.target.value || 1; this.request() }
    this.watch = new ResizeObserver(() => { this.fit(); this.request() })
    this.watch.observe(canvas)
  }

  update(data, theme, send) {
    this.data = data; this.theme = theme; this.send = send
    this.listen?.abort(); this.listen = new AbortController()
    for (const key of [data.name, data.name + "-overlay"]) store().addEventListener(key, () => this.load(), {signal: this.listen.signal})
    this.canvas.style.setProperty("--height", data.height + "px")
    this.canvas.setAttribute("aria-label", `${data.title}. Drag: window. Wheel: zoom. Shift and drag: move. Up and down: frames. I: invert. 0: fit.`)
    this.load()
  }

  load() {
    const item = store().items.get(this.data.name)
    if (item?.digest !== this.data.digest) return          // the carrier has not come yet
    this.item = item; this.asked = false
    this.isColour = item.pixels.shape.length === 4
    this.map = this.data.overlay ? store().items.get(this.data.name + "-overlay") : null
    this.find(".slice").max = item.total - 1
    for (const name of [".center", ".width"]) this.find(name).parentElement.hidden = this.isColour
    this.find(".cine").hidden = item.total < 2; this.find(".mix").hidden = !this.map; this.find(".cut").hidden = !this.data.crop
    if (this.digest !== item.digest) { this.digest = item.digest; this.slice = this.data.start; this.begin() }
    this.paint()
    this.request()
  }

  begin() {                                                // the file's own window, the whole image
    Object.assign(this, {center: this.data.center, width: this.data.width, invert: this.data.inverted}); this.setMode("window"); this.fit()
  }
  setMode(mode) { this.mode = mode; this.box = null; this.find(".cut").setAttribute("aria-pressed", mode === "crop") }

  paint() {                                                // the overlay's colours, once a theme
    if (!this.map) return
    const {negative, paper, positive} = this.data.colours[this.theme.isDark ? "dark" : "light"]
    this.ramp = ramp256(this.data.overlay.signed ? [rgb(negative), rgb(paper), rgb(positive)] : HEAT)
  }

  get size() { return this.item.pixels.shape.slice(1, 3) }
  get tall() { const [r, c] = this.data.spacing_mm ?? [1, 1]; return r / c }      // height of a pixel in widths
  fit() {
    if (!this.item) return
    const [rows, columns] = this.size, {clientWidth: w, clientHeight: h} = this.canvas
    const edge = this.data.boxes ? 36 : 0                  // room for the arrow of the reading
    this.zoom = Math.min((w - 2 * edge) / columns, (h - 2 * edge) / (rows * this.tall)); this.ox = (w - columns * this.zoom) / 2; this.oy = (h - rows * this.zoom * this.tall) / 2
  }
  zoomAt(x, y, by) { this.ox = x - (x - this.ox) * by; this.oy = y - (y - this.oy) * by; this.zoom *= by; this.request() }
  place({offsetX, offsetY}) { return [Math.floor((offsetX - this.ox) / this.zoom), Math.floor((offsetY - this.oy) / (this.zoom * this.tall))] }
  screen([x, y, w, h]) { const v = this.zoom * this.tall; return [this.ox + x * this.zoom, this.oy + y * v, w * this.zoom, h * v] }

  go(slice) {                                              // ask for more frames before the reader gets to the edge
    const {first, total, pixels: {shape: [held]}} = this.item
    this.slice = Math.max(0, Math.min(total - 1, slice))
    const near = first > 0 && this.slice < first + 3 || first + held < total && this.slice >= first + held - 3
    if (near && !this.asked) { this.asked = true; this.send.trigger("need", this.slice) }
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.send.state("frame", this.slice), 250)
    this.request()
  }

  press(e) {
    this.canvas.setPointerCapture(e.pointerId)
    this.drag = {x: e.offsetX, y: e.offsetY, center: this.center, width: this.width, ox: this.ox, oy: this.oy}
  }

  move(e) {
    const {drag} = this, dx = e.offsetX - drag.x, dy = e.offsetY - drag.y
    if (!drag.moved && Math.hypot(dx, dy) < 4) return
    drag.moved = true
    if (this.mode === "crop") this.box = this.boxTo(e)
    else if (e.shiftKey) { this.ox = drag.ox + dx; this.oy = drag.oy + dy }
    else { this.width = Math.max(this.data.width / 1000, drag.width + dx * this.data.width / 300); this.center = drag.center + dy * this.data.width / 300 }
    this.request()
  }

  drop(e) {
    const {drag, box} = this; this.drag = null
    const [x, y] = this.place(e), [rows, columns] = this.size
    if (drag && !drag.moved) { if (x >= 0 && y >= 0 && x < columns && y < rows) this.send.trigger("pick", {row: y, column: x, frame: this.slice}) }
    else if (box) { this.setMode("window"); if (box.width > 1 && box.height > 1) this.send.trigger("crop", box); this.request() }
  }

  boxTo(e) {                                               // from the drag's start to here, in whole pixels inside the image
    const [rows, columns] = this.size, [a, b] = this.place({offsetX: this.drag.x, offsetY: this.drag.y}), [c, d] = this.place(e)
    const span = (p, q, n) => [Math.max(0, Math.min(p, q, n - 1)), Math.min(n, Math.max(p, q, 0) + 1)]
    const [x0, x1] = span(a, c, columns), [y0, y1] = span(b, d, rows)
    return {x: x0, y: y0, width: x1 - x0, height: y1 - y0}
  }

  key(e) {
    const middle = [this.canvas.clientWidth / 2, this.canvas.clientHeight / 2]
    const act = {ArrowUp: () => this.go(this.slice - 1), ArrowDown: () => this.go(this.slice + 1), i: () => { this.invert = !this.invert },
      "0": () => this.fit(), "+": () => this.zoomAt(...middle, 1.2), "-": () => this.zoomAt(...middle, 1 / 1.2), Escape: () => this.setMode("window")}[e.key]
    if (act) { act(); this.request(); e.preventDefault(); e.stopPropagation() }
  }

  held() { return Math.max(0, Math.min(this.item.pixels.shape[0] - 1, this.slice - this.item.first)) }
  cell(x, y) {                                             // where the overlay's grid is read for an image pixel, or -1
    const [bx, by, bw, bh] = this.data.overlay.box, [rows, columns] = this.map.values.shape
    const c = Math.floor((x - bx + .5) / bw * columns), r = Math.floor((y - by + .5) / bh * rows)
    return c < 0 || r < 0 || c >= columns || r >= rows ? -1 : r * columns + c
  }

  hover(e) {
    if (!this.item) return
    const [x, y] = this.place(e), [rows, columns] = this.size, out = this.find("output")
    if (x < 0 || y < 0 || x >= columns || y >= rows) { out.value = ""; return }
    const {values} = this.item.pixels, at = (this.held() * rows + y) * columns + x
    const value = this.isColour ? [...values.subarray(3 * at, 3 * at + 3)].join(" ") : `${tidy(values[at])} ${this.data.unit}`
    const cell = this.map ? this.cell(x, y) : -1
    out.value = `row ${y}, column ${x}: ${value}` + (cell < 0 ? "" : `   map ${this.map.values.values[cell].toPrecision(3)}`)
  }

  request() { this.frame ??= requestAnimationFrame(() => { this.frame = null; if (this.item && this.canvas.clientWidth) this.draw() }) }

  draw() {
    const {canvas, context, zoom, ox, oy, map} = this, [rows, columns] = this.size, scale = devicePixelRatio
    const w = Math.round(canvas.clientWidth * scale), h = Math.round(canvas.clientHeight * scale)
    if (canvas.width !== w || canvas.height !== h || !this.image) { canvas.width = w; canvas.height = h; this.image = context.createImageData(w, h) }
    const out = new Uint32Array(this.image.data.buffer), at = this.held() * rows * columns
    const across = Int32Array.from({length: w}, (_, x) => { const c = Math.floor((x / scale - ox) / zoom); return c < columns ? c : -1 })
    const grey = this.greys(), alpha = map ? +this.find(".opacity").value : 0
    for (let y = 0, k = 0; y < h; y++) {
      const r = Math.floor((y / scale - oy) / (zoom * this.tall)), row = at + r * columns
      if (r < 0 || r >= rows) { out.fill(0xff000000, k, k + w); k += w; continue }
      for (let x = 0; x < w; x++, k++) {
        const c = across[x]
        out[k] = c < 0 ? 0xff000000 : grey(row + c)
        if (alpha && c >= 0) out[k] = this.mix(out[k], c, r, alpha)
      }
    }
    context.setTransform(1, 0, 0, 1, 0, 0); context.putImageData(this.image, 0, 0)
    context.setTransform(scale, 0, 0, scale, 0, 0)
    this.furniture(context, canvas.clientWidth, canvas.clientHeight)
  }

  greys() {                                                // index of a value to a screen pixel
    const {values} = this.item.pixels, {center, width} = this, kind = this.data.voi, flip = this.invert ? 255 : 0
    const exact = kind !== "LINEAR" || width <= 1          // PS3.3 C.11.2.1.2: LINEAR takes half a step and one step off
    const low = exact ? center - width / 2 : center - .5 - (width - 1) / 2, scale = 255 / (exact ? width : width - 1)
    if (this.isColour) return k => { k *= 3; return 0xff000000 | (values[k + 2] ^ flip) << 16 | (values[k + 1] ^ flip) << 8 | values[k] ^ flip }
    if (kind === "SIGMOID") return k => {
      const g = 255 / (1 + Math.exp(-4 * (values[k] - center) / width)) ^ flip
      return 0xff000000 | g << 16 | g << 8 | g
    }
    return k => {
      const v = (values[k] - low) * scale, g = (v < 0 ? 0 : v > 255 ? 255 : v | 0) ^ flip
      return 0xff000000 | g << 16 | g << 8 | g
    }
  }

  mix(pixel, x, y, alpha) {                                // weak values stay clear, so the image is never hidden
    const cell = this.cell(x, y)
    if (cell < 0) return pixel
    const {limit, signed} = this.data.overlay, v = Math.max(-1, Math.min(1, this.map.values.values[cell] / limit)), strong = Math.abs(v)
    if (strong < .02) return pixel
    const a = alpha * Math.min(1, strong * 1.5), [R, G, B] = this.ramp[Math.round(signed ? (v + 1) * 127.5 : strong * 255)]
    const r = pixel & 255, g = pixel >> 8 & 255, b = pixel >> 16 & 255
    return 0xff000000 | (b + (B - b) * a) << 16 | (g + (G - g) * a) << 8 | (r + (R - r) * a)
  }

  furniture(c, w, h) {                                     // path of reading, crop box, ruler, colour bar, corner text
    if (this.data.boxes) this.path(c)
    if (this.data.crop || this.box) {
      const {x, y, width, height} = this.box ?? {}, [sx, sy, sw, sh] = this.screen(this.box ? [x, y, width, height] : this.data.crop)
      c.strokeStyle = ORANGE; c.lineWidth = 2; c.setLineDash(this.box ? [] : [6, 4]); c.strokeRect(sx, sy, sw, sh); c.setLineDash([])
    }
    c.font = "12px sans-serif"; c.lineWidth = 2; c.shadowColor = "#000"; c.shadowBlur = 3; c.fillStyle = c.strokeStyle = "#fff"
    this.ruler(c, h)
    if (this.map) this.colourBar(c, w, h)
    if (!this.isColour) c.fillText(`C ${tidy(+this.center.toPrecision(4))}  W ${tidy(+this.width.toPrecision(4))}`, 16, 24)
    if (this.item.total > 1) c.fillText(`frame ${this.slice + 1} of ${this.item.total}`, 16, 42)
    c.shadowBlur = 0
    if (!this.find(".center").matches(":focus")) this.find(".center").value = tidy(+this.center.toPrecision(5))
    if (!this.find(".width").matches(":focus")) this.find(".width").value = tidy(+this.width.toPrecision(5))
    this.find(".slice").value = this.slice; this.find(".slice").setAttribute("aria-valuetext", `frame ${this.slice + 1} of ${this.item.total}`)
    Object.assign(this.find(".viewer").dataset, {frame: this.slice, digest: this.digest})
  }

  path(c) {                                                // thin lines between the steps, numbers at the ends, one arrow
    const boxes = this.data.boxes.map(box => this.screen(box)), first = boxes[0], last = boxes.at(-1)
    c.strokeStyle = "rgba(255,176,0,.45)"; c.lineWidth = 1
    c.beginPath(); boxes.forEach(([x, y, w, h]) => c.rect(x, y, w, h)); c.stroke()
    const middle = ([x, y, w, h]) => [x + w / 2, y + h / 2], down = Math.abs(last[1] - first[1]) > Math.abs(last[0] - first[0])
    const [x0, y0] = down ? [first[0] - 14, middle(first)[1]] : [middle(first)[0], first[1] - 14]
    const [x1, y1] = down ? [x0, middle(last)[1]] : [middle(last)[0], y0], angle = Math.atan2(y1 - y0, x1 - x0)
    c.strokeStyle = c.fillStyle = ORANGE; c.lineWidth = 2; c.font = "600 12px sans-serif"
    c.beginPath(); c.moveTo(x0, y0); c.lineTo(x1, y1)
    for (const turn of [2.6, -2.6]) { c.moveTo(x1, y1); c.lineTo(x1 + 9 * Math.cos(angle + turn), y1 + 9 * Math.sin(angle + turn)) }
    c.stroke()
    c.textAlign = down ? "right" : "center"
    c.fillText("1", down ? x0 - 6 : x0, down ? y0 + 4 : y0 - 6); c.fillText(String(boxes.length), down ? x1 - 6 : x1, down ? y1 + 4 : y1 - 6)
    c.textAlign = "left"
  }

  ruler(c, h) {
    const mm = this.data.spacing_mm?.[1]
    if (!mm) { c.fillText("no mm scale in the file", 16, h - 16); return }
    const long = [.1, .2, .5, 1, 2, 5, 10, 20, 50, 100, 200, 500].findLast(v => v / mm * this.zoom < this.canvas.clientWidth / 4) ?? .1
    const px = long / mm * this.zoom
    c.beginPath(); c.moveTo(16, h - 24); c.lineTo(16, h - 18); c.lineTo(16 + px, h - 18); c.lineTo(16 + px, h - 24); c.stroke(); c.fillText(`${long} mm`, 16, h - 30)
  }

  colourBar(c, w, h) {
    const {limit, signed, label} = this.data.overlay, bar = c.createLinearGradient(0, h - 20, 0, h - 140)
    for (let k = 0; k <= 8; k++) bar.addColorStop(k / 8, `rgb(${this.ramp[Math.round(k / 8 * 255)].map(Math.round)})`)
    c.fillStyle = bar; c.fillRect(w - 28, h - 140, 12, 120); c.fillStyle = "#fff"; c.textAlign = "right"
    const end = limit.toPrecision(2)
    c.fillText((signed ? "+" : "") + end, w - 34, h - 130); c.fillText(signed ? "\u2212" + end : "0", w - 34, h - 20); if (signed) c.fillText("0", w - 34, h - 76)
    c.fillText(label, w - 16, h - 150); c.textAlign = "left"
  }

  save() {
    const {clientWidth: w, clientHeight: h} = this.canvas, {title, note, digest} = this.data
    savePicture([[this.canvas, 0, 0, w, h]], {name: `medrnn-${digest.slice(0, 8)}`, title, note, theme: this.theme})
  }
}

export default function ({data, parentElement, setTriggerValue, setStateValue}) {
  let viewer = viewers.get(parentElement)
  if (!viewer) viewers.set(parentElement, viewer = new Viewer(parentElement))
  viewer.update(data, themeOf(parentElement), {trigger: setTriggerValue, state: setStateValue})
  return () => { viewer.watch.disconnect(); viewer.listen.abort(); clearTimeout(viewer.timer); viewers.delete(parentElement) }
}
