// The guided tour: a card in the corner and a ring round what it speaks of. The page stays usable beside it.
import {mount} from "../shared/mount.js"
import {end, isAsked, keep, placeOf} from "./memory.js"

const ROOM = 6, EVERY_MS = 300                             // CSS pixels round what is shown; how often it is looked for

class Tour {
  constructor(host) {
    this.find = selector => host.querySelector(selector)
    this.card = this.find(".tour"); this.ring = this.find(".ring")
    const box = (host.host ?? host).closest("[data-testid=stElementContainer]")
    if (box) box.style.position = "absolute"               // it takes no room on the page
    this.find(".skip").onclick = () => this.over()
    this.find(".back").onclick = () => this.go(this.at - 1)
    this.find(".next").onclick = () => this.at + 1 < this.stops.length ? this.go(this.at + 1) : this.over()
    this.card.onkeydown = event => { if (event.key === "Escape") { event.stopPropagation(); this.over() } }
    this.timer = setInterval(() => this.point(), EVERY_MS)
  }

  update(data, _theme, send) {
    Object.assign(this, {send, stops: data.stops, page: data.page})
    if (isAsked(data.asked)) this.begin()
    this.at = placeOf(this.stops.length)
    this.draw()
  }

  begin() {                                                // asked for on another page: it leads to the first stop's
    keep(0)
    if (this.stops[0].page !== this.page) this.send.trigger("go", this.stops[0].page)
  }

  over() { end(); this.at = -1; this.draw() }

  go(at) {                                                 // the next stop may be on another page
    this.at = at; keep(at); this.draw()
    if (this.stops[at].page !== this.page) this.send.trigger("go", this.stops[at].page)
  }

  draw() {
    const {at, stops} = this
    this.card.hidden = at < 0
    this.point()
    if (at < 0) return
    const {title, says} = stops[at], isLast = at + 1 === stops.length
    this.find(".count").textContent = `Tour, ${at + 1} of ${stops.length}`
    this.find("h2").textContent = title; this.find("p").textContent = says
    this.find(".back").hidden = at === 0; this.find(".skip").hidden = isLast
    this.find(".next").textContent = isLast ? "Done" : at === 0 ? "Start" : "Next"
    this.card.dataset.at = at
  }

  point() {                                                // what is shown may come later, move or go
    const {at, stops, page, ring} = this, stop = stops?.[at]
    const target = stop?.target && stop.page === page ? document.querySelector(stop.target) : null
    const box = target?.getBoundingClientRect()
    ring.hidden = !box?.width
    if (ring.hidden) return
    Object.assign(ring.style, {left: `${box.left - ROOM}px`, top: `${box.top - ROOM}px`,
      width: `${box.width + 2 * ROOM - 6}px`, height: `${box.height + 2 * ROOM - 6}px`})
  }

  close() { clearInterval(this.timer) }
}

export default mount(Tour)
