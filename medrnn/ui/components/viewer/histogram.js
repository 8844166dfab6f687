// The histogram of the frame in view, with the window on it.
import {surface} from "../shared/canvas.js"
import {BINS} from "./measures.js"
import {levelOf} from "./pixels.js"

const BAR = 44                                             // its height in CSS pixels

export function drawHistogram(canvas, {low, high, bins}, view, theme, cursor) {
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
