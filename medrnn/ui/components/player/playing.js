// Plays the steps forward, one a beat, and stops at the end.
const calm = matchMedia("(prefers-reduced-motion: reduce)")
const CALM = 2                                             // steps a second where the visitor wants little motion

export class Playing {
  constructor(cursor, rateOf) { Object.assign(this, {cursor, rateOf, isOn: false}) }      // rateOf(): steps a second

  toggle() {
    const {cursor} = this
    this.isOn = !this.isOn
    if (!this.isOn) { cursor.go(cursor.step); return }
    if (cursor.step === cursor.last) cursor.stand(0)
    this.beat(performance.now())
  }

  beat(last) {
    requestAnimationFrame(now => {
      if (!this.isOn) return
      const {cursor} = this, isDue = now - last >= 1000 / (calm.matches ? CALM : this.rateOf())
      if (isDue) cursor.go(cursor.step + 1, true)
      this.isOn = cursor.step < cursor.last
      if (this.isOn) this.beat(isDue ? now : last)
      else cursor.go(cursor.step)
    })
  }

  stop() { this.isOn = false }
}
