// What a picture does with what Python sends: small data at once, the arrays when the carrier has brought them.
import {Drawn} from "../shared/drawn.js"
import {store} from "../shared/store.js"

export class Carried extends Drawn {
  update(data, theme, send) {
    Object.assign(this, {data, theme, send})
    this.hear(data.name)
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

  get isReady() { return this.record && this.root.clientWidth }

  close() { this.cursor?.close(); super.close() }
}
