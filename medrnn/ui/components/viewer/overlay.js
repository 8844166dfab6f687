// A map over the image: coarse cells in colour, through which the image is seen.
import {blend} from "../shared/colours.js"
import {clamp} from "../shared/numbers.js"
import {BLACK} from "./pixels.js"

export const HEAT = [[0, 0, 4], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]] // inferno, 5 stops
export const LEVELS = 512                                  // of the colour table, besides the middle one

// The overlay's cell that holds an image pixel's centre, along one axis; -1 outside.
export function slot(pixel, start, size, count) {
  const cell = pixel < 0 ? -1 : Math.floor((pixel - start + .5) / size * count)
  return cell < count ? Math.max(-1, cell) : -1
}

// Colours of an overlay from its lowest to its highest value: along the stops, or, signed, one of two.
// Weak values stay clear, so the image is never hidden.
export function overlayTable(isSigned, stops) {
  const colours = [], opacity = new Float32Array(LEVELS + 1)
  for (let k = 0; k <= LEVELS; k++) {
    const place = k / LEVELS * (stops.length - 1), stop = Math.min(stops.length - 2, place | 0)
    colours.push(isSigned ? stops[+(2 * k > LEVELS)] : blend(stops[stop], stops[stop + 1], place - stop))
    const strength = isSigned ? Math.abs(2 * k / LEVELS - 1) : k / LEVELS
    opacity[k] = strength < .02 ? 0 : Math.min(1, strength * 1.5)
  }
  return {colours, opacity, isSigned}
}

export function overlayLevel({isSigned}, share) {          // value / limit to an index of the table
  return Math.round(LEVELS * (isSigned ? (clamp(share, -1, 1) + 1) / 2 : clamp(share, 0, 1)))
}

export function paintOverlay(out, across, down, map, {box: [bx, by, bw, bh], limit}, table, alpha) {
  const {values, shape: [rows, columns]} = map, w = across.length
  const cells = across.map(x => slot(x, bx, bw, columns))
  down.forEach((row, y) => {
    const r = slot(row, by, bh, rows)
    if (r >= 0) for (let x = 0, k = y * w; x < w; x++, k++) {
      if (cells[x] < 0) continue
      const level = overlayLevel(table, values[r * columns + cells[x]] / limit), a = alpha * table.opacity[level]
      if (a > 0) out[k] = over(out[k], table.colours[level], a)
    }
  })
}

function over(pixel, [R, G, B], a) {
  const r = pixel & 255, g = pixel >> 8 & 255, b = pixel >> 16 & 255
  return BLACK | (b + (B - b) * a) << 16 | (g + (G - g) * a) << 8 | (r + (R - r) * a)
}
