// Distances and angles on the image. Points are x, y in pixels, the corner of the first pixel being 0, 0.
import {ORANGE} from "../shared/colours.js"
import {drawOutline} from "./furniture.js"

const MOST_LENGTHS = 12                                    // kept of one image

function between([x0, y0], [x1, y1], spacing) {            // the way from one point to another, in mm where they are known
  const [row, column] = spacing ?? [1, 1]
  return [(x1 - x0) * column, (y1 - y0) * row]
}

export function measured(points, spacing) {                // {kind, value, unit}
  if (points.length === 2) return {kind: "length", value: Math.hypot(...between(...points, spacing)), unit: spacing ? "mm" : "pixels"}
  const [a, b] = [points[0], points[2]].map(end => between(points[1], end, spacing))
  const turn = Math.atan2(a[0] * b[1] - a[1] * b[0], a[0] * b[0] + a[1] * b[1])
  return {kind: "angle", value: Math.abs(turn) * 180 / Math.PI, unit: "\u00b0"}
}

export function measuredWords({kind, value, unit}) {
  return kind === "angle" ? `${value.toFixed(1)}${unit}` : `${value.toFixed(1)} ${unit}`
}

export class Lengths {                                     // what was measured, and what is being measured
  constructor(viewer) { this.viewer = viewer; this.clear() }

  clear() { this.kept = []; this.draft = []; this.end = null }
  get has() { return this.kept.length > 0 }

  click(point, most) {                                     // the next corner; true where that was the last one
    this.draft.push(point)
    if (this.draft.length < most) return false
    this.keep(this.draft)
    return true
  }

  keep(points) {
    this.kept = [...this.kept, {points, frame: this.viewer.frames.at}].slice(-MOST_LENGTHS)
    this.drop()
  }

  drop() { this.draft = []; this.end = null }

  get shown() {                                            // the points of each one in the frame in view
    const {viewer, draft, end} = this, own = this.kept.filter(one => one.frame === viewer.frames.at).map(one => one.points)
    return draft.length && end ? [...own, [...draft, end]] : own
  }

  draw(c) {
    for (const points of this.shown) {
      const at = this.viewer.camera.points(points)
      drawOutline(c, at, false)
      c.fillStyle = ORANGE
      at.forEach(([x, y]) => { c.beginPath(); c.arc(x, y, 3, 0, 7); c.fill() })
    }
  }

  say(plates) {
    const {viewer} = this, found = []
    for (const points of this.shown) {
      const figures = measured(points, viewer.data.spacing_mm), [x, y] = viewer.camera.points(points)[1]
      found.push({...figures, points})
      plates.put([measuredWords(figures)], [[x + 10, y - 8], [x + 10, y + 22], [x - 10, y - 8, "right"], [x - 10, y + 22, "right"]])
    }
    viewer.root.dataset.lengths = JSON.stringify(found)
  }
}
