// The frames of a stack: which one is in view, playing them, and asking for more before the reader gets to the edge.
import {Echo} from "../shared/echo.js"
import {clamp} from "../shared/numbers.js"
import {Rest} from "../shared/rest.js"

const CINE = 12                                            // frames a second
const PATIENCE = 3000                                      // ms until frames that do not come are asked for again
const NEAR = 3                                             // frames before the edge at which more are asked for

// Whether the frame stands so near the edge of those that are here that more should come.
export function isNearEdge(frame, {first, held, total}) {
  const margin = Math.min(NEAR, Math.floor(held / 3))
  return first > 0 && frame < first + margin || first + held < total && frame >= first + held - margin
}

export class Frames {
  constructor(viewer) { this.viewer = viewer; this.at = 0; this.rest = new Rest() }

  get total() { return this.viewer.item.total }
  get words() { return `frame ${this.at + 1} of ${this.total}` }
  get here() { const {first, total, pixels: {shape: [held]}} = this.viewer.item; return {first, total, held} }

  get held() {                                             // the frame's place among those that are here, or -1
    const {first, held} = this.here, place = this.at - first
    return place >= 0 && place < held ? place : -1
  }

  open(start) { this.echo = new Echo(start); this.rest.drop(); this.show(start) }
  wish(start) { if (this.echo.isNew(start)) this.show(start) }
  show(frame) { this.at = clamp(frame, 0, this.total - 1); this.ask() }

  go(frame) {                                              // Python hears where the reader came to rest
    const {viewer} = this
    this.show(frame)
    this.rest.wait(() => {
      this.echo.note(this.at)
      viewer.send.trigger("frame", {digest: viewer.digest, at: this.at})
    })
    viewer.request()
  }

  play() {                                                 // forward once, or stop; nothing moves by itself
    clearInterval(this.cine); this.cine = this.cine ? null : setInterval(() => this.beat(), 1000 / CINE)
    if (this.cine && this.at === this.total - 1) this.go(0)
    this.viewer.controls.show()
  }

  beat() {
    if (this.held < 0) return                              // waits for frames that are still coming
    if (this.at === this.total - 1) this.play()
    else this.go(this.at + 1)
  }

  ask() {
    if (!isNearEdge(this.at, this.here) || this.asked > performance.now() - PATIENCE) return
    this.asked = performance.now()
    this.viewer.send.trigger("need", this.at)
  }

  close() { clearInterval(this.cine); this.rest.drop() }
}
