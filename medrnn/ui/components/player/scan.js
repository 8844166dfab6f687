// The image that is read: what is not read yet is veiled, what is being read is outlined.
import {surface} from "../shared/canvas.js"
import {ORANGE} from "../shared/colours.js"
import {clamp} from "../shared/numbers.js"

const TALLEST = 560                                        // CSS pixels

export function drawScan({record: {boxes, backward, image: {shape: [rows, columns]}}, step, scan, picture}) {
  scan.style.maxWidth = `${TALLEST * columns / rows}px`
  const [c, w, h] = surface(scan, scan.clientWidth * rows / columns)
  const places = boxes.map(box => box.map((v, i) => v * (i % 2 ? h / rows : w / columns)))
  c.drawImage(picture, 0, 0, w, h)
  c.fillStyle = "rgba(0,0,0,.55)"
  c.beginPath()                                            // one path, so that neighbours leave no seam
  ;(backward ? places.slice(0, step) : places.slice(step + 1)).forEach(box => c.rect(...box))
  c.fill()
  const [x, y, bw, bh] = places[step]
  c.strokeStyle = ORANGE; c.lineWidth = 2
  const left = clamp(x, 1, w - 1), top = clamp(y, 1, h - 1)      // the whole line stays inside the canvas
  c.strokeRect(left, top, clamp(x + bw, 1, w - 1) - left, clamp(y + bh, 1, h - 1) - top)
}
