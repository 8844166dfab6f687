// What stands over the image in the frame in view: paths, boxes, ruler, words, and the figures of a region.
import {lettering, lineHeight} from "../shared/lettering.js"
import {tidy} from "../shared/numbers.js"
import {drawBox, drawColourBar, drawOutline, drawPath, drawRuler} from "./furniture.js"
import {measure, regionWords} from "./measures.js"
import {drawSides, Plates} from "./plates.js"
import {drawSweep} from "./sweep.js"

export class Over {
  constructor(viewer) { this.viewer = viewer }

  draw(c, w, h) {
    const {viewer} = this, {data, box, region, trail, camera, layers, lengths} = viewer
    const plates = new Plates(c, w, h), say = (...words) => plates.say(...words)
    if (data.boxes?.length > 1) drawPath(c, data.boxes.map(b => camera.box(b)), rect => plates.take(rect))
    if (data.sweep && data.crop) drawSweep(c, camera.box(data.crop), data.sweep)
    if (data.crop) drawBox(c, camera.box(data.crop), true)
    lengths.draw(c)
    c.font = lettering(12)
    drawRuler(c, camera.zoom, data.spacing_mm?.[1], w, h, data.boxes ? 44 : 16, say)
    if (layers.isMapped) plates.take(drawColourBar(c, layers.table, data.overlay, w, h, say))
    plates.put(this.words(), [1, 2, 3].map(k => [16, 6 + lineHeight() * k]))
    drawSides(plates, data.edges, w, h)
    if (region) this.drawRegion(c, this.sides(region), plates)
    lengths.say(plates)
    if (box) drawBox(c, this.sides(box), false)
    if (trail) drawOutline(c, camera.points(trail), false)
    viewer.root.dataset.plates = JSON.stringify(plates.taken.map(rect => rect.map(Math.round)))
  }

  sides({x, y, width, height}) { return this.viewer.camera.box([x, y, width, height]) }

  words() {                                                // in the upper left corner
    const {viewer} = this, {frames, isColour, center, width, view} = viewer
    const window = isColour ? [] : [`C ${tidy(center)}  W ${tidy(width)}${view.table ? "  LUT" : ""}`]
    const frame = frames.total > 1 ? [frames.words + (frames.held < 0 ? ", loading" : "")] : []
    return [...window, ...frame, ...viewer.invert === viewer.data.inverted ? [] : ["inverted"]]
  }

  drawRegion(c, [x, y, w, h], plates) {                    // the box or outline with its figures below it
    const {viewer} = this, {region, data} = viewer
    if (region.outline) drawOutline(c, viewer.camera.points(region.outline), true)
    else drawBox(c, [x, y, w, h], false)
    if (viewer.frames.held < 0 || viewer.isColour) return
    const lines = regionWords(this.figures(region), data.unit, data.spacing_mm, region)
    const under = y + h + lineHeight(), over = y - lineHeight() * lines.length + 8
    plates.put(lines, [[x + 4, under], [x + 4, over], [x + w + 8, y + 14], [x - 8, y + 14, "right"]])
  }

  figures(region) {                                        // counted once for a region and a frame
    const {frames, item: {pixels: {values, shape: [, rows, columns]}}, root} = this.viewer, {figured} = this
    if (figured?.region === region && figured.frame === frames.at) return figured
    const found = measure(values, frames.held * rows * columns, columns, region)
    root.dataset.region = JSON.stringify({...region, ...found})
    this.figured = {...found, region, frame: frames.at}
    return this.figured
  }
}
