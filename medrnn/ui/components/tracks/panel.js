// The panel of one row: its head, its canvas and the legend below it, and how they are drawn at a step.
import {makePanel, scaleBar, unread} from "../player/panels.js"
import {surface} from "../shared/canvas.js"
import {larger} from "../shared/lettering.js"
import {exact} from "../shared/numbers.js"
import {make} from "../shared/page.js"
import {shortStep} from "../shared/steps.js"
import {KINDS, said} from "./kinds.js"

export const colourOf = ({colour}, {isDark}) => colour[isDark ? "dark" : "light"] // of a curve

export function panelOf(row, k, colours) {
  const kind = KINDS[row.kind], isHeat = row.kind === "heat"
  const colour = isHeat ? colours.gates[row.symbol] : row.curves?.length === 1 ? colourOf(row.curves[0], colours) : colours.ink
  const scale = isHeat ? [scaleBar(row, colours)] : [make("span", "scale", ...kind.ends(row))]
  const panel = makePanel("button", row.name, row.meaning, colour, ...scale)
  panel.head.setAttribute("aria-label", `Enlarge ${row.name}, ${row.meaning}`)
  panel.canvas.dataset.row = k
  panel.canvas.setAttribute("aria-label", `${row.name}, ${row.meaning}: ${kind.words(row)}, steps from left to right.`)
  if (isHeat) { panel.bitmap = kind.make(row, colours); panel.label += `  (${kind.ends(row).join(" to ")})` }
  else if (kind.ends(row).length) panel.label += `  (${kind.ends(row)})`
  addLegend(panel, row, colours)
  return panel
}

function addLegend(panel, {curves = []}, colours) {
  panel.values = []
  if (curves.length < 2) return
  const entries = curves.map(curve => {
    const line = make("i", ""), value = make("output", "")
    line.style.borderTopColor = colourOf(curve, colours); line.style.borderTopStyle = curve.dash ? "dashed" : "solid"
    value.setAttribute("aria-live", "off"); panel.values.push(value)
    return make("span", "", line, curve.name, value)
  })
  panel.node.append(make("div", "legend", ...entries))
}

function still(panel, row, w, h, colours) {                // what does not move is painted once
  const scale = devicePixelRatio, size = `${w} ${h} ${scale} ${larger()}`
  if (panel.size === size) return panel.still
  const sheet = new OffscreenCanvas(Math.max(1, Math.round(w * scale)), Math.max(1, Math.round(h * scale)))
  const c = sheet.getContext("2d")
  c.setTransform(scale, 0, 0, scale, 0, 0); c.fillStyle = colours.paper; c.fillRect(0, 0, w, h)
  KINDS[row.kind].paint(c, w, h, row, colours, panel.bitmap)
  return Object.assign(panel, {size, still: sheet}).still
}

// shown: the step, its number among steps, the places of all, the chosen selection, where the pointer hovers
export function drawPanel(panel, row, k, height, colours, {step, steps, places, chosen, hover}) {
  const [c, w, h] = surface(panel.canvas, height), cell = w / steps
  if (!w) return
  c.drawImage(still(panel, row, w, h, colours), 0, 0, w, h)
  c.globalAlpha = .5; c.fillStyle = colours.page; c.fillRect(...unread(step, steps, cell, row.backward), h); c.globalAlpha = 1
  if (chosen) drawSelection(c, h, cell, row, k, chosen, colours)
  c.strokeStyle = colours.cursor; c.lineWidth = 2; c.strokeRect(step * cell + 1, 1, Math.max(2, cell - 2), h - 2)
  say(panel, row, k, step, hover, places)
}

function drawSelection(c, h, cell, {array, kind}, k, {span: [first, stop], row, top, bottom}, colours) {
  const isOwn = k === row && kind === "heat", tall = isOwn ? h / array.shape[1] : h, y = isOwn ? top * tall : 0
  const box = [first * cell + 1, y + 1, Math.max(2, (stop - first) * cell - 2), Math.max(2, (isOwn ? (bottom - top + 1) * tall : h) - 2)]
  c.globalAlpha = .16; c.fillStyle = colours.primary; c.fillRect(...box); c.globalAlpha = 1
  c.strokeStyle = colours.primary; c.lineWidth = 2; c.setLineDash([5, 3]); c.strokeRect(...box); c.setLineDash([])
}

function say(panel, row, k, step, hover, places) {         // at the pointer, else at the cursor
  const t = hover?.t ?? step, kind = KINDS[row.kind]
  panel.values.forEach((value, j) => { value.textContent = said(kind.at(row, t, j)) })
  const isHere = hover?.k === k && row.kind === "heat"
  panel.value.textContent = isHere ? exactly(row, hover, places) : hover?.k === k && row.kind !== "marks"
    ? `${shortStep({places}, t)}  ${kind.says(row, t)}` : kind.says(row, t)
}

function exactly({array: {values, shape: [, units]}, labels}, {t, u}, places) {
  return `unit ${labels?.[u] ?? u}  ${shortStep({places}, t)}  ${exact(values[t * units + u])}`
}
