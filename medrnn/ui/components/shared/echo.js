const LATE = 10000                                         // ms after which an echo is not waited for any more

// Tells a wish of Python's from the echo of what the reader chose, which may come late and out of step.
export class Echo {
  constructor(wish) { this.wish = wish; this.sent = [] }

  note(value) {
    const now = performance.now()
    this.sent = [...this.sent.filter(s => now - s.at < LATE), {value, at: now}]
  }

  isNew(wish) {
    if (wish === this.wish) return false
    this.wish = wish
    const echoed = this.sent.findIndex(s => s.value === wish)
    this.sent = echoed < 0 ? [] : this.sent.slice(echoed)  // what came before it will not be echoed any more
    return echoed < 0 && wish !== null
  }
}
