// What stands in a row of a column: how it is painted at a step, and what it says there.
import {surface} from "../shared/canvas.js"
import {blend, ORANGE, packed, rgb} from "../shared/colours.js"
import {clamp, short} from "../shared/numbers.js"
import {make} from "../shared/page.js"
import {stepWords} from "../shared/steps.js"
import {heatmapOf, pictureOf, rampOf} from "../player/heatmaps.js"
import {drawAnswer, levelOfAnswer, unread} from "../player/panels.js"
import {drawScan} from "../player/scan.js"
import {average, pieces, said, scaleOf} from "../tracks/kinds.js"
import {HEAT, overlayLevel, overlayTable} from "../viewer/overlay.js"

const TALL = {answer: 84, horizon: 84, gate: 54}           // CSS pixels
const ALPHA = .8                                           // of the strongest value of a map over the image
export const amount = p => p === null || Number.isNaN(p) ? "none" : `${(100 * p).toFixed(1)} %`

// The image with a map over it, as a bitmap of the image's own size.
function overlaid(image, map, {signed, limit}, colours) {
  const [rows, columns] = image.shape, [down, across] = map.shape
  const table = overlayTable(signed, signed ? [rgb(colours.negative), rgb(colours.positive)] : HEAT)
  const plain = pictureOf(image), bitmap = new OffscreenCanvas(columns, rows), c = bitmap.getContext("2d")
  c.drawImage(plain, 0, 0)
  const pixels = c.getImageData(0, 0, columns, rows), out = new Uint32Array(pixels.data.buffer)
  for (let y = 0, k = 0; y < rows; y++) for (let x = 0; x < columns; x++, k++) {
    const value = map.values[Math.floor((y + .5) / rows * down) * across + Math.floor((x + .5) / columns * across)]
    const level = overlayLevel(table, value / limit), a = ALPHA * table.opacity[level]
    if (a > 0) {
      const seen = [out[k] & 255, out[k] >> 8 & 255, out[k] >> 16 & 255]
      out[k] = packed(blend(seen, table.colours[level], a))
    }
  }
  c.putImageData(pixels, 0, 0)
  return bitmap
}

function drawStill(canvas, bitmap, [rows, columns], box) { // a picture, and where the network reads
  const [c, w, h] = surface(canvas, canvas.clientWidth * rows / columns)
  c.drawImage(bitmap, 0, 0, w, h)
  if (!box) return
  c.strokeStyle = ORANGE; c.lineWidth = 2
  const [left, top, wide, tall] = box.map((v, k) => v * (k % 2 ? h / rows : w / columns))
  const x = clamp(left, 1, w - 1), y = clamp(top, 1, h - 1)
  c.strokeRect(x, y, clamp(left + wide, 1, w - 1) - x, clamp(top + tall, 1, h - 1) - y)
}

function drawCursor(c, w, h, step, steps, colours, backward) {
  const cell = w / steps
  c.globalAlpha = .72; c.fillStyle = colours.page
  c.fillRect(...unread(step, steps, cell, backward), h); c.globalAlpha = 1
  c.strokeStyle = colours.cursor; c.lineWidth = 2; c.strokeRect(step * cell + 1, 1, Math.max(2, cell - 2), h - 2)
}

function drawSpread(c, w, h, spread, colours) {            // lowest and highest answer over the seeds, at the end
  if (!spread) return
  const [low, high] = spread.map(p => levelOfAnswer(p, h)), x = w - 4
  c.strokeStyle = colours.ink; c.lineWidth = 2
  c.beginPath(); c.moveTo(x, low); c.lineTo(x, high)
  for (const y of [low, high]) { c.moveTo(x - 3, y); c.lineTo(x + 3, y) }
  c.stroke()
}

export const CELLS = {
  scan: {
    make: ({image}) => pictureOf(image),
    draw(canvas, {image, boxes, backward}, step, {bitmap}) {
      if (boxes) drawScan({record: {boxes, backward, image}, step, scan: canvas, picture: bitmap})
      else drawStill(canvas, bitmap, image.shape, null)
    },
    says: (column, step) => column.steps ? stepWords(column, step) : "all at once",
  },
  map: {
    make: ({image, map, attribution}, colours) => overlaid(image, map, attribution, colours),
    draw: (canvas, {image, boxes}, step, {bitmap}) => drawStill(canvas, bitmap, image.shape, boxes?.[step]),
    says: () => "",
  },
  answer: {
    draw(canvas, {curve, steps, spread, isAnswer}, step, {colours}) {
      const [c, w, h] = surface(canvas, TALL.answer)
      drawAnswer(c, w, h, curve, isAnswer ? colours : {...colours, answer: colours.grid})
      drawSpread(c, w, h, spread, colours)
      drawCursor(c, w, h, step, steps, colours, false)
    },
    says: ({curve}, step) => amount(curve[step]),
  },
  horizon: {
    draw(canvas, {memory, steps, limits: [low, high], backward}, step, {colours}) {
      const [c, w, h] = surface(canvas, TALL.horizon), py = scaleOf({low, high, log: true}, h), cell = w / steps
      c.fillStyle = colours.paper; c.fillRect(0, 0, w, h)
      c.strokeStyle = colours.grid; c.lineWidth = 1; c.globalAlpha = .5; c.beginPath()
      for (let power = Math.ceil(Math.log10(low)); power <= Math.log10(high); power++) {
        const y = py(10 ** power); c.moveTo(0, y); c.lineTo(w, y)
      }
      c.stroke(); c.globalAlpha = 1; c.strokeStyle = colours.ink; c.lineWidth = 2; c.lineJoin = "round"
      for (const run of pieces(memory, true)) {
        c.beginPath(); run.forEach(([t, v]) => c.lineTo((t + .5) * cell, py(v))); c.stroke()
      }
      drawCursor(c, w, h, step, steps, colours, backward)
    },
    says: ({memory}, step) => said(memory[step] ?? NaN),
  },
  gate: {
    make: ({states}, colours, gate) => heatmapOf(states, gate.place, rampOf(gate, colours)),
    draw(canvas, {steps, backward}, step, {colours, bitmap}) {
      const [c, w, h] = surface(canvas, TALL.gate)
      c.drawImage(bitmap, 0, 0, w, h)
      drawCursor(c, w, h, step, steps, colours, backward)
    },
    says({states: {values, shape: [, steps, units]}}, step, {place, signed, symbol}) {
      const at = (place * steps + step) * units, of = values.subarray(at, at + units)
      return `mean ${signed ? `|${symbol}| ` : ""}${average(of, signed ? Math.abs : v => v).toFixed(2)}`
    },
  },
}

export function headOf({name, meaning, colour}) {          // of a row: its letter or name, what it is, its value at the cursor
  const chip = make("span", "chip"), value = make("span", "value"), words = make("span", "meaning muted", meaning)
  chip.style.background = colour ?? "transparent"; chip.hidden = !colour; words.title = meaning
  return {node: make("div", meaning ? "head" : "head loose", chip, make("span", "name", name), words, value), value}
}

export function endsOf(gate, colours) {                    // the colours of a heat map with their end values
  const {signed, limit, symbol} = gate, bar = make("i", "")
  const stops = signed ? [colours.negative, colours.paper, colours.positive] : [colours.paper, colours.gates[symbol]]
  bar.style.background = `linear-gradient(90deg, ${stops})`
  return make("div", "ends", signed ? `\u2212${short(limit)}` : "0", bar, short(limit))
}
