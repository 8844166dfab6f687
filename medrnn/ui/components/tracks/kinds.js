// The kinds of rows: how each is painted, what it says at a step, and what its canvas shows in words.
import {lettering, larger} from "../shared/lettering.js"
import {clamp, short} from "../shared/numbers.js"
import {heatmapOf, rampOf} from "../player/heatmaps.js"

const MARGIN = 5, LANE = () => 15 * larger()                                // CSS pixels above and below a curve; height of a line of marks
const signedEnds = ({signed, limit}) => [signed ? `\u2212${short(limit)}` : "0", short(limit)]
const amount = v => v < 0 ? `\u2212${short(-v)}` : short(v)
export const said = v => Number.isNaN(v) ? "none" : Number.isFinite(v) ? amount(v) : v > 0 ? "\u221e" : "\u2212\u221e"
const withUnit = (text, unit) => unit ? `${text} ${unit}` : text

// A bitmap on w x h device pixels: means where it shrinks, sharp cells where it grows.
function drawCells(c, bitmap, w, h) {
  const columns = Math.min(bitmap.width, w), rows = Math.min(bitmap.height, h)
  let cells = bitmap
  if (columns < bitmap.width || rows < bitmap.height) {
    cells = new OffscreenCanvas(columns, rows)
    const small = cells.getContext("2d")
    small.imageSmoothingQuality = "high"; small.drawImage(bitmap, 0, 0, columns, rows)
  }
  c.imageSmoothingEnabled = false; c.drawImage(cells, 0, 0, w, h)
}

export function scaleOf({low, high, log}, h) {             // from a value to CSS pixels from the top
  const of = log ? Math.log : v => v, [a, b] = [of(low), of(high)]
  return v => h - MARGIN - (clamp(of(v), a, b) - a) / (b - a) * (h - 2 * MARGIN)
}

export function decades({low, high}, most) {               // exponents of the ticks of a logarithmic axis, at most so many
  const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9)
  const by = Math.max(1, Math.ceil((last - first + 1) / most)), made = []
  for (let k = Math.ceil(first / by) * by; k <= last; k += by) made.push(k + 0)    // no -0
  return made
}

const RAISED = {"-": "\u207b", 0: "\u2070", 1: "\u00b9", 2: "\u00b2", 3: "\u00b3", 4: "\u2074", 5: "\u2075", 6: "\u2076", 7: "\u2077", 8: "\u2078", 9: "\u2079"}
export const power = k => k === 0 ? "1" : k === 1 ? "10" : `10${[...String(k)].map(sign => RAISED[sign]).join("")}`

function paintDecades(c, w, h, row, {page, ink, grid}) {
  const py = scaleOf(row, h), tall = 14 * larger()
  c.font = lettering(11); c.textBaseline = "middle"; c.lineWidth = 1
  for (const k of decades(row, Math.max(2, Math.floor(h / (2 * tall))))) {
    const y = py(10 ** k), text = power(k), at = clamp(y, tall / 2, h - tall / 2)
    c.strokeStyle = grid; c.globalAlpha = .5; c.beginPath(); c.moveTo(0, y); c.lineTo(w, y); c.stroke()
    c.globalAlpha = .82; c.fillStyle = page; c.fillRect(0, at - tall / 2, c.measureText(text).width + 8, tall); c.globalAlpha = 1
    c.fillStyle = ink; c.fillText(text, 4, at)
  }
}

export function pieces(values, log) {                      // runs of neighbouring steps with a value
  const runs = []
  let run = null
  values.forEach((v, t) => {
    if (!Number.isFinite(v) || log && v <= 0) { run = null; return }
    if (!run) { run = []; runs.push(run) }
    run.push([t, v])
  })
  return runs
}

function strokeRun(c, run, px, py) {
  c.beginPath()
  if (run.length === 1) c.arc(px(run[0][0]), py(run[0][1]), 2, 0, 7)      // alone between gaps
  run.forEach(([t, v]) => c.lineTo(px(t), py(v)))
  c.stroke()
}

function dashed(c, w, y, colour) {
  c.strokeStyle = colour; c.lineWidth = 1; c.setLineDash([3, 4])
  c.beginPath(); c.moveTo(0, y); c.lineTo(w, y); c.stroke(); c.setLineDash([])
}

function paintGroups(c, w, h, {groups, array: {shape: [, units]}}, {page, ink, grid}) {
  let at = 0
  const tall = 13 * larger()
  c.font = lettering(11); c.textBaseline = "top"
  for (const [name, count] of groups) {
    const y = at / units * h, room = count / units * h
    c.fillStyle = grid
    if (at) c.fillRect(0, Math.round(y), w, 1)
    if (room >= tall + 1) {
      c.globalAlpha = .82; c.fillStyle = page; c.fillRect(0, y + 1, c.measureText(name).width + 8, tall); c.globalAlpha = 1
      c.fillStyle = ink; c.fillText(name, 4, y + 2)
    }
    at += count
  }
}

