// The image viewer: what is in view (frame, window, zoom) and where it is drawn.
const viewers = new WeakMap()
const REST = 250                                           // ms until Python hears of a new frame
const CINE = 12                                            // frames a second
const PATIENCE = 3000                                      // ms until frames that do not come are asked for again

class Viewer {
  constructor(host) {
    this.find = selector => host.querySelector(selector)
    this.root = this.find(".viewer"); this.canvas = this.find("canvas"); this.context = this.canvas.getContext("2d")
    this.greys = new Greys(); this.frame = 0; this.digest = null
    this.modes = [...host.querySelectorAll("[data-mode-of]")]; this.lengths = new Lengths(this); this.setMode("window")
    new Gestures(this); this.link = new Link(this)
    this.find(".preset").onchange = e => this.choose(this.data.presets[e.target.selectedIndex])
    this.find(".play").onclick = () => this.play()
    this.find(".frame").oninput = e => this.go(+e.target.value)
    this.find(".opacity").oninput = () => this.request()
    this.find(".reset").onclick = () => { this.begin(); this.request() }
    this.find(".invert").onclick = () => { this.invert = !this.invert; this.request() }
    this.find("button.planes").onclick = () => { this.togglePlanes(); this.request() }
    for (const button of this.modes) button.onclick = () => { this.toggleMode(button.dataset.modeOf); this.canvas.focus({preventScroll: true}) }
    this.find(".clear").onclick = () => { this.region = null; this.lengths.clear(); this.setMode("window"); this.request() }
    for (const [part, by] of [[".nearer", 1.25], [".farther", .8]])
      this.find(part).onclick = () => { if (this.item) this.zoomAt(this.canvas.clientWidth / 2, this.canvas.clientHeight / 2, by) }
    this.find(".save").onclick = () => this.save()
    this.find(".center").onchange = e => this.typed(e.target.valueAsNumber, this.width)
    this.find(".width").onchange = e => this.typed(this.center, e.target.valueAsNumber)
    this.find(".slide-center").oninput = e => this.typed(e.target.valueAsNumber, this.width)
    this.find(".slide-width").oninput = e => this.typed(this.center, e.target.valueAsNumber)
    this.watch = new ResizeObserver(() => { this.resize(); this.request() })
    this.watch.observe(this.canvas)
  }

  // --- what comes from Python ---------------------------------------------------------------------------------------

  update(data, theme, send) {                              // data is small; the pixels come through the store
    Object.assign(this, {data, theme, send})
    this.listen?.abort(); this.listen = new AbortController()
    for (const name of [data.name, data.name + "-overlay"])
      store().addEventListener(name, () => this.load(), {signal: this.listen.signal})
    this.canvas.style.setProperty("--height", data.height + "px")
    this.canvas.setAttribute("aria-label", `${data.alt} Drag: window. Wheel: zoom. Shift and drag: move. Click: pick. `
      + "R, then drag: region. L, then drag: outline. D, then drag: distance. A, then three clicks: angle. "
      + "Up and down: frames. I: invert. Plus, minus: zoom. 0: fit."
      + (data.edges ? ` At the edges of the image: ${["left", "right", "top", "bottom"].map((side, k) => `${side} ${data.edges[k]}`).join(", ")}.` : "")
      + (data.planes ? " O: overlay planes." : ""))
    this.find(".reach").textContent = data.reach; this.find(".reach").hidden = !data.reach
    this.load(); this.link.join()
  }

  load() {
    const {data} = this, item = store().items.get(data.name)
    if (item?.digest !== data.digest) return               // the carrier has not come yet
    if (item !== this.item) this.asked = null
    this.item = item; this.isColour = item.pixels.shape.length === 4
    if (this.digest !== data.digest) this.open()
    else if (this.echo.isNew(data.start)) this.show(data.start)
    this.loadOverlay()
    this.find(".frame").max = item.total - 1
    this.fillPresets()
    const hidden = {".level": this.isColour, ".preset-label": this.isColour || !data.presets.length, ".cine": item.total < 2, ".mix": !this.map, ".cut": !data.crop, ".planes": !item.planes}
    for (const [part, isHidden] of Object.entries(hidden))
      this.root.querySelectorAll(part).forEach(node => { node.hidden = isHidden })
    this.ask(); this.request()
  }

