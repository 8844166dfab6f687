// The pointer over a panel: a click goes to a step, a drag selects.
import {clamp} from "../shared/numbers.js"
import {between} from "./selection.js"

const SLACK = 4                                            // CSS pixels that a click may wander

export function point(tracks, canvas, row, k) {
  const place = ({offsetX, offsetY}) => {
    const {steps} = tracks.record, units = row.kind === "heat" ? row.array.shape[1] : 1
    return {x: offsetX, y: offsetY, t: clamp(Math.floor(offsetX / canvas.clientWidth * steps), 0, steps - 1),
      u: clamp(Math.floor(offsetY / canvas.clientHeight * units), 0, units - 1)}
  }
  canvas.onpointerdown = event => {
    if (event.button) return
    canvas.setPointerCapture(event.pointerId); tracks.root.focus({preventScroll: true})
    tracks.drag = {k, from: place(event), isWide: false}
  }
  canvas.onpointermove = event => {
    const at = place(event), {drag} = tracks
    tracks.hover = {k, ...at}
    if (drag?.k === k) {
      drag.isWide ||= Math.hypot(at.x - drag.from.x, at.y - drag.from.y) > SLACK
      if (drag.isWide) tracks.chosen = between(drag.from, at, row, k)
    }
    tracks.request()
  }
  canvas.onpointerup = event => {
    const {drag} = tracks
    tracks.drag = null
    if (!drag) return
    if (drag.isWide) { tracks.anchor = null; tracks.select(tracks.chosen) }
    else tracks.go(place(event).t)
  }
  canvas.onpointercancel = () => { tracks.drag = null }
  canvas.onpointerleave = () => { tracks.hover = null; tracks.request() }
}
