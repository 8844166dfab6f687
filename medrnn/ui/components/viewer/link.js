// Viewers that go together: zoom, middle, frame and window pass from one to the others, without the server.
// data.link: {group, unit, start_mm, step_mm}, or null. Frames are matched by mm along the normal where both know
// them, else by their share of the stack.
import {clamp} from "../shared/numbers.js"
import {store} from "../shared/store.js"

const TOGETHER = "medrnn-link"

// The frame of one's own stack that goes with a frame of the other's; stacks: {total, start_mm, step_mm}
export function frameOf(frame, other, own) {
  const byMm = own.step_mm && other.step_mm, last = own.total - 1
  const at = byMm ? (other.start_mm + frame * other.step_mm - own.start_mm) / own.step_mm
    : other.total > 1 ? frame / (other.total - 1) * last : 0
  return clamp(Math.round(at), 0, last)
}

// view: what the viewer offers; its link, digest, state (what the others may take over), and take(state, isSameUnit)
export class Link {
  constructor(view) { this.view = view; this.told = null; this.ear = e => this.hear(e.detail) }

  join() {
    this.leave()
    if (this.view.link) store().addEventListener(TOGETHER, this.ear)
  }

  leave() { store().removeEventListener(TOGETHER, this.ear) }

  tell() {                                                 // what changed since the last word
    const {link, digest, state} = this.view
    if (!link) return
    const word = JSON.stringify(state), isNews = this.digest === digest && this.told !== word
    this.told = word; this.digest = digest                 // another image begins in silence
    if (isNews) store().dispatchEvent(new CustomEvent(TOGETHER, {detail: {...state, from: this, link}}))
  }

  hear({from, link, ...state}) {
    const {view} = this, own = view.link
    if (from === this || own?.group !== link.group || !view.isOpen) return
    const frame = frameOf(state.frame, {...link, total: state.total}, {...own, total: view.total})
    view.take({...state, frame}, Boolean(own.unit) && own.unit === link.unit)
    this.told = JSON.stringify(view.state); this.digest = view.digest      // an echo is no news
  }
}
