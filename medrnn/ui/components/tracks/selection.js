// Which steps (and units) are selected: {span: [first, one after the last], units, row}, counted from 0. units: their
// true numbers, null for all; row: in which it was dragged, null where it was not; top, bottom: its lines in a heat map.
import {clamp} from "../shared/numbers.js"

export const through = (a, b) => ({span: [Math.min(a, b), Math.max(a, b) + 1], units: null, row: null}) // both among them

export function asked(text) {                              // what Python wishes, as "3-7", or null for ""
  const [first, stop] = text.split("-").map(Number)
  return stop ? {span: [first, stop], units: null, row: null} : null
}

export function between(a, b, {kind, labels}, k) {         // two places {t, u} of the row k
  const {span} = through(a.t, b.t), top = Math.min(a.u, b.u), bottom = Math.max(a.u, b.u)
  if (kind !== "heat") return {span, units: null, row: k}
  return {span, units: Array.from({length: bottom - top + 1}, (_, n) => labels?.[top + n] ?? top + n), row: k, top, bottom}
}

// One step more or less, way: 1 or -1: the end at which the cursor stands moves. Where to, and the selection then.
export function extended([first, stop], at, way, last) {
  const fixed = at === first && stop - first > 1 ? stop - 1 : at === stop - 1 ? first : at
  const to = clamp(at + way, 0, last)
  return [to, through(fixed, to)]
}

export function selectedWords({span: [first, stop], units}) {
  const which = stop - first > 1 ? `steps ${first + 1} to ${stop}` : `step ${stop}`
  return `Selected: ${which}${units ? `, ${units.length} unit${units.length > 1 ? "s" : ""}` : ""}`
}
