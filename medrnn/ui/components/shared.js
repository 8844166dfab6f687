// Shared by all components; Python puts it before each one's own code.
const TYPES = {uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, int32: Int32Array, float32: Float32Array}
const ORANGE = "#FFB000"                                   // the cursor colour on images, which are black
const store = () => (globalThis.medrnn ??= Object.assign(new EventTarget(), {items: new Map()}))
const rgb = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16))
const blend = (a, b, t) => a.map((x, i) => x + (b[i] - x) * t)
const TEXT = 15, READABLE = 18                             // px of the page's text: usual, and the least that is read from afar
const clamp = (v, low, high) => Math.max(low, Math.min(high, v))

function unpack(bytes) {                                   // header length, JSON header, arrays (see carry.py)
  const data = bytes.slice()                               // the view into the message is not aligned
  const size = new DataView(data.buffer).getUint32(0, true)
  const record = JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + size)))
  for (const [name, {dtype, shape, at}] of Object.entries(record.arrays))
    record[name] = {shape, values: new TYPES[dtype](data.buffer, 4 + size + at, shape.reduce((a, b) => a * b, 1))}
  return record
}

function themeOf(parentElement) {                          // the theme that is on, as canvas colours
  const style = getComputedStyle(parentElement.host ?? parentElement)
  const read = (name, spare) => style.getPropertyValue(name).trim() || spare
  const page = read("--st-background-color", "#FFFFFF")
  return {page, ink: read("--st-text-color", "#101820"), line: read("--st-border-color", "#CBD5DE"),
    primary: read("--st-link-color", "#0B6B74"), isDark: rgb(page)[0] < 128}
}

function surface(canvas, height) {                         // a canvas at device resolution, drawn on in CSS pixels
  const scale = devicePixelRatio, width = canvas.clientWidth, context = canvas.getContext("2d")
  if (canvas.style.height !== `${height}px`) canvas.style.height = `${height}px`
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale); canvas.height = Math.round(height * scale)
  }
  context.setTransform(scale, 0, 0, scale, 0, 0); context.imageSmoothingEnabled = false
  return [context, width, height]
}

// The presentation size (ui/look.py) makes the page's text larger; what is written in canvases follows.
const larger = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / TEXT
const lineHeight = () => 18 * larger()
function lettering(size, weight = 400) {                   // a font for a canvas, size in CSS pixels at the usual size
  const by = larger()
  return `${weight} ${by > 1 ? Math.max(READABLE, size * by) : size}px sans-serif`
}

function exact(value) {                                    // the fewest digits that name this float32 (or integer)
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value)
  for (let digits = 1; digits < 9; digits++)
    if (Math.fround(+value.toPrecision(digits)) === value) return String(+value.toPrecision(digits))
  return String(+value.toPrecision(9))
}

function short(value) {                                    // the end of a scale, in two or three digits
  const size = Math.abs(value)
  if (size === 0) return "0"
  if (size >= 1e6 || size < .01) return value.toExponential(1)
  return String(size >= 100 ? Math.round(value) : +value.toPrecision(2))
}

function make(tag, className, ...children) {               // children may be text from users: never read as markup
  const node = document.createElement(tag)
  node.className = className
  node.append(...children)
  return node
}

// Streamlit's own shortcuts are r and c; a key with Ctrl, Alt or Meta belongs to the browser.
function takeKey(event, acts) {
  if (event.ctrlKey || event.altKey || event.metaKey) return
  const act = acts[event.key]
  if (act) { act(); event.preventDefault() }
  if (act || "rRcC".includes(event.key)) event.stopPropagation()
}

// Tells a wish of Python's from the echo of what the reader chose, which may come late and out of step.
class Echo {
  constructor(wish) { this.wish = wish; this.sent = [] }
  note(value) { this.sent = [...this.sent.filter(s => performance.now() - s.at < 10000), {value, at: performance.now()}] }
  isNew(wish) {
    if (wish === this.wish) return false
    this.wish = wish
    const echoed = this.sent.findIndex(s => s.value === wish)
    this.sent = echoed < 0 ? [] : this.sent.slice(echoed)  // what came before it will not be echoed any more
    return echoed < 0 && wish !== null
  }
}
