// What all pictures share: they draw at most once a frame, when something changed, and hear what carriers bring.
import {store} from "./store.js"

export class Drawn {                                       // a picture has draw() and isReady, those with a carrier load()
  constructor(host, name) {
    this.find = selector => host.querySelector(selector)
    this.root = this.find(name)
    this.watch = new ResizeObserver(() => this.resized())
  }

  resized() { this.request() }

  hear(...names) {                                         // load() when a carrier has brought one of these
    this.listen?.abort(); this.listen = new AbortController()
    for (const name of names) store().addEventListener(name, () => this.load(), {signal: this.listen.signal})
  }

  request() {                                              // draw in the next frame, once
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null
      if (this.isReady) this.draw()
    })
  }

  close() { this.watch.disconnect(); this.listen?.abort(); cancelAnimationFrame(this.waiting) }
}
