// The step: the reader moves it, pictures with the same link share it in the browser, Python hears where it rests.
import {Echo} from "../shared/echo.js"
import {clamp} from "../shared/numbers.js"
import {Rest} from "../shared/rest.js"
import {store} from "../shared/store.js"

export class Cursor {
  constructor(onMove, onRest) {
    Object.assign(this, {onMove, onRest, step: 0, last: 0, link: null, echo: new Echo(null), resting: new Rest()})
    this.hear = ({detail: {from, step, isKnown}}) => {
      if (from === this) return
      if (isKnown) this.echo.note(step)
      else this.follow(step)
    }
  }

  open({link, start, steps}) {                             // where the others stand, unless Python asks for another step
    const isSame = Boolean(link) && link === this.link, isWish = isSame && this.echo.isNew(start)
    if (!isSame) { this.resting.drop(); this.join(link); this.echo = new Echo(start) }
    this.last = steps - 1
    if (isWish) this.say(start, true)
    this.stand(isWish ? start : this.shared?.step ?? start ?? this.last)
  }

  wish(start) { if (this.echo.isNew(start)) { this.say(start, true); this.stand(start) } }

  go(step, isPlaying = false) {                            // the reader's own doing
    this.stand(step)
    if (isPlaying) this.resting.drop()
    else this.resting.wait(() => this.rest())
  }

  stand(step) {
    this.step = clamp(step, 0, this.last)
    if (this.shared && this.shared.step !== this.step) { this.shared.step = this.step; this.say(this.step) }
    this.onMove()
  }

  rest() {                                                 // the echo may reach any of the linked ones
    this.echo.note(this.step); this.say(this.step, true)
    this.onRest(this.step)
  }

  follow(step) {                                           // the one that the reader acts in tells Python
    this.resting.drop()
    this.step = clamp(step, 0, this.last)
    this.onMove()
  }

  // --- the link -----------------------------------------------------------------------------------------------------

  get event() { return `step/${this.link}` }
  get shared() { return this.link ? store().items.get(this.event) : null }
  say(step, isKnown = false) {
    if (this.link) store().dispatchEvent(new CustomEvent(this.event, {detail: {from: this, step, isKnown}}))
  }

  join(link) {
    this.leave()
    this.link = link ?? null
    if (!this.link) return
    if (!this.shared) store().items.set(this.event, {step: null, members: 0})
    this.shared.members++
    store().addEventListener(this.event, this.hear)
  }

  leave() {
    if (!this.link) return
    store().removeEventListener(this.event, this.hear)
    if (--this.shared.members === 0) store().items.delete(this.event)
    this.link = null
  }

  close() { this.resting.drop(); this.leave() }
}
