// Python hears where the reader came to rest, and not of the way there.
export const REST = 250                                    // ms

export class Rest {
  wait(act) { this.drop(); this.timer = setTimeout(act, REST) }
  drop() { clearTimeout(this.timer) }
}
