// Bitmaps painted once per theme and trace; drawing a step only copies them.
// 256 colours from a gate's lowest to its highest value, and which of them a value takes; beyond a signed scale another.
import {blend, packed, rgb} from "../shared/colours.js"
import {clamp} from "../shared/numbers.js"

export function rampOf({signed, limit, symbol}, {negative, paper, positive, under, over, gates}) {
  const [low, mid, high] = [negative, paper, positive].map(rgb), own = rgb(gates[symbol])
  const colour = t => signed ? (t < .5 ? blend(low, mid, 2 * t) : blend(mid, high, 2 * t - 1)) : blend(mid, own, t)
  const table = Uint32Array.from({length: 257}, (_, k) => packed(colour(k / 256)))
  const scale = signed ? 128 / limit : 256 / limit, zero = signed ? 128 : 0
  const end = signed ? limit * (1 + 1e-6) : Infinity, [below, above] = [under, over].map(c => packed(rgb(c)))
  return v => v > end ? above : v < -end ? below
    : table[clamp(Math.round(v * scale + zero), 0, 256)] ?? packed(mid)     // NaN: as paper
}

function bitmapOf(columns, rows, paint) {
  const bitmap = new OffscreenCanvas(columns, rows), context = bitmap.getContext("2d")
  const image = context.createImageData(columns, rows)
  paint(new Uint32Array(image.data.buffer))
  context.putImageData(image, 0, 0)
  return bitmap
}

export function heatmapOf({values, shape: [, steps, units]}, gate, ramp) { // units from top to bottom, steps to the right
  const offset = gate * steps * units
  return bitmapOf(steps, units, out => {
    for (let t = 0, k = offset; t < steps; t++) for (let u = 0; u < units; u++, k++) out[u * steps + t] = ramp(values[k])
  })
}

export function pictureOf({values, shape: [rows, columns, planes = 1]}) {   // grey, or red, green and blue of a pixel
  const [green, blue] = planes === 3 ? [1, 2] : [0, 0]
  return bitmapOf(columns, rows, out => {
    for (let k = 0, n = 0; k < rows * columns; k++, n += planes)
      out[k] = 0xff000000 | values[n + blue] << 16 | values[n + green] << 8 | values[n]
  })
}

export function meansOf({values, shape: [gates, steps, units]}) { // over units, per gate and step
  const mean = at => values.subarray(at, at + units).reduce((a, b) => a + b, 0) / units
  return Array.from({length: gates}, (_, g) => Array.from({length: steps}, (_, t) => mean((g * steps + t) * units)))
}

// What every value has changed by since the step before it in reading order; NaN at the first, which has none before.
export function changesOf({values, shape}, isBackward) {
  const [gates, steps, units] = shape, out = new Float32Array(values.length).fill(NaN), by = isBackward ? units : -units
  for (let g = 0; g < gates; g++) for (let t = isBackward ? 0 : 1, n = 0; n < steps - 1; t++, n++)
    for (let u = 0, k = (g * steps + t) * units; u < units; u++, k++) out[k] = values[k] - values[k + by]
  return {values: out, shape}
}
