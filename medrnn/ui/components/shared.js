// Shared by all components; Python puts it before each one's own code.
const TYPES = {uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, int32: Int32Array, float32: Float32Array}
const store = () => (globalThis.medrnn ??= Object.assign(new EventTarget(), {items: new Map()}))
const rgb = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16))
const blend = (a, b, t) => a.map((x, i) => x + (b[i] - x) * t)

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

// One picture of several canvases, each at its place [canvas, x, y, width, height, title], with the research-only line.
function savePicture(places, {name, title, note, theme}) {
  const right = Math.max(...places.map(([, x, , w]) => x + w)), bottom = Math.max(...places.map(([, , y, , h]) => y + h))
  const sheet = document.createElement("canvas"), edge = 16, top = 34, scale = 2
  sheet.width = (right + 2 * edge) * scale; sheet.height = (bottom + top + 34) * scale
  const c = sheet.getContext("2d")
  c.scale(scale, scale); c.fillStyle = theme.page; c.fillRect(0, 0, sheet.width, sheet.height)
  c.fillStyle = theme.ink; c.font = "600 15px sans-serif"; c.fillText(title, edge, 23, right)
  c.imageSmoothingEnabled = false; c.font = "12px sans-serif"
  for (const [canvas, x, y, w, h, label] of places) {
    if (label) c.fillText(label, x + edge, y + top - 5, w)
    c.drawImage(canvas, x + edge, y + top, w, h)
  }
  c.fillText(note, edge, bottom + top + 22, right)
  sheet.toBlob(blob => {
    const link = Object.assign(document.createElement("a"), {href: URL.createObjectURL(blob), download: `${name}.png`})
    link.click(); setTimeout(() => URL.revokeObjectURL(link.href), 10000)
  })
}
