// Values to screen colours, one source value a screen pixel: the cost does not grow with the image.
import {clamp} from "../shared/numbers.js"

export const BLACK = 0xff000000

export function levelOf({center, width, voi, table}) {     // value to 0..255, as PS3.3 C.11.2.1.1 to C.11.2.1.3 say
  if (table) {                                             // 65535 is white; the window is the span of its inputs
    const low = center - width / 2, every = table.length / width, last = table.length - 1
    return v => table[clamp(Math.floor((v - low) * every), 0, last)] / 257
  }
  if (voi === "SIGMOID") return v => 255 / (1 + Math.exp(-4 * (v - center) / width))
  const linear = voi === "LINEAR" && width > 1             // LINEAR takes half a step and one step off
  const low = linear ? center - .5 - (width - 1) / 2 : center - width / 2, scale = 255 / (linear ? width - 1 : width)
  return v => clamp((v - low) * scale, 0, 255)
}

export class Greys {                                       // index of a value to its screen pixel
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

export function paintImage(out, across, down, columns, at, grey) { // across, down: screen pixel to column, row or -1
  const w = across.length
  for (let y = 0, k = 0; y < down.length; y++) {
    if (down[y] < 0) { out.fill(BLACK, k, k + w); k += w; continue }
    const row = at + down[y] * columns
    for (let x = 0; x < w; x++, k++) out[k] = across[x] < 0 ? BLACK : grey(row + across[x])
  }
}