  open() {                                                 // another image: its own window, the whole of it
    this.digest = this.data.digest; this.echo = new Echo(this.data.start)
    clearTimeout(this.timer)
    this.show(this.data.start); this.begin()
  }

  begin() {
    const {center, width, inverted} = this.data
    Object.assign(this, {center, width, voi: this.data.voi, invert: inverted, region: null, isPlanes: true})
    this.lengths.clear(); delete this.find(".preset").dataset.name
    this.setMode("window"); this.fit()
  }

  fillPresets() {
    const names = this.data.presets.map(p => p.name)
    if (names.join() === this.presets) return
    this.presets = names.join()
    fillPresets(this.find(".preset"), this.data.presets)
  }

  get view() { const {center, width, voi, invert} = this; return {center, width, voi, invert, table: this.tableOf(voi)} }

  tableOf(voi) {                                           // the lookup table that came with the pixels, if it is one
    const [at, count] = this.item.table_at?.[voi] ?? []
    return count && this.item.tables.values.subarray(at, at + count)
  }

  togglePlanes() { this.isPlanes = !this.isPlanes }
  choose({center, width, voi}) { this.voi = voi; this.setWindow(center, width); this.request() }

  loadOverlay() {                                          // a map of another moment is not drawn
    const {overlay, colours, name} = this.data, map = overlay && store().items.get(name + "-overlay")
    this.map = map?.stamp === overlay?.stamp ? map?.values : null
    if (!this.map) return
    const {negative, positive} = colours[this.theme.isDark ? "dark" : "light"]
    this.table = overlayTable(overlay.signed, overlay.signed ? [negative, positive].map(rgb) : HEAT)
  }

  // --- frames -------------------------------------------------------------------------------------------------------

