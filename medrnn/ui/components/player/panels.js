// The parts of the page that depend on the trace: a head and a canvas per gate, a bar per mean. Names go in as text.
import {short} from "../shared/numbers.js"
import {make} from "../shared/page.js"

export function scaleBar({signed, limit, symbol, beyond = []}, {negative, paper, positive, under, over, gates}) {
  const clipped = [`${under} 0 14%`, `${negative} 14%`, paper, `${positive} 86%`, `${over} 86%`]
  const stops = !signed ? [paper, gates[symbol]] : beyond.length ? clipped : [negative, paper, positive], bar = make("i", "")
  bar.style.background = `linear-gradient(90deg, ${stops})`
  return make("span", "scale", signed ? `\u2212${short(limit)}` : "0", bar, short(limit))
}

// tag: "button" where a click on the head enlarges the gate
export function makePanel(tag, name, meaning, colour, ...scale) {
  const chip = make("span", "chip"), value = make("span", "value"), canvas = make("canvas", "")
  const words = [make("span", "name", name), make("span", "meaning muted", meaning)]
  const head = make(tag, "head", chip, ...words, value, ...scale)
  chip.style.background = colour; head.title = `${name}  ${meaning}`
  canvas.setAttribute("role", "img")
  return {node: make("div", "panel", head, canvas), head, canvas, value, label: `${name}  ${meaning}`}
}

export function gatePanel(gate, colours) {
  const {symbol, meaning, signed, limit, name = symbol} = gate, range = `${signed ? `\u2212${short(limit)}` : 0} to ${short(limit)}`
  const panel = makePanel("button", name, meaning, colours.gates[symbol], scaleBar(gate, colours))
  panel.canvas.dataset.gate = symbol
  panel.head.setAttribute("aria-label", `Enlarge ${name}, ${meaning}`)
  panel.canvas.setAttribute("aria-label", `${name}, ${meaning}: heat map from ${range}, `
    + "units from top to bottom, steps from left to right. Click to choose a step.")
  panel.label += `  (${range})`
  return panel
}

const inkOf = colours => colours.answer ?? colours.primary     // grey where it may not be read as an answer

export function answerPanel(name, colours, isAnswered = true) {
  const says = isAnswered ? "the answer, decoded after every step" : "no answer yet: this sweep comes before any"
  const panel = makePanel("div", `p(${name})`, says, inkOf(colours))
  panel.canvas.dataset.gate = "answer"
  panel.canvas.setAttribute("aria-label", `Probability of ${name} after each step, from 0 to 100 %. Click to choose a step.`)
  panel.label += "  (0 to 100 %, dashed: 50 %)"
  panel.node.append(...[0, 50, 100].map(p => {
    const tick = make("span", "tick muted", `${p} %`)
    tick.style.top = `${22 + levelOfAnswer(p / 100, 84)}px`
    return tick
  }))
  return panel
}

export function meanRow(symbol, colour) {
  const bar = make("i", ""), value = make("output", "")
  bar.style.background = colour; value.setAttribute("aria-live", "off")
  return {node: make("div", "", make("span", "name", symbol), make("span", "bar", bar), value), bar, value}
}

export const levelOfAnswer = (p, h) => h - 5 - p * (h - 10) // CSS pixels from the top

export function drawAnswer(c, w, h, curve, colours) {      // a gap where there is no probability
  const cell = w / curve.length, px = t => (t + .5) * cell, py = p => levelOfAnswer(p, h)
  c.fillStyle = colours.paper; c.fillRect(0, 0, w, h)
  c.strokeStyle = colours.grid; c.lineWidth = 1; c.setLineDash([3, 4])
  c.beginPath(); c.moveTo(0, py(.5)); c.lineTo(w, py(.5)); c.stroke(); c.setLineDash([])
  c.globalAlpha = .4; c.beginPath()
  for (const p of [0, 1]) { c.moveTo(0, py(p)); c.lineTo(w, py(p)) }
  c.stroke(); c.globalAlpha = 1
  const points = curve.map((p, t) => [t, p]).filter(([, p]) => p !== null)
  if (!points.length) return
  c.beginPath(); points.forEach(([t, p]) => c.lineTo(px(t), py(p)))
  c.strokeStyle = inkOf(colours); c.lineWidth = 2.5; c.stroke()
  c.lineTo(px(points.at(-1)[0]), h); c.lineTo(px(points[0][0]), h)
  c.globalAlpha = .14; c.fillStyle = inkOf(colours); c.fill(); c.globalAlpha = 1
}

export function unread(step, steps, cell, backward) {      // x, y and width of what the network has not read yet
  return backward ? [0, 0, step * cell] : [(step + 1) * cell, 0, (steps - step - 1) * cell]
}