export const average = (values, of) => {                   // of the values that there are
  let sum = 0, count = 0
  for (const v of values) if (Number.isFinite(v)) { sum += of(v); count++ }
  return count ? sum / count : NaN
}

export const KINDS = {
  heat: {
    make({array: {values, shape}, ...row}, colours) { return heatmapOf({values, shape: [1, ...shape]}, 0, rampOf(row, colours)) },
    paint(c, w, h, row, colours, bitmap) {
      c.save(); c.setTransform(1, 0, 0, 1, 0, 0); drawCells(c, bitmap, c.canvas.width, c.canvas.height); c.restore()
      paintGroups(c, w, h, row, colours)
    },
    says({array: {values, shape: [, units]}, signed, symbol}, t) {
      const mean = average(values.subarray(t * units, (t + 1) * units), signed ? Math.abs : v => v)
      return `mean ${signed ? `|${symbol}| ` : ""}${Number.isNaN(mean) ? "none" : mean.toFixed(2)}`
    },
    ends: signedEnds,
    words({signed, limit, array: {shape: [, units]}}) {
      return `heat map from ${signedEnds({signed, limit}).join(" to ")}, ${units} units from top to bottom`
    },
  },
  lines: {
    paint(c, w, h, {array: {values, shape: [, steps]}, curves, threshold, ...row}, colours) {
      const {grid, isDark} = colours
      if (row.log) paintDecades(c, w, h, row, colours)
      const cell = w / steps, px = t => (t + .5) * cell, py = scaleOf(row, h)
      if (threshold !== null) dashed(c, w, py(threshold), grid)
      curves.forEach(({colour, dash}, k) => {
        c.strokeStyle = c.fillStyle = colour[isDark ? "dark" : "light"]; c.lineWidth = curves.length > 1 ? 1.75 : 2.5
        c.lineJoin = "round"; c.setLineDash(dash ? [7, 4] : [])
        for (const run of pieces(values.subarray(k * steps, (k + 1) * steps), row.log)) strokeRun(c, run, px, py)
      })
      c.setLineDash([])
    },
    at: ({array: {values, shape: [, steps]}}, t, k) => values[k * steps + t],
    says(row, t) { return row.curves.length > 1 ? "" : withUnit(said(this.at(row, t, 0)), row.unit) },
    ends: ({low, high, unit, log}) => [`${log ? "log " : ""}${amount(low)} to ${withUnit(amount(high), unit)}`],
    words({curves, low, high, unit, log, threshold}) {
      const names = curves.map(curve => curve.name).join(", ")
      return `${curves.length > 1 ? `curves of ${names}` : "a curve"} from ${amount(low)} to ${withUnit(amount(high), unit)}`
        + (log ? ", logarithmic" : "") + (threshold === null ? "" : `, dashed line at ${amount(threshold)}`)
    },
  },
  bars: {
    paint(c, w, h, {array: {values}, ...row}, {ink}) {
      const cell = w / values.length, py = scaleOf(row, h), zero = py(clamp(0, row.low, row.high)), gap = cell > 4 ? 1 : 0
      c.fillStyle = ink; c.globalAlpha = .55
      values.forEach((v, t) => { if (Number.isFinite(v)) c.fillRect(t * cell, zero, cell - gap, py(v) - zero) })
      c.fillRect(0, zero - .5, w, 1); c.globalAlpha = 1
    },
    says: ({array: {values}, unit}, t) => withUnit(said(values[t]), unit),
    ends: ({low, high, unit}) => [`${amount(low)} to ${withUnit(amount(high), unit)}`],
    words: ({low, high, unit}) => `one bar a step, from ${amount(low)} to ${withUnit(amount(high), unit)}`,
  },
  marks: {
    paint(c, w, h, {marks, steps}, {ink, primary}) {
      const cell = w / steps, free = [], tall = LANE()
      c.font = lettering(12); c.textBaseline = "middle"
      for (const [t, words] of [...marks].sort(([a], [b]) => a - b)) {
        const x = (t + .5) * cell, wide = c.measureText(words).width + 14, left = Math.max(0, Math.min(x, w - wide))
        let lane = free.findIndex(end => end <= left)
        if (lane < 0) lane = free.length
        free[lane] = left + wide + 6
        const y = .6 * tall + lane % Math.max(1, Math.floor((h - 4) / tall)) * tall
        c.fillStyle = primary; c.fillRect(x - .75, 0, 1.5, h)
        c.beginPath(); c.arc(x, y, 3.5, 0, 7); c.fill()
        c.fillStyle = ink; c.textAlign = left < x - 1 ? "right" : "left"
        c.fillText(words, left < x - 1 ? x - 7 : x + 8, y)
      }
      c.textAlign = "left"
    },
    says: ({marks}, t) => marks.filter(([at]) => at === t).map(([, words]) => words).join(", "),
    ends: () => [],
    words: ({marks}) => marks.map(([t, words]) => `${words} at step ${t + 1}`).join(", ") || "no marks",
  },
}
