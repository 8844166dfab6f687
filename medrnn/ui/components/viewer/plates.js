// Words over an image: each on its dark plate, none over another one.
import {lettering, lineHeight} from "../shared/lettering.js"
import {clamp} from "../shared/numbers.js"
import {drawWords} from "./furniture.js"

export class Plates {
  constructor(c, w, h) { Object.assign(this, {c, w, h, taken: []}) }

  take(rect) { this.taken.push(rect) }                     // x, y, width, height of words that stand where they stand
  say(text, x, y, align) { this.take(drawWords(this.c, text, x, y, align)) }

  hits([x, y, w, h]) { return this.taken.some(([a, b, c, d]) => x < a + c && a < x + w && y < b + d && b < y + h) }

  // Lines under each other at the first of the places [x, y of the first line, align] where they are free and inside.
  put(lines, places) {
    const {c, w, h} = this, wide = Math.max(...lines.map(line => c.measureText(line).width)) + 8, tall = lineHeight(), high = tall * lines.length
    const boxOf = ([x, y, align]) => {
      const left = align === "right" ? x - wide + 4 : align === "center" ? x - wide / 2 : x - 4
      return [clamp(left, 2, Math.max(2, w - wide - 2)), clamp(y - .72 * tall, 2, Math.max(2, h - high - 2)), wide, high]
    }
    const rows = Array.from({length: Math.max(0, Math.floor((h - high) / tall))}, (_, k) => .83 * tall + tall * k)
    const elsewhere = rows.flatMap(y => [[16, y], [w - 16, y, "right"], [w / 2, y, "center"]])
    const boxes = [...places, ...elsewhere].map(boxOf), box = boxes.find(one => !this.hits(one))
    if (box) lines.forEach((line, k) => this.say(line, box[0] + 4, box[1] + .72 * tall + tall * k))
  }
}

export function drawSides(plates, edges, w, h) {           // letters of the patient's sides: left, right, top, bottom
  if (!edges) return
  const {c} = plates, along = [.5, .35, .65, .22, .78]
  c.font = lettering(13, 600)
  const inward = placesAt => [0, 28].flatMap(by => along.map(at => placesAt(at, by)))   // clear of the path's arrow
  const places = [inward((at, by) => [10 + by, h * at + 4]), inward((at, by) => [w - 10 - by, h * at + 4, "right"]),
    inward((at, by) => [w * at, 20 + by, "center"]), inward((at, by) => [w * at, h - 10 - by, "center"])]
  edges.forEach((letters, k) => { if (letters) plates.put([letters], places[k]) })
  c.font = lettering(12)
}
