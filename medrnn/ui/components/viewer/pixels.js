// Values to screen colours, one source value a screen pixel: the cost does not grow with the image.
const BLACK = 0xff000000
const HEAT = [[0, 0, 4], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]]   // inferno, 5 stops
const LEVELS = 512                                         // of the overlay's colour table, besides the middle one

function levelOf({center, width, voi, table}) {            // value to 0..255, as PS3.3 C.11.2.1.1 to C.11.2.1.3 say
  if (table) {                                             // 65535 is white; the window is the span of its inputs
    const low = center - width / 2, every = table.length / width, last = table.length - 1
    return v => table[clamp(Math.floor((v - low) * every), 0, last)] / 257
  }
  if (voi === "SIGMOID") return v => 255 / (1 + Math.exp(-4 * (v - center) / width))
  const linear = voi === "LINEAR" && width > 1             // LINEAR takes half a step and one step off
  const low = linear ? center - .5 - (width - 1) / 2 : center - width / 2, scale = 255 / (linear ? width - 1 : width)
  return v => clamp((v - low) * scale, 0, 255)
}

class Greys {                                              // index of a value to its screen pixel
  constructor() { this.table = new Uint32Array(65536) }

  of(values, isColour, view) {
    const flip = view.invert ? 255 : 0
    if (isColour) return k => {
      k *= 3
      return BLACK | (values[k + 2] ^ flip) << 16 | (values[k + 1] ^ flip) << 8 | values[k] ^ flip
    }
    const level = levelOf(view), pixel = v => { const g = level(v) ^ flip; return BLACK | g << 16 | g << 8 | g }
    if (values.BYTES_PER_ELEMENT > 2) return k => pixel(values[k])
    this.fill(values, pixel, [view.center, view.width, view.voi, flip, values.constructor.name].join())
    const {table} = this
    return k => table[values[k] & 65535]
  }

  fill(values, pixel, made) {                              // a negative int16 sits at value & 65535
    if (made === this.made) return
    this.made = made
    const isSigned = values instanceof Int16Array
    for (let k = 0; k < 65536; k++) this.table[k] = pixel(isSigned && k > 32767 ? k - 65536 : k)
  }
}

function paintImage(out, across, down, columns, at, grey) {        // across, down: screen pixel to column, row or -1
  const w = across.length
  for (let y = 0, k = 0; y < down.length; y++) {
    if (down[y] < 0) { out.fill(BLACK, k, k += w); continue }
    const row = at + down[y] * columns
    for (let x = 0; x < w; x++, k++) out[k] = across[x] < 0 ? BLACK : grey(row + across[x])
  }
}

// The overlay's cell that holds an image pixel's centre, along one axis; -1 outside.
function slot(pixel, start, size, count) {
  const cell = pixel < 0 ? -1 : Math.floor((pixel - start + .5) / size * count)
  return cell < count ? Math.max(-1, cell) : -1
}

// Colours of an overlay from its lowest to its highest value: along the stops, or, signed, one of two.
// Weak values stay clear, so the image is never hidden.
function overlayTable(isSigned, stops) {
  const colours = [], opacity = new Float32Array(LEVELS + 1)
  for (let k = 0; k <= LEVELS; k++) {
    const place = k / LEVELS * (stops.length - 1), stop = Math.min(stops.length - 2, place | 0)
    colours.push(isSigned ? stops[+(2 * k > LEVELS)] : blend(stops[stop], stops[stop + 1], place - stop))
    const strength = isSigned ? Math.abs(2 * k / LEVELS - 1) : k / LEVELS
    opacity[k] = strength < .02 ? 0 : Math.min(1, strength * 1.5)
  }
  return {colours, opacity, isSigned}
}

// The planes that a file draws over its image, as runs of pixels [row, from, to), found once a frame.
function findRuns(bits, at, [rows, columns]) {
  const runs = []
  for (let row = 0; row < rows; row++) for (let k = at + row * columns, start = k, end = k + columns; k < end; k++) {
    if (!bits[k]) continue
    const from = k - start
    while (k < end && bits[k]) k++
    runs.push(row, from, k - start)
  }
  return runs
}

// Each run takes at least one screen pixel, so that thin lines stay whole where the image is drawn small.
function paintPlanes(out, w, h, runs, {size: [rows, columns], ox, oy, zoom, tall}, scale, [R, G, B]) {
  const colour = BLACK | B << 16 | G << 8 | R, edges = (origin, step, count, most) => {
    const edge = k => Math.ceil((origin + k * step) * scale - .5), last = edge(count) - 1
    return (from, to) => { const low = Math.min(edge(from), last); return [Math.max(0, low), Math.min(most, Math.max(low + 1, edge(to)))] }
  }
  const across = edges(ox, zoom, columns, w), down = edges(oy, zoom * tall, rows, h)
  for (let k = 0; k < runs.length; k += 3) {
    const [top, bottom] = down(runs[k], runs[k] + 1), [left, right] = across(runs[k + 1], runs[k + 2])
    if (left < right) for (let y = top; y < bottom; y++) out.fill(colour, y * w + left, y * w + right)
  }
}

function overlayLevel({isSigned}, share) {                 // value / limit to an index of the table
  return Math.round(LEVELS * (isSigned ? (clamp(share, -1, 1) + 1) / 2 : clamp(share, 0, 1)))
}

function paintOverlay(out, across, down, map, {box: [bx, by, bw, bh], limit}, table, alpha) {
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
