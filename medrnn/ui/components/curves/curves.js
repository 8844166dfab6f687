// Two small charts over one x axis. Zoom lives here, so a new point never moves the view.
const pictures = new WeakMap()
const EDGE = {left: 46, right: 10, top: 8, bottom: 36}, HEIGHT = 240

function ticks(low, high, count) {                         // round numbers: 1, 2 or 5 times a power of ten
  const raw = (high - low) / count || 1, power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map(k => k * power).find(s => s >= raw) ?? 10 * power, made = []
  for (let v = Math.ceil(low / step) * step; v <= high + step * 1e-6; v += step) made.push(+v.toPrecision(12))
  return made
}

class Curves {
  constructor(root) {
    this.find = selector => root.querySelector(selector)
    this.canvases = [...root.querySelectorAll("canvas")]; this.names = ["loss", "accuracy"]
    this.canvases.forEach((canvas, k) => {
      canvas.onpointerdown = e => { canvas.setPointerCapture(e.pointerId); this.drag = {k, from: this.at(k, e), to: null} }
      canvas.onpointermove = e => { this.hover(k, e); if (this.drag) { this.drag.to = this.at(k, e); this.request() } }
      canvas.onpointerup = () => this.drop()
      canvas.onpointerleave = () => { this.find("output").value = "" }
      canvas.ondblclick = () => { this.zoom = null; this.request() }
    })
    this.find(".save").onclick = () => this.save()
    this.watch = new ResizeObserver(() => this.request())
    this.watch.observe(this.find(".curves"))
  }

  update(data, theme) {
    this.data = data; this.theme = theme
    const [first, second] = data.colours[theme.isDark ? "dark" : "light"]
    this.colour = series => series.dash ? second : first
    this.find(".curves").setAttribute("aria-label", data.title)
    this.canvases.forEach((canvas, k) => canvas.setAttribute("aria-label", `${data.title}: ${this.names[k]} over training steps`))
    this.legend()
    this.find(".curves").dataset.points = data.series.reduce((n, s) => n + s.x.length, 0)
    this.request()
  }

  legend() {                                               // names by textContent: they may come from a user
    this.find(".legend").replaceChildren(...this.data.series.filter(s => s.panel === "loss").map(series => {
      const entry = document.createElement("span"), mark = document.createElement("i")
      mark.style.borderTopColor = this.colour(series); mark.style.borderTopStyle = series.dash ? "dashed" : "solid"
      entry.append(mark, series.name)
      return entry
    }))
  }

  shown(k) { return this.data.series.filter(s => s.panel === this.names[k] && s.x.length) }
  range(k) {
    const all = this.shown(k), xs = all.flatMap(s => s.x), [x0, x1] = this.zoom ?? [0, Math.max(1, ...xs)]
    const ys = all.flatMap(s => s.y.filter((v, i) => v !== null && s.x[i] >= x0 && s.x[i] <= x1))
    if (this.names[k] === "accuracy") { const low = Math.min(.5, ...ys); return [x0, x1, Math.max(0, Math.floor(low * 10) / 10), 1] }
    return [x0, x1, 0, Math.max(.1, ...ys) * 1.05]
  }

  at(k, e) { const w = this.canvases[k].clientWidth - EDGE.left - EDGE.right, [x0, x1] = this.range(k); return x0 + (e.offsetX - EDGE.left) / w * (x1 - x0) }

  drop() {
    const {drag} = this; this.drag = null
    if (drag?.to != null && Math.abs(drag.to - drag.from) > 1) this.zoom = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)]
    this.request()
  }

  hover(k, e) {
    const x = this.at(k, e)
    this.find("output").value = this.shown(k).map(s => {
      const i = s.x.reduce((best, v, j) => Math.abs(v - x) < Math.abs(s.x[best] - x) ? j : best, 0)
      return `${s.name} ${s.y[i]?.toFixed(3) ?? "none"} at ${s.x[i]}`
    }).join("   ")
  }

  request() { this.frame ??= requestAnimationFrame(() => { this.frame = null; if (this.data) this.canvases.forEach((_, k) => this.draw(k)) }) }

  draw(k) {
    const [c, w, h] = surface(this.canvases[k], HEIGHT), [x0, x1, y0, y1] = this.range(k), {theme} = this
    const px = x => EDGE.left + (x - x0) / (x1 - x0) * (w - EDGE.left - EDGE.right), py = y => h - EDGE.bottom - (y - y0) / (y1 - y0) * (h - EDGE.top - EDGE.bottom)
    c.clearRect(0, 0, w, h); c.fillStyle = theme.page; c.fillRect(0, 0, w, h)
    c.font = "12px sans-serif"; c.lineWidth = 1; c.strokeStyle = theme.line; c.fillStyle = theme.ink
    c.textAlign = "right"; c.textBaseline = "middle"
    for (const y of ticks(y0, y1, 5)) { c.beginPath(); c.moveTo(EDGE.left, py(y)); c.lineTo(w - EDGE.right, py(y)); c.stroke(); c.fillText(String(y), EDGE.left - 6, py(y)) }
    c.textAlign = "center"; c.textBaseline = "top"
    for (const x of ticks(x0, x1, Math.max(2, w / 90))) c.fillText(String(x), px(x), h - EDGE.bottom + 6)
    c.fillText("step", (EDGE.left + w) / 2, h - 15)
    c.save(); c.beginPath(); c.rect(EDGE.left, 0, w - EDGE.left - EDGE.right, h - EDGE.bottom + 1); c.clip()
    for (const series of this.shown(k)) this.line(c, series, px, py)
    if (this.drag?.k === k && this.drag.to != null) { c.globalAlpha = .15; c.fillRect(px(this.drag.from), EDGE.top, px(this.drag.to) - px(this.drag.from), h); c.globalAlpha = 1 }
    c.restore()
  }

  line(c, series, px, py) {
    c.strokeStyle = c.fillStyle = this.colour(series); c.lineWidth = series.dash ? 2.5 : 1.5; c.setLineDash(series.dash ? [7, 4] : [])
    c.beginPath(); series.x.forEach((x, i) => { if (series.y[i] !== null) c.lineTo(px(x), py(series.y[i])) }); c.stroke(); c.setLineDash([])
    const i = series.y.findLastIndex(v => v !== null)
    if (i < 0) return
    c.beginPath(); c.arc(px(series.x[i]), py(series.y[i]), 3.5, 0, 7); c.fill()
    c.textAlign = "right"; c.textBaseline = "bottom"; c.font = "600 12px sans-serif"
    c.fillText(series.y[i].toFixed(3), px(series.x[i]) - 5, py(series.y[i]) - 4)
  }

  save() {
    let x = 0
    const places = this.canvases.map((canvas, k) => { const place = [canvas, x, 12, canvas.clientWidth, HEIGHT, this.names[k]]; x += canvas.clientWidth + 20; return place })
    savePicture(places, {name: "medrnn-curves", title: this.data.title, note: this.data.note, theme: this.theme})
  }
}

export default function ({data, parentElement}) {
  let picture = pictures.get(parentElement)
  if (!picture) pictures.set(parentElement, picture = new Curves(parentElement))
  picture.update(data, themeOf(parentElement))
  return () => { picture.watch.disconnect(); pictures.delete(parentElement) }
}
