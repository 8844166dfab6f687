// What a picture does with what Python sends: small data at once, the arrays when the carrier has brought them.
class Carried {
  update(data, theme, send) {
    Object.assign(this, {data, theme, send})
    this.listen?.abort(); this.listen = new AbortController()
    store().addEventListener(data.name, () => this.load(), {signal: this.listen.signal})
    this.load()
  }

  load() {
    const {data, theme} = this, item = store().items.get(data.name)
    if (item?.digest !== data.digest) return               // the carrier has not come yet
    const isFresh = data.digest !== this.record?.digest, isRestyled = theme.page !== this.colours?.page
    this.record = this.join(data, item)
    this.colours = {...data.colours[theme.isDark ? "dark" : "light"], ...theme}
    if (isFresh) this.open()
    else this.follow()
    if (isFresh || isRestyled) this.build()
    this.request()
  }

  request() {                                              // draw in the next frame, once
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null
      if (this.record && this.root.clientWidth) this.draw()
    })
  }

  close() { this.listen.abort(); this.cursor.close(); cancelAnimationFrame(this.waiting); this.watch.disconnect() }
}
