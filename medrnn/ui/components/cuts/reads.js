// What a network reads of the volume, step by step: the cuts go where the step is, and a cut that is read is a step.
import {Cursor} from "../player/cursor.js"
import {clamp} from "../shared/numbers.js"
import {stepWords} from "../shared/steps.js"

export class Reads {                                       // told: {link, start, steps, line, frames, places, box}, or null
  constructor(onMove, onRest) { this.told = null; this.cursor = new Cursor(onMove, onRest) }

  hear(told) {
    const isFresh = told?.link !== this.told?.link
    this.told = told
    if (!told) this.cursor.leave()
    else if (isFresh) this.cursor.open(told)
    else this.cursor.wish(told.start)
  }

  get step() { return this.cursor.step }
  get at() { return this.told.frames[this.step] }          // between two frames a fraction
  get frame() { return Math.floor(this.at + .5) }          // the nearest; outside of the series where the step is

  get thick() {                                            // of a slice, in frames
    const {frames} = this.told
    return frames.length < 2 ? 1 : Math.abs(frames.at(-1) - frames[0]) / (frames.length - 1)
  }

  stepAt(frame) {                                          // that reads this frame, or -1
    const {frames} = this.told, away = frames.map(at => Math.abs(at - frame))
    if (this.frame === frame) return this.step
    const least = Math.min(...away)
    return least <= Math.max(.5, this.thick / 2) ? away.indexOf(least) : -1
  }

  seek(frame) {                                            // the reader went there; who shares the step goes with him
    const step = this.told ? this.stepAt(frame) : -1
    if (step >= 0 && step !== this.step) this.cursor.go(step)
  }

  box(k) { return this.told.box[k] }                       // edges along an axis, in samples
  holds(k, index) { const [from, to] = this.box(k); return index + .5 > from && index + .5 < to }
  band(count) {                                            // edges of the slice of this step, inside of the series
    return [-1, 1].map(way => clamp(this.at + .5 + way * this.thick / 2, 0, count))
  }

  words(frame) {                                           // of a frame in view
    if (!this.told) return ""
    return this.stepAt(frame) === this.step ? stepWords({...this.told, places: []}, this.step) : "not read at this step"
  }

  close() { this.cursor.close() }
}
