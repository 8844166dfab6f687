// What is written in canvases. The presentation size (ui/look.py) makes the page's text larger; this follows.
const TEXT = 15, READABLE = 18                             // px of the page's text: usual, and the least that is read from afar

export const larger = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / TEXT
export const lineHeight = () => 18 * larger()
export function lettering(size, weight = 400) {            // a font for a canvas, size in CSS pixels at the usual size
  const by = larger()
  return `${weight} ${by > 1 ? Math.max(READABLE, size * by) : size}px sans-serif`
}

export function wrap(c, text, width) {                     // the text in lines that fit, so that none is ever cut
  const lines = [""]
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim()
    if (lines.at(-1) && c.measureText(longer).width > width) lines.push(word)
    else lines[lines.length - 1] = longer
  }
  return lines
}
