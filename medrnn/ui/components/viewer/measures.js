// What is counted on the values of the frame in view: histogram and region statistics. All in the browser.
import {clamp, tidy} from "../shared/numbers.js"

export const BINS = 256                                    // of the histogram
const MOST = 400000                                        // values looked at for a histogram

export function spread(values, from, count) {              // smallest and largest value and how many lie between
  const every = Math.max(1, Math.floor(count / MOST)), bins = new Uint32Array(BINS)
  let low = Infinity, high = -Infinity
  for (let k = from; k < from + count; k += every) { const v = values[k]; if (v < low) low = v; if (v > high) high = v }
  const scale = high > low ? (BINS - 1) / (high - low) : 0
  for (let k = from; k < from + count; k += every) bins[Math.round((values[k] - low) * scale)]++
  return {low, high, bins}
}

export function boxAround(outline, [rows, columns]) {      // the whole pixels round points x, y inside the image, or null
  const ends = (k, n) => {
    const along = outline.map(point => point[k])
    return [clamp(Math.floor(Math.min(...along)), 0, n), clamp(Math.ceil(Math.max(...along)), 0, n)]
  }
  const [x, right] = ends(0, columns), [y, lower] = ends(1, rows)
  return right > x && lower > y ? {x, y, width: right - x, height: lower - y} : null
}

function crossings(outline, y) {                           // where a closed outline crosses a row, from left to right
  return outline.flatMap(([x0, y0], k) => {
    const [x1, y1] = outline[(k + 1) % outline.length]
    return (y0 > y) !== (y1 > y) ? [x0 + (y - y0) * (x1 - x0) / (y1 - y0)] : []
  }).sort((a, b) => a - b)
}

export function runsIn({x, y, width, height, outline}) {   // [row, first column, column after the last], by the even-odd rule
  const rows = Array.from({length: height}, (_, k) => y + k)
  if (!outline) return rows.map(row => [row, x, x + width])
  return rows.flatMap(row => {
    const at = crossings(outline, row + .5).map(v => clamp(Math.ceil(v - .5), x, x + width))
    return Array.from({length: at.length / 2}, (_, k) => [row, at[2 * k], at[2 * k + 1]])
  })
}

export function measure(values, offset, columns, region) { // of a box or an outline: count, mean, standard deviation, ends
  let n = 0, mean = 0, square = 0, low = Infinity, high = -Infinity
  for (const [row, first, stop] of runsIn(region)) for (let k = offset + row * columns + first, end = k + stop - first; k < end; k++) {
    const v = values[k], d = v - mean
    mean += d / ++n; square += d * (v - mean)              // Welford's sums: exact also for large values
    if (v < low) low = v
    if (v > high) high = v
  }
  return {n, mean, sd: Math.sqrt(square / n), low, high}
}

export function regionWords({n, mean, sd, low, high}, unit, spacing, {width, height, outline}) {
  const of = unit ? ` ${unit}` : ""
  if (!n) return ["no pixel's centre inside"]
  const area = spacing ? `${tidy(n * spacing[0] * spacing[1])} mm\u00b2` : `${n} pixels`
  const size = outline ? area : spacing ? `${tidy(width * spacing[1])} x ${tidy(height * spacing[0])} mm` : `${width} x ${height} pixels`
  return [`${size}, n = ${n}`, `mean ${tidy(mean)}${of}, SD ${tidy(sd)}`, `${tidy(low)} to ${tidy(high)}${of}`]
}
