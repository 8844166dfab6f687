// What the modules ask of a browser's page, as far as tests without a browser need it.
export const page = {fontPx: 15, frames: []}

globalThis.document = {documentElement: {}}
globalThis.getComputedStyle = node => ({fontSize: `${page.fontPx}px`, getPropertyValue: name => node.style?.[name] ?? ""})
globalThis.requestAnimationFrame = act => page.frames.push(act)
globalThis.cancelAnimationFrame = id => { page.frames[id - 1] = () => {} }
globalThis.ResizeObserver = class { disconnect() {} }
globalThis.CustomEvent ??= class extends Event {           // node 18 has none
  constructor(type, {detail}) { super(type); this.detail = detail }
}

export function nextFrame() {                              // runs what waits for it
  page.frames.splice(0).forEach(act => act(performance.now()))
}

export const letters = {                                   // a canvas on which each letter is 10 px wide
  measureText: text => ({width: 10 * text.length}), fillRect() {}, fillText() {},
}
