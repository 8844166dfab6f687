// The buttons and fields round the image: what they do, and what they say.
import {exact, tidy} from "../shared/numbers.js"
import {drawHistogram} from "./histogram.js"
import {spread} from "./measures.js"
import {fillPresets, markPreset} from "./presets.js"

export class Controls {
  constructor(viewer) {
    const {find, root, frames} = viewer
    this.viewer = viewer
    this.modes = [...root.querySelectorAll("[data-mode-of]")]
    for (const button of this.modes) button.onclick = () => { viewer.toggleMode(button.dataset.modeOf); viewer.canvas.focus({preventScroll: true}) }
    this.press({".play": () => frames.play(), ".save": () => viewer.save(), ".reset": () => { viewer.begin(); viewer.request() },
      ".invert": () => { viewer.turnOver(); viewer.request() }, ".clear": () => viewer.clear(),
      "button.planes": () => { viewer.layers.togglePlanes(); viewer.request() },
      ".nearer": () => { if (viewer.item) viewer.zoomBy(1.25) }, ".farther": () => { if (viewer.item) viewer.zoomBy(.8) }})
    find(".preset").onchange = e => viewer.choose(viewer.data.presets[e.target.selectedIndex])
    find(".frame").oninput = e => frames.go(+e.target.value)
    find(".opacity").oninput = () => viewer.request()
    find(".center").onchange = find(".slide-center").oninput = e => viewer.typed(e.target.valueAsNumber, viewer.width)
    find(".width").onchange = find(".slide-width").oninput = e => viewer.typed(viewer.center, e.target.valueAsNumber)
  }

  press(acts) { for (const [part, act] of Object.entries(acts)) this.viewer.find(part).onclick = act }

  get opacity() { return +this.viewer.find(".opacity").value }

  fill() {                                                 // what there is to set in this image
    const {find, root, data, item, isColour, layers} = this.viewer, names = data.presets.map(p => p.name).join()
    find(".frame").max = item.total - 1
    if (names !== this.presets) fillPresets(find(".preset"), data.presets)
    this.presets = names
    const strength = data.overlay?.strength
    if (strength && strength !== this.strength) find(".opacity").value = this.strength = strength
    const hidden = {".level": isColour, ".preset-label": isColour || !data.presets.length, ".cine": item.total < 2,
      ".mix": !layers.map, ".cut": !data.crop, ".planes": !item.planes}
    for (const [part, isHidden] of Object.entries(hidden))
      root.querySelectorAll(part).forEach(node => { node.hidden = isHidden })
  }

  show() {
    const {viewer} = this, {find, root, frames, layers, item, digest, center, width, invert} = viewer, slider = find(".frame")
    for (const name of ["center", "width"]) {
      const input = find(`.${name}`)
      if (!input.matches(":focus")) input.value = tidy(viewer[name])
    }
    slider.value = frames.at; slider.setAttribute("aria-valuetext", frames.words)
    find(".count").textContent = frames.words
    find(".invert").setAttribute("aria-pressed", invert)
    find("button.planes").setAttribute("aria-pressed", layers.isPlanes)
    find(".play").textContent = frames.cine ? "Stop" : "Play"
    markPreset(find(".preset"), viewer.data.presets, viewer)
    find(".clear").hidden = !viewer.region && !viewer.lengths.has
    this.drawCounts()
    Object.assign(root.dataset, {frame: frames.at, frames: item.total, digest, loaded: frames.held >= 0, center, width,
      zoom: viewer.camera.zoom, inverted: invert, overlay: Boolean(layers.isMapped), planes: Boolean(item.planes && layers.isPlanes)})
    this.readOut()
  }

  showMode(mode, hint) {
    for (const button of this.modes) button.setAttribute("aria-pressed", button.dataset.modeOf === mode)
    this.viewer.find(".hint").textContent = hint
    this.viewer.root.dataset.mode = mode
  }

  readOut() {                                              // the value under the pointer
    const {find, item, pointer, camera, frames: {held}, data, isColour, layers} = this.viewer, out = find("output")
    const place = item && pointer && camera.pixelAt(pointer)
    if (!place) { out.value = ""; return }
    const [x, y] = place, {values, shape: [, rows, columns]} = item.pixels
    const at = (held * rows + y) * columns + x, unit = data.unit && ` ${data.unit}`
    const value = held < 0 ? "loading"
      : isColour ? `RGB ${values.subarray(3 * at, 3 * at + 3).join(" ")}` : exact(values[at]) + unit
    out.value = `row ${y}, column ${x}: ${value}${layers.mapText(x, y)}`
  }

  drawCounts() {                                           // the histogram of the frame in view, its window on it
    const {viewer} = this, {find, frames, digest, isColour, theme, data, view, item: {pixels: {values, shape: [, rows, columns]}}} = viewer
    if (isColour || frames.held < 0) return
    const key = `${digest},${frames.at}`
    if (this.counted !== key) {
      this.counted = key; this.counts = spread(values, frames.held * rows * columns, rows * columns)
    }
    const {low, high} = this.counts, canvas = find(".histogram")
    const span = high - low || 1                           // the sliders reach over all values of the frame
    for (const [name, least, most] of [["center", low, high], ["width", span / 500, 1.5 * span]])
      Object.assign(find(`.slide-${name}`), {min: least, max: most, value: viewer[name]})
    canvas.setAttribute("aria-label", `Histogram from ${exact(low)} to ${exact(high)} with the window on it`)
    drawHistogram(canvas, this.counts, view, theme, data.colours[theme.isDark ? "dark" : "light"].cursor)
  }
}
