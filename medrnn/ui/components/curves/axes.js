// A panel's axes: its limits, its round numbers, the way from values to CSS pixels, and what stands in them.
import {larger, lettering} from "../shared/lettering.js"
import {clamp} from "../shared/numbers.js"

export const EDGE = {get left() { return 46 * larger() }, right: 12, top: 10, get bottom() { return 36 * larger() }}
export const HEIGHT = 240
const LEAST = {accuracy: 1, loss: .1}                      // the least that the upper end of an axis is
export const last = series => series.y.findLastIndex(y => y !== null)

export function ticks(low, high, count) {                  // round numbers: 1, 2 or 5 times a power of ten
  const raw = (high - low) / count || 1, power = 10 ** Math.floor(Math.log10(raw)), made = []
  const step = [1, 2, 5, 10].map(k => k * power).find(s => s >= raw) ?? 10 * power
  for (let v = Math.ceil(low / step) * step; v <= high + step * 1e-6; v += step) made.push(+v.toPrecision(12))
  return made
}

export function limits(all, panel, zoom) {                 // accuracy ends at 1, loss begins at 0
  const widest = all.reduce((most, s) => Math.max(most, s.x.at(-1)), 1), [x0, x1] = zoom ?? [0, widest]
  const ys = all.flatMap(s => s.y.filter((y, i) => y !== null && s.x[i] >= x0 && s.x[i] <= x1))
  const low = ys.reduce((a, b) => Math.min(a, b), panel === "accuracy" ? .5 : 0)
  const high = ys.reduce((a, b) => Math.max(a, b), LEAST[panel] ?? 0) || 1
  const floor = panel === "accuracy" ? Math.max(0, Math.floor(low * 10 - 1e-9) / 10) : Math.min(0, low * 1.05)
  return {x0, x1, y0: floor, y1: panel === "accuracy" ? high + .02 : high * 1.05}
}

export function scales({x0, x1, y0, y1}, w, h) {
  const {left, right, top, bottom} = EDGE, wide = w - left - right, high = h - top - bottom
  return {
    px: x => left + (x - x0) / (x1 - x0) * wide, py: y => h - bottom - (y - y0) / (y1 - y0) * high,
    x: pixel => clamp(x0 + (pixel - left) / wide * (x1 - x0), x0, x1),
  }
}

export function drawAxes(c, w, h, range, {px, py}, theme, label) {
  c.clearRect(0, 0, w, h); c.fillStyle = theme.page; c.fillRect(0, 0, w, h)
  c.font = lettering(12); c.lineWidth = 1; c.strokeStyle = theme.line; c.fillStyle = theme.ink
  c.textAlign = "right"; c.textBaseline = "middle"
  for (const y of ticks(range.y0, range.y1, 5)) {
    c.beginPath(); c.moveTo(EDGE.left, py(y)); c.lineTo(w - EDGE.right, py(y)); c.stroke()
    c.fillText(tick(y), EDGE.left - 6, py(y))
  }
  c.textBaseline = "top"
  for (const x of ticks(range.x0, range.x1, Math.max(2, w / 90 / larger()))) {
    c.textAlign = px(x) > w - EDGE.right - 14 ? "right" : "center"
    c.fillText(x, px(x), h - EDGE.bottom + 6)
  }
  c.textAlign = "center"; c.fillText(label, (EDGE.left + w - EDGE.right) / 2, h - 14 * larger())
}

export function drawLine(c, {x, y, dash}, colour, {px, py}) {
  c.strokeStyle = colour; c.lineWidth = dash ? 2.5 : 1.5; c.setLineDash(dash ? [7, 4] : []); c.lineJoin = "round"
  c.beginPath(); x.forEach((v, i) => { if (y[i] !== null) c.lineTo(px(v), py(y[i])) })
  c.stroke(); c.setLineDash([])
}

export function said(y) {                                  // a value with the digits that matter
  const size = Math.abs(y)
  return size >= 100 ? String(Math.round(y)) : size >= .01 || size === 0 ? y.toFixed(3) : y.toExponential(1)
}

export const tick = y => y !== 0 && Math.abs(y) < .001 ? y.toExponential() : String(y)

export function spread(wanted, gap, top, bottom) {         // places as near to the wanted ones as may be, none over another
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[b] - wanted[a])
  const room = Math.min(gap, (bottom - top) / Math.max(1, wanted.length - 1)), at = []
  let free = bottom
  for (const i of order) { at[i] = clamp(wanted[i], top, free); free = at[i] - room }
  let least = top
  for (const i of order.reverse()) { at[i] = Math.max(at[i], least); least = at[i] + room }
  return at
}

export function drawDot(c, x, y, colour) { c.fillStyle = colour; c.beginPath(); c.arc(x, y, 3.5, 0, 7); c.fill() }

export function drawLastValues(c, marks, theme, h) {       // [{x, y, text, colour}] in CSS pixels, never over each other
  c.textAlign = "right"; c.textBaseline = "bottom"; c.font = lettering(12, 600)
  c.lineWidth = 4; c.strokeStyle = theme.page
  const at = spread(marks.map(({y}) => y - 4), 14 * larger(), EDGE.top + 12, h - EDGE.bottom)
  marks.forEach(({x, text, colour}, k) => {
    c.strokeText(text, x - 5, at[k]); c.fillStyle = colour; c.fillText(text, x - 5, at[k])
  })
}
