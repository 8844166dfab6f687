// What a page looks like to somebody who must read it and press it. Walks through open shadow roots too.
(() => {
  const CONTROLS = "button, a[href], input, select, textarea, summary, canvas[tabindex], [role=button], [role=slider], "
    + "[role=switch], [role=combobox], [role=radio], [role=checkbox]"
  const LEAST = {text: 4.5, shape: 3}
  const parentOf = node => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host ?? null
  const tidy = text => text.replace(/[\s\u200b]+/g, " ").trim()

  function* every(root = document.body) {
    for (const node of root.querySelectorAll("*")) {
      yield node
      if (node.shadowRoot) yield* every(node.shadowRoot)
    }
  }

  const within = (node, selector) => {
    for (let at = node; at; at = parentOf(at)) if (at.matches(selector)) return true
    return false
  }
  const isFolded = node => within(node, "[data-testid=stSidebar][data-collapsed=true], [inert], [data-stale=true]")
  const isSeen = node => node.checkVisibility({opacityProperty: true, visibilityProperty: true}) && !isFolded(node)
  const isOff = node => within(node, ":disabled, [aria-disabled=true], [data-disabled]")
    || within(node, "label") && node.closest("label")?.querySelector(":disabled") != null

  // --- colours ------------------------------------------------------------------------------------------------------

  function colourOf(text) {                                // [red, green, blue, alpha], each from 0 to 1
    const numbers = text.match(/-?[\d.]+(e-?\d+)?%?/gi)?.map(n => n.endsWith("%") ? parseFloat(n) / 100 : +n) ?? []
    if (text.startsWith("rgb")) return [...numbers.slice(0, 3).map(v => v / 255), numbers[3] ?? 1]
    if (text.startsWith("color(srgb ")) return [...numbers.slice(0, 3), numbers[3] ?? 1]
    if (text.startsWith("#")) return [1, 3, 5, 7].map(k => k < text.length ? parseInt(text.slice(k, k + 2), 16) / 255 : 1)
    throw Error(`a colour that this test cannot read: ${text}`)
  }

  function over([r, g, b, a], [R, G, B, A]) {
    const alpha = a + A * (1 - a)
    return alpha ? [...[[r, R], [g, G], [b, B]].map(([f, F]) => (f * a + F * A * (1 - a)) / alpha), alpha] : [0, 0, 0, 0]
  }

  function luminance(colour) {
    const [r, g, b] = colour.slice(0, 3).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    return .2126 * r + .7152 * g + .0722 * b
  }

  function ratio(a, b) {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y)
    return (high + .05) / (low + .05)
  }

  // A mark of a colour on a node, and what lies round it: every background and opacity up to the page counts.
  function seen(mark, node, isOwn = true) {
    let front = mark, back = [0, 0, 0, 0]
    for (let at = node; at; at = parentOf(at)) {
      const style = getComputedStyle(at), isBehind = at === node ? isOwn : !within(at, "[data-testid=stSlider]") || covers(at, node)
      const ground = isBehind ? colourOf(style.backgroundColor) : [0, 0, 0, 0]
      front = over(front, ground); back = over(back, ground)
      if (at !== node || isOwn) { front[3] *= +style.opacity; back[3] *= +style.opacity }
    }
    return [front, back].map(colour => over(colour, [1, 1, 1, 1]))
  }

  function covers(outer, node) {                           // a value above a slider's thumb does not stand on the thumb
    const a = outer.getBoundingClientRect(), b = node.getBoundingClientRect(), y = (b.top + b.bottom) / 2
    return a.width === 0 || a.top <= y && y <= a.bottom
  }

  const hex = colour => `#${colour.slice(0, 3).map(v => Math.round(255 * v).toString(16).padStart(2, "0")).join("")}`
  function judge(kind, what, mark, node, isOwn) {
    const [front, back] = seen(mark, node, isOwn), found = ratio(front, back)
    return found < LEAST[kind] - .005 ? `${kind} ${found.toFixed(2)}: "${what}" ${hex(front)} on ${hex(back)}` : null
  }

  const textsOf = node => tidy([...node.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join(" "))
  const isIcon = node => within(node, "[data-testid=stIconMaterial], [translate=no]")
  const faded = (colour, share) => [...colour.slice(0, 3), colour[3] * share]

  function* marksOf(node) {                                // [kind, name, colour, is the node's own background behind it]
    const style = getComputedStyle(node), text = textsOf(node)
    if (node instanceof SVGElement) {
      if (["text", "tspan"].includes(node.localName) && text)
        yield ["text", text, faded(colourOf(style.fill), +style.fillOpacity), true]
      return
    }
    if (text) yield [isIcon(node) ? "shape" : "text", text, colourOf(style.color), true]
    if (node.matches("input:not([type=range], [type=checkbox], [type=radio], [type=file]), textarea") && (node.value || node.placeholder))
      yield ["text", node.value || node.placeholder, colourOf(node.value ? style.color : getComputedStyle(node, "::placeholder").color), true]
    if (node.matches(".chip, .bar i")) yield ["shape", `${node.className || "bar"} of ${tidy(parentOf(node).parentElement.textContent)}`, colourOf(style.backgroundColor), false]
    if (node.matches(".legend i")) yield ["shape", `line of ${tidy(node.parentElement.textContent)}`, colourOf(style.borderTopColor), true]
  }

  function* figureMarks() {                                // lines, points and bars of Plotly
    for (const node of document.querySelectorAll(".js-plotly-plot .trace :is(.js-line, .point, .point path), .js-plotly-plot .shapelayer path")) {
      if (node.localName === "g") continue
      const style = getComputedStyle(node), isLine = node.matches(".js-line, .shapelayer path")
      const paint = isLine ? style.stroke : style.fill
      if (paint === "none" || !node.getBoundingClientRect().width || isLine && parseFloat(style.strokeWidth) === 0) continue
      yield [node, faded(colourOf(paint), +(isLine ? style.strokeOpacity : style.fillOpacity))]
    }
  }

  function contrasts() {
    const found = new Set(), add = said => { if (said) found.add(said) }
    for (const node of every()) {
      if (node.matches("script, style, noscript") || !isSeen(node) || isOff(node)) continue
      const box = node.getBoundingClientRect()
      if (box.width < 2 || box.height < 2) continue
      for (const [kind, name, colour, isOwn] of marksOf(node)) add(judge(kind, name.slice(0, 60), colour, node, isOwn))
    }
    for (const [node, colour] of figureMarks())
      if (isSeen(node)) add(judge("shape", `a mark of ${tidy(node.closest("[aria-label]")?.ariaLabel ?? "a figure")}`, colour, node))
    for (const {text, ratio} of canvasTexts()) if (ratio < LEAST.text - .005) add(`text ${ratio.toFixed(2)}: "${text}" in a canvas`)
    return [...found]
  }

  // --- words in canvases: their colour over the pixels that were there before ---------------------------------------

  const drawn = new Map()                                  // canvas: {text: {ratio, size}}
  function listen({prototype}) {
    const fill = prototype.fillText
    prototype.fillText = function (text, x, y, ...more) {
      note(this, String(text), x, y)
      return fill.call(this, text, x, y, ...more)
    }
  }

  function note(c, text, x, y) {
    const {a: scale, e, f} = c.getTransform(), size = parseFloat(c.font.match(/([\d.]+)px/)[1])
    const {actualBoundingBoxLeft: left, actualBoundingBoxRight: right, actualBoundingBoxAscent: up, actualBoundingBoxDescent: down} = c.measureText(text)
    const [x0, y0] = [(x - left) * scale + e, (y - up) * scale + f].map(Math.floor)
    const [w, h] = [(left + right) * scale, (up + down) * scale].map(v => Math.max(1, Math.ceil(v)))
    const ground = groundOf(c.getImageData(x0, y0, w, h).data, c.canvas), mark = faded(colourOf(c.fillStyle), c.globalAlpha)
    drawn.set(`${text} ${c.font}`, {text, size, canvas: new WeakRef(c.canvas), ratio: ratio(over(mark, ground), ground)})
  }

  function groundOf(data) {                        // the mean; a clear canvas shows the page
    const sum = [0, 0, 0, 0]
    for (let k = 0; k < data.length; k += 4) {
      const a = data[k + 3] / 255
      for (let i = 0; i < 3; i++) sum[i] += data[k + i] / 255 * a
      sum[3] += a
    }
    const mean = sum[3] ? [...sum.slice(0, 3).map(v => v / sum[3]), sum[3] / (data.length / 4)] : [0, 0, 0, 0]
    const page = getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor
    return over(mean, colourOf(page))
  }

  function canvasTexts() {
    return [...drawn.values()].filter(({canvas}) => {
      const here = canvas.deref()
      return here && (here instanceof OffscreenCanvas || here.isConnected && isSeen(here))
    })
  }

  // --- sizes --------------------------------------------------------------------------------------------------------

  function sizes(least) {
    const found = new Set()
    for (const node of every()) {
      const text = textsOf(node)
      if (!text || isIcon(node) || node.matches("script, style, noscript") || !isSeen(node)) continue
      const size = parseFloat(getComputedStyle(node).fontSize), box = node.getBoundingClientRect()
      if (size < least - .05 && box.width > 1 && box.height > 1) found.add(`${size.toFixed(1)} px: "${text.slice(0, 60)}"`)
    }
    for (const {text, size} of canvasTexts()) if (size < least - .05) found.add(`${size.toFixed(1)} px: "${text}" in a canvas`)
    return [...found]
  }

  // --- places -------------------------------------------------------------------------------------------------------

  const nameOf = node => `${node.localName} "${tidy(node.ariaLabel || node.textContent || node.placeholder || node.title
    || node.getAttribute("aria-labelledby") || node.className || node.dataset.testid || "").slice(0, 60)}"`

  function shownBox(node) {                                // what of it is not cut off by what holds it
    const box = node.getBoundingClientRect(), shown = {left: box.left, right: box.right, top: box.top, bottom: box.bottom}
    for (let at = parentOf(node); at && at !== document.body; at = parentOf(at)) {
      const style = getComputedStyle(at), edge = at.getBoundingClientRect()
      if (style.position === "fixed") break
      if (style.overflowX !== "visible") { shown.left = Math.max(shown.left, edge.left); shown.right = Math.min(shown.right, edge.right) }
      if (style.overflowY !== "visible") { shown.top = Math.max(shown.top, edge.top); shown.bottom = Math.min(shown.bottom, edge.bottom) }
    }
    return {box, shown, isFixed: within(node, "[data-testid=stHeader], [data-testid=stToolbar]")}
  }

  function standIn(node) {                                 // what is seen of an input that is drawn by something else
    const isTiny = at => at.getBoundingClientRect().width < 4 || at.getBoundingClientRect().height < 4
    if (node.matches("[type=checkbox], [type=radio]")) return node.closest("label")
    for (let at = node, k = 0; at && k < 3; at = parentOf(at), k++) if (isTiny(at)) return parentOf(at)
    return node
  }

  function controls() {
    const nodes = new Set()
    for (const node of every()) {
      if (!node.matches(CONTROLS) || !isSeen(node)) continue
      const stand = standIn(node)
      if (stand && stand.getBoundingClientRect().width >= 4) nodes.add(stand)
    }
    return [...nodes]
  }

  function labelCut(node) {
    for (const part of [node, ...node.querySelectorAll("*")]) {
      const style = getComputedStyle(part)
      if (style.overflowX !== "visible" && part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 1 && tidy(part.textContent)) return true
    }
    return false
  }

  function places() {
    const found = new Set(), wide = document.documentElement.clientWidth, all = []
    if (document.documentElement.scrollWidth > wide + 1) found.add(`the page is ${document.documentElement.scrollWidth} px wide`)
    for (const node of controls()) {
      const {box, shown, isFixed} = shownBox(node)
      if (box.left < -1 || box.right > wide + 1) found.add(`outside the window: ${nameOf(node)} from ${box.left.toFixed(0)} to ${box.right.toFixed(0)}`)
      else if (shown.right - shown.left < box.width - 1.5 && shown.bottom > shown.top && !within(node, "[data-testid=stDataFrame]")) found.add(`cut off: ${nameOf(node)}`)
      if (node.matches("button, a[href], label") && labelCut(node)) found.add(`label cut: ${nameOf(node)}`)
      if (shown.right > shown.left && shown.bottom > shown.top && !isFixed) all.push({node, shown})
    }
    all.forEach((a, k) => all.slice(k + 1).forEach(b => {
      const x = Math.min(a.shown.right, b.shown.right) - Math.max(a.shown.left, b.shown.left)
      const y = Math.min(a.shown.bottom, b.shown.bottom) - Math.max(a.shown.top, b.shown.top)
      if (x > 2 && y > 2 && !holds(a.node, b.node) && !holds(b.node, a.node)) found.add(`over each other: ${nameOf(a.node)} and ${nameOf(b.node)}`)
    }))
    return [...found]
  }

  function holds(a, b) {
    for (let at = b; at; at = parentOf(at)) if (at === a) return true
    return false
  }

  // --- focus --------------------------------------------------------------------------------------------------------

  function focused() {                                     // [what has the focus, what is wrong with its ring or null]
    let node = document.activeElement
    while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
    if (!node || node === document.body || node.matches("main") || within(node, "[data-testid=stDataFrame] canvas")) return null
    const kind = node.matches("button.play, [kind^=primary]") || within(node, "[data-testid^=stBaseButton-primary]") ? "primary" : "other"
    return {name: nameOf(node), kind, wrong: ringWrong(node)}
  }

  function holdsBox(node, box) {
    const own = node.getBoundingClientRect()
    return node === document.body || own.left <= box.left && own.right >= box.right && own.top <= box.top && own.bottom >= box.bottom
  }

  function ringWrong(node) {
    for (let at = node, k = 0; at && k < 5; at = parentOf(at), k++) {
      const style = getComputedStyle(at), box = at.getBoundingClientRect()
      if (style.outlineStyle === "none" || style.outlineStyle === "auto" || parseFloat(style.outlineWidth) < 2 || box.width < 4) continue
      let ground = parentOf(at)                            // what holds all of it
      while (!holdsBox(ground, box)) ground = parentOf(ground)
      return judge("shape", "focus ring", colourOf(style.outlineColor), ground, true)
    }
    return "no ring"
  }

  globalThis.sight = {forget: () => drawn.clear(), contrasts, sizes, places, focused}
  listen(CanvasRenderingContext2D); listen(OffscreenCanvasRenderingContext2D)
})()
