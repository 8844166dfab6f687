// "Save picture", shared by all components: canvases on one sheet, with a title and the research-only line.
import {wrap} from "./lettering.js"
import {HEAD, textChunk} from "./png.js"

function drawLegend(c, entries, x, y) {                    // [{name, colour, dash}] in one row
  for (const {name, colour, dash} of entries) {
    const ink = c.fillStyle
    c.strokeStyle = colour; c.lineWidth = 2.5; c.setLineDash(dash ? [7, 4] : [])
    c.beginPath(); c.moveTo(x, y - 4); c.lineTo(x + 26, y - 4); c.stroke(); c.setLineDash([])
    c.fillStyle = ink; c.fillText(name, x + 32, y)
    x += 48 + c.measureText(name).width
  }
}

function download(canvas, name, texts) {                   // texts: what the file says of itself, by keyword
  canvas.toBlob(async blob => {
    const chunks = Object.entries(texts).filter(([, text]) => text).map(words => textChunk(...words))
    const told = new Blob([blob.slice(0, HEAD), ...chunks, blob.slice(HEAD)], {type: "image/png"})
    const link = Object.assign(document.createElement("a"), {href: URL.createObjectURL(told), download: `${name}.png`})
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10000)
  })
}

// places: [canvas, x, y, width, height, label above it]
// note: below all; says: the verdict's sentence, under the title; record: the trace of inference, inside the file
export function savePicture(places, {name, title, note, says = "", record = "", theme, legend = []}) {
  const right = Math.max(...places.map(([, x, , w]) => x + w))
  const bottom = Math.max(...places.map(([, , y, , h]) => y + h))
  const sheet = document.createElement("canvas"), c = sheet.getContext("2d"), edge = 16, scale = 2
  const bold = "600 15px sans-serif", plain = "12px sans-serif"
  c.font = bold; const titles = wrap(c, title, right)
  const strong = "600 13px sans-serif"
  c.font = strong; const warnings = says ? wrap(c, says, right) : []
  c.font = plain; const notes = note.split("\n").flatMap(line => wrap(c, line, right))
  const top = 12 + 20 * titles.length + 18 * warnings.length, under = bottom + top + (legend.length ? 24 : 0)
  sheet.width = (right + 2 * edge) * scale; sheet.height = (under + 16 + 16 * notes.length) * scale
  c.scale(scale, scale); c.fillStyle = theme.page; c.fillRect(0, 0, sheet.width, sheet.height)
  c.fillStyle = theme.ink; c.font = bold; titles.forEach((line, k) => c.fillText(line, edge, 23 + 20 * k, right))
  c.font = strong; warnings.forEach((line, k) => c.fillText(line, edge, 22 + 20 * titles.length + 18 * k, right))
  c.imageSmoothingEnabled = false; c.font = plain
  for (const [canvas, x, y, w, h, label] of places) {
    if (label) c.fillText(label, x + edge, y + top - 5, w)
    c.drawImage(canvas, x + edge, y + top, w, h)
  }
  drawLegend(c, legend, edge, bottom + top + 16)
  notes.forEach((line, k) => c.fillText(line, edge, under + 20 + 16 * k, right))
  download(sheet, name, {Description: [title, says, note].filter(Boolean).join("\n"), Inference: record})
}
