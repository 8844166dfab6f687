// What is counted on the values of the frame in view: histogram and region statistics. All in the browser.
const BINS = 256, BAR = 44                                 // BAR: height of the histogram in CSS pixels
const MOST = 400000                                        // values looked at for a histogram

function spread(values, from, count) {                     // smallest and largest value and how many lie between
  const every = Math.max(1, Math.floor(count / MOST)), bins = new Uint32Array(BINS)
  let low = Infinity, high = -Infinity
  for (let k = from; k < from + count; k += every) { const v = values[k]; if (v < low) low = v; if (v > high) high = v }
  const scale = high > low ? (BINS - 1) / (high - low) : 0
  for (let k = from; k < from + count; k += every) bins[Math.round((values[k] - low) * scale)]++
  return {low, high, bins}
}

function drawHistogram(canvas, {low, high, bins}, view, theme, cursor) {
  const {center, width} = view
  const [c, w, h] = surface(canvas, BAR), most = Math.log1p(bins.reduce((a, b) => Math.max(a, b), 1))
  const at = v => (v - low) / (high - low || 1) * w
  c.clearRect(0, 0, w, h); c.fillStyle = theme.ink; c.globalAlpha = .35
  bins.forEach((n, k) => { const tall = Math.log1p(n) / most * (h - 2); c.fillRect(k / BINS * w, h - tall, w / BINS + .5, tall) })
  c.globalAlpha = 1; c.strokeStyle = cursor; c.lineWidth = 2
  c.beginPath()                                            // the window: black at its foot, white at its head
  if (view.table || view.voi === "SIGMOID") drawCurve(c, levelOf(view), x => low + x / w * (high - low), w, h)
  else { c.moveTo(at(center - width / 2), h - 1); c.lineTo(at(center + width / 2), 2) }
  c.stroke()
  for (const v of [center - width / 2, center + width / 2]) { c.beginPath(); c.moveTo(at(v), 0); c.lineTo(at(v), h); c.stroke() }
}

function drawCurve(c, level, valueAt, w, h) {              // what a table or a sigmoid makes of the values
  for (let x = 0; x <= w; x++) c.lineTo(x, h - 1 - level(valueAt(x)) / 255 * (h - 3))
}

function measure(values, offset, columns, {x, y, width, height}) { // of a box: count, mean, standard deviation, ends
  let n = 0, mean = 0, square = 0, low = Infinity, high = -Infinity
  for (let r = y; r < y + height; r++) for (let k = offset + r * columns + x, end = k + width; k < end; k++) {
    const v = values[k], d = v - mean
    mean += d / ++n; square += d * (v - mean)              // Welford's sums: exact also for large values
    if (v < low) low = v
    if (v > high) high = v
  }
  return {n, mean, sd: Math.sqrt(square / n), low, high}
}

function regionWords({n, mean, sd, low, high}, unit, spacing, {width, height}) {
  const tidy = v => String(+v.toPrecision(5)), of = unit ? ` ${unit}` : ""
  const size = spacing ? `${tidy(width * spacing[1])} x ${tidy(height * spacing[0])} mm` : `${width} x ${height} pixels`
  return [`${size}, n = ${n}`, `mean ${tidy(mean)}${of}, SD ${tidy(sd)}`, `${tidy(low)} to ${tidy(high)}${of}`]
}
