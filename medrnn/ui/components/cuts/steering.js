// Pointer and keys of one cut.
import {clamp} from "../shared/numbers.js"
import {takeKey} from "../shared/page.js"
import {draggedWindow} from "../viewer/window.js"

const NOTCH = 60                                           // of wheel travel for one cut; touchpads send it in crumbs
const FAR = 10                                             // cuts of a press on page up or down

export class Steering {
  constructor(cuts, pane) {
    const {canvas} = pane
    Object.assign(this, {cuts, pane, drag: null, rolled: 0})
    canvas.onpointerdown = e => this.press(e)
    canvas.onpointermove = e => { if (this.drag) this.move(e) }
    canvas.onpointerup = canvas.onpointercancel = () => { this.drag = null }
    canvas.oncontextmenu = e => e.preventDefault()
    canvas.onwheel = e => { e.preventDefault(); this.roll(e) }
    canvas.onkeydown = e => this.key(e)
  }

  press(e) {
    const {cuts} = this
    if (!cuts.item || e.button === 1) return
    this.pane.canvas.setPointerCapture(e.pointerId)
    const isWindow = e.button === 2 || e.shiftKey
    this.drag = {isWindow, x: e.offsetX, y: e.offsetY, center: cuts.center, width: cuts.width}
    if (!isWindow) this.pane.pick(e)
  }

  move(e) {
    const {cuts, drag} = this
    if (!drag.isWindow) { this.pane.pick(e); return }
    cuts.setWindow(...draggedWindow(drag, e.offsetX - drag.x, e.offsetY - drag.y, cuts.data.width))
  }

  roll({deltaY, deltaMode}) {
    if (!this.cuts.item || !deltaY) return
    this.rolled += deltaMode ? Math.sign(deltaY) * NOTCH : clamp(deltaY, -NOTCH, NOTCH)
    const by = Math.trunc(this.rolled / NOTCH)
    this.rolled -= by * NOTCH
    if (by) this.pane.step(by)
  }

  key(e) {
    const {cuts, pane} = this, step = by => () => pane.step(by), invert = () => cuts.turnOver()
    takeKey(e, cuts.item ? {ArrowUp: step(-1), ArrowDown: step(1), PageUp: step(-FAR), PageDown: step(FAR),
      Home: step(-Infinity), End: step(Infinity), i: invert, I: invert, "0": () => cuts.begin()} : {})
  }
}
