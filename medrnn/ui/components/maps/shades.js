// How a map becomes colours: where its scale ends, and which colours it takes.
import {blend, packed, rgb} from "../shared/colours.js"
import {HEAT, overlayLevel, overlayTable} from "../viewer/overlay.js"

const VIRIDIS = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]] // 5 stops
const PAIRS = {light: ["#762A83", "#1B7837"], dark: ["#C9A2D6", "#7FCF8F"]}                 // purple and green
const BLACK = [0, 0, 0]

// Each: the two colours of a signed map, and the stops of one without sign, from 0 to its largest value.
export const SCHEMES = {
  house: {title: "blue and red, inferno", pair: ({negative, positive}) => [negative, positive].map(rgb), stops: HEAT},
  green: {title: "purple and green, viridis", pair: ({isDark}) => PAIRS[isDark ? "dark" : "light"].map(rgb), stops: VIRIDIS},
  grey: {title: "black and white, grey", pair: () => [[20, 20, 20], [245, 245, 245]], stops: [[0, 0, 0], [85, 85, 85], [170, 170, 170], [255, 255, 255]]},
}

// The size below which so many percent of the values lie; never 0. Values beyond take the strongest colour.
export function limitOf(values, percent) {
  const sizes = Float64Array.from(values, Math.abs).sort(), last = sizes.length - 1
  const at = percent / 100 * last, low = Math.floor(at), high = Math.min(last, low + 1)
  const found = sizes[low] + (sizes[high] - sizes[low]) * (at - low)
  return found > 0 ? found : sizes[last] > 0 ? sizes[last] : 1
}

export const seen = (values, isSize) => isSize ? values.map(Math.abs) : values // as floats, as the reader wants them

// The map at the image's resolution: each pixel takes its cell's colour, over the grey of the image or over black.
export function paint(out, image, map, {table, limit, alpha, isOver}) {
  const [rows, columns, planes = 1] = image.shape, [down, across] = map.shape
  const [green, blue] = planes === 3 ? [1, 2] : [0, 0]
  for (let y = 0, k = 0; y < rows; y++) for (let x = 0; x < columns; x++, k++) {
    const value = map.values[cellOf(y, rows, down) * across + cellOf(x, columns, across)]
    const level = overlayLevel(table, value / limit), n = k * planes
    const under = isOver ? [image.values[n], image.values[n + green], image.values[n + blue]] : BLACK
    const a = isOver ? alpha * table.opacity[level] : Math.min(1, table.opacity[level])
    out[k] = packed(a > 0 ? blend(under, table.colours[level], a) : under)
  }
}

export const cellOf = (pixel, size, count) => Math.min(count - 1, Math.floor((pixel + .5) / size * count))

export function tableOf(scheme, isSigned, colours) {
  const {pair, stops} = SCHEMES[scheme]
  return overlayTable(isSigned, isSigned ? pair(colours) : stops)
}

const css = ([r, g, b]) => `rgb(${r},${g},${b})`

export function stopsOf(scheme, isSigned, colours) {       // of the colour bar, from the lowest to the highest value
  const {pair, stops} = SCHEMES[scheme]
  if (!isSigned) return stops.map(css)
  const [low, high] = pair(colours)
  return [css(low), colours.paper, css(high)]
}

export const gradientOf = (scheme, isSigned, colours) => `linear-gradient(90deg, ${stopsOf(scheme, isSigned, colours)})`

export function barColours(scheme, colours) {              // against and for, on the page's paper
  return scheme === "grey" ? [colours.grid, colours.ink] : SCHEMES[scheme].pair(colours).map(css)
}