  go(frame) {                                              // Python hears where the reader came to rest
    this.show(frame)
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.echo.note(this.frame)
      this.send.trigger("frame", {digest: this.digest, at: this.frame})
    }, REST)
    this.request()
  }

  play() {                                                 // forward once, or stop; nothing moves by itself
    clearInterval(this.cine); this.cine = this.cine ? null : setInterval(() => this.beat(), 1000 / CINE)
    if (this.cine && this.frame === this.item.total - 1) this.go(0)
    this.controls()
  }

  beat() {
    if (this.held < 0) return                              // waits for frames that are still coming
    if (this.frame === this.item.total - 1) this.play()
    else this.go(this.frame + 1)
  }

  show(frame) { this.frame = clamp(frame, 0, this.item.total - 1); this.ask() }

  ask() {                                                  // for more frames, before the reader gets to the edge
    const {first, total, pixels: {shape: [held]}} = this.item, margin = Math.min(3, Math.floor(held / 3))
    const isLow = first > 0 && this.frame < first + margin
    const isHigh = first + held < total && this.frame >= first + held - margin
    if (!isLow && !isHigh || this.asked > performance.now() - PATIENCE) return
    this.asked = performance.now()
    this.send.trigger("need", this.frame)
  }

  get held() {                                             // the frame's place among those that are here, or -1
    const place = this.frame - this.item.first
    return place >= 0 && place < this.item.pixels.shape[0] ? place : -1
  }

  // --- where it is drawn --------------------------------------------------------------------------------------------

  get size() { return this.item.pixels.shape.slice(1, 3) }
  get tall() { const [row, column] = this.data.spacing_mm ?? [this.data.pixel_height ?? 1, 1]; return row / column }   // a pixel's, in widths

  fit() {
    if (!this.item) return
    const [rows, columns] = this.size, {clientWidth: w, clientHeight: h} = this.canvas
    const edge = this.data.boxes ? 36 * larger() : 0                  // room for the arrow of the reading
    this.zoom = Math.max(1e-3, Math.min((w - 2 * edge) / columns, (h - 2 * edge) / (rows * this.tall)))
    this.ox = (w - columns * this.zoom) / 2; this.oy = (h - rows * this.zoom * this.tall) / 2
    this.isFitted = true; this.wide = w; this.high = h
  }

  resize() {                                               // a zoomed view keeps its middle
    const {clientWidth: w, clientHeight: h} = this.canvas
    if (!w || !this.item) return
    if (this.isFitted || !this.wide) { this.fit(); return }
    this.ox += (w - this.wide) / 2; this.oy += (h - this.high) / 2; this.wide = w; this.high = h
  }

  zoomAt(x, y, by) {
    const zoom = clamp(this.zoom * by, .02, 256), ratio = zoom / this.zoom
    this.ox = x - (x - this.ox) * ratio; this.oy = y - (y - this.oy) * ratio; this.zoom = zoom
    this.isFitted = false; this.request()
  }

  place({offsetX, offsetY}) {                              // column and row under a point, also outside the image
    return [Math.floor((offsetX - this.ox) / this.zoom), Math.floor((offsetY - this.oy) / (this.zoom * this.tall))]
  }

  spot({offsetX, offsetY}) {                               // the same to a hundredth of a pixel
    return [(offsetX - this.ox) / this.zoom, (offsetY - this.oy) / (this.zoom * this.tall)].map(v => Math.round(100 * v) / 100)
  }

  pixelAt(point) {
    const [x, y] = this.place(point), [rows, columns] = this.size
    return x >= 0 && y >= 0 && x < columns && y < rows ? [x, y] : null
  }

  screen([x, y, w, h]) {                                   // a box in image pixels, in CSS pixels
    const v = this.zoom * this.tall
    return [this.ox + x * this.zoom, this.oy + y * v, w * this.zoom, h * v]
  }

  // --- window and mode ----------------------------------------------------------------------------------------------

  setWindow(center, width) { this.center = center; this.width = width }
  typed(center, width) { if (Number.isFinite(center) && width > 0) this.setWindow(center, width); this.request() }

  toggleMode(mode) { this.setMode(this.mode === mode ? "window" : mode); this.request() }

  setMode(mode) {
    this.mode = mode; this.box = this.trail = null; this.lengths.drop()
    for (const button of this.modes) button.setAttribute("aria-pressed", button.dataset.modeOf === mode)
    this.find(".hint").textContent = HINTS[mode]
    this.root.dataset.mode = mode
  }

  // --- drawing ------------------------------------------------------------------------------------------------------

  readOut() {
    const out = this.find("output"), place = this.item && this.pointer && this.pixelAt(this.pointer)
    if (!place) { out.value = ""; return }
    const [x, y] = place, [rows, columns] = this.size, {values} = this.item.pixels
    const at = (this.held * rows + y) * columns + x, unit = this.data.unit && ` ${this.data.unit}`
    const value = this.held < 0 ? "loading"
      : this.isColour ? "RGB " + values.subarray(3 * at, 3 * at + 3).join(" ") : exact(values[at]) + unit
    out.value = `row ${y}, column ${x}: ${value}${this.mapText(x, y)}`
  }

  get isMapped() { const at = this.data.overlay?.frame; return this.map && (at === null || at === this.frame) }

  mapText(x, y) {
    if (!this.isMapped) return ""
    const [bx, by, bw, bh] = this.data.overlay.box, {values, shape: [rows, columns]} = this.map
    const c = slot(x, bx, bw, columns), r = slot(y, by, bh, rows)
    return c < 0 || r < 0 ? "" : `, map ${+values[r * columns + c].toPrecision(3)}`
  }

  request() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null
      if (this.item && this.canvas.clientWidth) this.draw()
    })
  }

  draw() {
    const {canvas, context} = this, scale = devicePixelRatio
    const w = Math.round(canvas.clientWidth * scale), h = Math.round(canvas.clientHeight * scale)
    if (canvas.width !== w || canvas.height !== h || !this.image) {
      canvas.width = w; canvas.height = h; this.image = context.createImageData(w, h)
    }
    this.paint(new Uint32Array(this.image.data.buffer), w, h, scale)
    context.setTransform(1, 0, 0, 1, 0, 0); context.putImageData(this.image, 0, 0)
    context.setTransform(scale, 0, 0, scale, 0, 0)
    this.furniture(context, canvas.clientWidth, canvas.clientHeight)
    this.controls(); this.link.tell()
  }

  paint(out, w, h, scale) {
    if (this.held < 0) { out.fill(BLACK); return }         // never another frame under this one's number
    const [rows, columns] = this.size, {zoom, ox, oy, tall} = this
    const line = (length, origin, step, count) => Int32Array.from({length}, (_, k) => {
      const at = Math.floor(((k + .5) / scale - origin) / step)
      return at < count ? Math.max(-1, at) : -1
    })
    const across = line(w, ox, zoom, columns), down = line(h, oy, zoom * tall, rows)
    const {data, item: {pixels, planes}} = this, at = this.held * rows * columns
    paintImage(out, across, down, columns, at, this.greys.of(pixels.values, this.isColour, this.view))
    const alpha = +this.find(".opacity").value
    if (this.isMapped && alpha) paintOverlay(out, across, down, this.map, data.overlay, this.table, alpha)
    if (planes && this.isPlanes) paintPlanes(out, w, h, this.runsOf(planes.values, at), this, scale, rgb(data.colours.dark.cursor))
  }

  runsOf(bits, at) {                                       // of the frame in view
    if (this.ran?.bits !== bits || this.ran.at !== at) this.ran = {bits, at, runs: findRuns(bits, at, this.size)}
    return this.ran.runs
  }

  furniture(c, w, h) {
    const {data, box, region, trail} = this, sides = ({x, y, width, height}) => this.screen([x, y, width, height])
    const plates = this.plates = new Plates(c, w, h), say = (...words) => plates.say(...words)
    if (data.boxes?.length > 1) drawPath(c, data.boxes.map(b => this.screen(b)), rect => plates.take(rect))
    if (data.crop) drawBox(c, this.screen(data.crop), true)
    this.lengths.draw(c)
    c.font = lettering(12)
    drawRuler(c, this.zoom, data.spacing_mm?.[1], w, h, data.boxes ? 44 : 16, say)
    if (this.isMapped) drawColourBar(c, this.table, data.overlay, w, h, say)
    plates.put(this.words(), [1, 2, 3].map(k => [16, 6 + lineHeight() * k]))
    drawSides(plates, data.edges, w, h)
    if (region) this.drawRegion(c, sides(region), plates)
    this.lengths.say(plates)
    if (box) drawBox(c, sides(box), false)
    if (trail) drawOutline(c, this.onScreen(trail), false)
    this.root.dataset.plates = JSON.stringify(plates.taken.map(rect => rect.map(Math.round)))
  }

  onScreen(points) { return points.map(([x, y]) => this.screen([x, y, 0, 0]).slice(0, 2)) }

  drawRegion(c, [x, y, w, h], plates) {                            // the box or outline with its figures below it
    if (this.region.outline) drawOutline(c, this.onScreen(this.region.outline), true)
    else drawBox(c, [x, y, w, h], false)
    if (this.held < 0 || this.isColour) return
    const {region, data} = this, found = this.figures(region)
    const lines = regionWords(found, data.unit, data.spacing_mm, region), under = y + h + lineHeight(), over = y - lineHeight() * lines.length + 8
    plates.put(lines, [[x + 4, under], [x + 4, over], [x + w + 8, y + 14], [x - 8, y + 14, "right"]])
  }

  figures(region) {                                        // counted once for a region and a frame
    if (this.figured?.region === region && this.figured.frame === this.frame) return this.figured
    const [rows, columns] = this.size
    const found = measure(this.item.pixels.values, this.held * rows * columns, columns, region)
    this.root.dataset.region = JSON.stringify({...region, ...found})
    return this.figured = {...found, region, frame: this.frame}
  }

  drawCounts() {                                           // the histogram of the frame in view, its window on it
    if (this.isColour || this.held < 0) return
    const [rows, columns] = this.size, key = [this.digest, this.frame].join()
    if (this.counted !== key) {
      this.counted = key; this.counts = spread(this.item.pixels.values, this.held * rows * columns, rows * columns)
    }
    const {low, high} = this.counts, canvas = this.find(".histogram")
    const span = high - low || 1                           // the sliders reach over all values of the frame
    for (const [name, least, most] of [["center", low, high], ["width", span / 500, 1.5 * span]])
      Object.assign(this.find(".slide-" + name), {min: least, max: most, value: this[name]})
    canvas.setAttribute("aria-label", `Histogram from ${exact(low)} to ${exact(high)} with the window on it`)
    drawHistogram(canvas, this.counts, this.view, this.theme, this.data.colours[this.theme.isDark ? "dark" : "light"].cursor)
  }

  words() {                                                // in the upper left corner
    const window = this.isColour ? [] : [`C ${this.tidy(this.center)}  W ${this.tidy(this.width)}${this.tableOf(this.voi) ? "  LUT" : ""}`]
    const frame = this.item.total > 1 ? [this.count() + (this.held < 0 ? ", loading" : "")] : []
    return [...window, ...frame, ...this.invert === this.data.inverted ? [] : ["inverted"]]
  }

  count() { return `frame ${this.frame + 1} of ${this.item.total}` }
  tidy(value) { return String(+value.toPrecision(5)) }

  controls() {
    const {frame, item, digest, held} = this, slider = this.find(".frame")
    for (const name of ["center", "width"]) {
      const input = this.find("." + name)
      if (!input.matches(":focus")) input.value = this.tidy(this[name])
    }
    slider.value = frame; slider.setAttribute("aria-valuetext", this.count())
    this.find(".count").textContent = this.count()
    this.find(".invert").setAttribute("aria-pressed", this.invert)
    this.find("button.planes").setAttribute("aria-pressed", this.isPlanes)
    this.find(".play").textContent = this.cine ? "Stop" : "Play"
    markPreset(this.find(".preset"), this.data.presets, this)
    this.find(".clear").hidden = !this.region && !this.lengths.has
    this.drawCounts()
    Object.assign(this.root.dataset, {frame, frames: item.total, digest, loaded: held >= 0, center: this.center,
      width: this.width, zoom: this.zoom, inverted: this.invert, overlay: Boolean(this.isMapped), planes: Boolean(item.planes && this.isPlanes)})
    this.readOut()
  }

  save() {
    if (!this.item) return
    this.draw()
    const {clientWidth: w, clientHeight: h} = this.canvas, {title, note, says, record, digest} = this.data
    savePicture([[this.canvas, 0, 0, w, h]],
      {name: `medrnn-${digest.slice(0, 8)}`, title, note, says, record, theme: this.theme})
  }

  close() { this.link.leave(); clearInterval(this.cine); this.watch.disconnect(); this.listen.abort(); clearTimeout(this.timer); cancelAnimationFrame(this.waiting) }
}

export default function ({data, parentElement, setTriggerValue, setStateValue}) {
  let viewer = viewers.get(parentElement)
  if (!viewer) viewers.set(parentElement, viewer = new Viewer(parentElement))
  viewer.update(data, themeOf(parentElement), {trigger: setTriggerValue, state: setStateValue})
  return () => { viewer.close(); viewers.delete(parentElement) }
}
