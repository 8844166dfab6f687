// A sweep over a map: many lines side by side, each with its arrow, over the part of the image that is read.
import {ORANGE} from "../shared/colours.js"
import {drawArrow} from "./furniture.js"

const APART = 14                                           // CSS pixels between two arrows, at least

// box: the part that is read, [x, y, w, h] on the screen; axis: "rows" or "columns", along which it runs; grid: [rows, columns]
export function arrowsOf([x, y, w, h], {axis, grid: [rows, columns]}) {
  const isLevel = axis === "rows", [lines, side] = isLevel ? [rows, h] : [columns, w], thick = side / lines
  const [along, steps] = isLevel ? [w, columns] : [h, rows], inset = along / steps / 2
  const every = Math.max(1, Math.ceil(APART / thick)), found = []
  for (let line = Math.min((every - 1) >> 1, lines >> 1); line < lines; line += every) {
    const at = (line + .5) * thick
    found.push(isLevel ? [[x + inset, y + at], [x + w - inset, y + at]] : [[x + at, y + inset], [x + at, y + h - inset]])
  }
  return found
}

export function drawSweep(c, box, sweep) {
  drawGrid(c, box, sweep.grid)
  for (const [from, to] of arrowsOf(box, sweep)) {
    drawArrow(c, from, to)
    if (sweep.both) drawArrow(c, to, from)
  }
}

function drawGrid(c, [x, y, w, h], grid) {                 // the places of the map, where they are not too small
  const [tall, wide] = [h / grid[0], w / grid[1]]
  if (Math.min(tall, wide) < 4) return
  c.strokeStyle = ORANGE; c.globalAlpha = .3; c.lineWidth = 1
  c.beginPath()
  for (let k = 1; k < grid[0]; k++) { c.moveTo(x, y + k * tall); c.lineTo(x + w, y + k * tall) }
  for (let k = 1; k < grid[1]; k++) { c.moveTo(x + k * wide, y); c.lineTo(x + k * wide, y + h) }
  c.stroke(); c.globalAlpha = 1
}
