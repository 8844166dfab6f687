// What lies over the image: path of reading, boxes, ruler, colour bar, words in the corners. All in CSS pixels.
import {ORANGE} from "../shared/colours.js"
import {lettering, lineHeight, wrap} from "../shared/lettering.js"
import {short} from "../shared/numbers.js"
import {LEVELS} from "./overlay.js"

const CLEAR = 5                                            // lines of the path stand at least this far apart
const ROUND_MM = [.01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]

export function drawBox(c, [x, y, w, h], isDashed) {
  c.strokeStyle = ORANGE; c.lineWidth = 2; c.setLineDash(isDashed ? [6, 4] : [])
  c.strokeRect(x, y, w, h); c.setLineDash([])
}

export function drawOutline(c, points, isClosed) {
  c.strokeStyle = ORANGE; c.lineWidth = 2; c.lineJoin = "round"
  c.beginPath(); points.forEach(point => c.lineTo(...point))
  if (isClosed) c.closePath()
  c.stroke()
}

// boxes: each step's [x, y, w, h] on the screen, in order; take: told where its numbers stand
export function drawPath(c, boxes, take = () => {}) {
  const spread = i => Math.max(...boxes.map(b => b[i])) - Math.min(...boxes.map(b => b[i]))
  if (spread(0) > 1 && spread(1) > 1) { drawTrail(c, boxes, take); return }
  const first = boxes[0], last = boxes.at(-1), isDown = Math.abs(last[1] - first[1]) > Math.abs(last[0] - first[0])
  drawStrips(c, boxes, isDown)
  const middle = ([x, y, w, h]) => isDown ? y + h / 2 : x + w / 2, side = isDown ? first[0] - 14 : first[1] - 14
  const ends = [first, last].map(box => isDown ? [side, middle(box)] : [middle(box), side])
  drawArrow(c, ...ends)
  take(isDown ? [side - 6, Math.min(ends[0][1], ends[1][1]), 12, Math.abs(ends[1][1] - ends[0][1])]
    : [Math.min(ends[0][0], ends[1][0]), side - 6, Math.abs(ends[1][0] - ends[0][0]), 12])
  c.fillStyle = ORANGE; c.font = lettering(12, 600); c.textAlign = isDown ? "right" : "center"
  ends.forEach(([x, y], k) => {
    const text = String(k ? boxes.length : 1), wide = c.measureText(text).width, [left, base] = isDown ? [x - 7, y + 4] : [x, y - 7]
    c.fillText(text, left, base); take([left - (isDown ? wide : wide / 2), base - 11, wide, 14])
  })
  c.textAlign = "left"
}

function drawTrail(c, boxes, take) {                          // patches: their edges, and a line through their middles
  c.strokeStyle = "rgba(255,176,0,.45)"; c.lineWidth = 1
  boxes.forEach(box => c.strokeRect(...box))
  const middles = boxes.map(([x, y, w, h]) => [x + w / 2, y + h / 2]), end = middles.at(-1)
  c.strokeStyle = ORANGE; c.lineWidth = 1.5
  c.beginPath(); middles.forEach(point => c.lineTo(...point)); c.stroke()
  drawArrow(c, middles.at(-2), end)
  c.font = lettering(12, 600)
  for (const [k, [x, y]] of [[0, middles[0]], [boxes.length - 1, end]]) take(drawWords(c, k + 1, x + 9, y - 7))
}

function drawStrips(c, boxes, isDown) {
  const thick = isDown ? boxes[0][3] : boxes[0][2], every = Math.max(1, Math.ceil(CLEAR / thick))
  c.strokeStyle = "rgba(255,176,0,.45)"; c.lineWidth = 1
  const forth = isDown ? boxes[1][1] > boxes[0][1] : boxes[1][0] > boxes[0][0]
  c.beginPath()
  boxes.forEach(([x, y, w, h], k) => {                     // the edge that touches the step before
    if (k === 0 || k % every) return
    const edge = isDown ? (forth ? y : y + h) : (forth ? x : x + w)
    if (isDown) { c.moveTo(x, edge); c.lineTo(x + w, edge) } else { c.moveTo(edge, y); c.lineTo(edge, y + h) }
  })
  c.stroke()
}

export function drawArrow(c, [x0, y0], [x1, y1]) {
  const angle = Math.atan2(y1 - y0, x1 - x0)
  c.strokeStyle = ORANGE; c.lineWidth = 2
  c.beginPath(); c.moveTo(x0, y0); c.lineTo(x1, y1)
  for (const turn of [2.6, -2.6]) {
    c.moveTo(x1, y1); c.lineTo(x1 + 9 * Math.cos(angle + turn), y1 + 9 * Math.sin(angle + turn))
  }
  c.stroke()
}

export function drawWords(c, text, x, y, align = "left") { // white on a dark plate: an image may be white too; its place
  const wide = c.measureText(text).width, left = align === "right" ? x - wide : x, tall = lineHeight(), top = y - .72 * tall
  c.fillStyle = "rgba(0,0,0,.6)"; c.fillRect(left - 4, top, wide + 8, tall)
  c.fillStyle = "#fff"; c.textAlign = "left"; c.fillText(text, left, y)
  return [left - 4, top, wide + 8, tall]
}

// The longest round length in mm that is drawn shorter than ``most`` CSS pixels.
export function roundLength(mm, zoom, most) { return ROUND_MM.findLast(v => v / mm * zoom < most) ?? ROUND_MM[0] }

// zoom: CSS pixels a column; mm: of a column; left: where it begins; say: draws words
export function drawRuler(c, zoom, mm, w, h, left = 16, say = (...words) => drawWords(c, ...words)) {
  if (!mm) { say("no mm scale in the file", left, h - 16); return }
  const long = roundLength(mm, zoom, w / 4), px = long / mm * zoom
  say(`${long} mm`, left, h - 32)
  for (const [colour, width] of [["rgba(0,0,0,.6)", 6], ["#fff", 2]]) {
    c.strokeStyle = colour; c.lineWidth = width; c.lineCap = "square"
    c.beginPath()
    c.moveTo(left, h - 22); c.lineTo(left, h - 16); c.lineTo(left + px, h - 16); c.lineTo(left + px, h - 22)
    c.stroke()
  }
  c.lineCap = "butt"
}

export function drawColourBar(c, {colours, opacity, isSigned}, {limit, label}, w, h, say) {
  const top = h - 140, bottom = h - 20, bar = c.createLinearGradient(0, bottom, 0, top), parts = 16
  for (let k = 0; k <= parts; k++) {                       // signed colours fade round 0, here as over the image
    const at = LEVELS / parts * k
    bar.addColorStop(k / parts, `rgba(${colours[at].map(Math.round)},${isSigned ? opacity[at] : 1})`)
  }
  c.fillStyle = "#000"; c.fillRect(w - 30, top - 2, 16, bottom - top + 4)
  c.fillStyle = bar; c.fillRect(w - 28, top, 12, bottom - top)
  say((isSigned ? "+" : "") + short(limit), w - 38, top + 9, "right")
  say(isSigned ? `\u2212${short(limit)}` : "0", w - 38, bottom, "right")
  if (isSigned) say("0", w - 38, (top + bottom) / 2 + 4, "right")
  wrap(c, label, w / 2).reverse().forEach((line, k) => say(line, w - 16, top - 12 - lineHeight() * k, "right"))
  return [w - 30, top - 2, 16, bottom - top + 4]           // where it stands, beside its words
}
