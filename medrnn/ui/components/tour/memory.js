// What the browser remembers of the tour: a visitor who skipped or finished it is never asked again.
const NAME = "medrnn-tour", DONE = "done"

const kept = (where, act) => { try { return act(where()) } catch { return null } }        // where storage is forbidden it asks again
const read = where => kept(where, box => box.getItem(NAME))
const write = (where, text) => kept(where, box => box.setItem(NAME, text))
const lasting = () => localStorage, ofTab = () => sessionStorage

export const isDone = () => read(lasting) === DONE
export const placeOf = stops => {                          // where it stands, from 0; -1 where it is over
  if (isDone()) return -1
  const at = Number.parseInt(read(lasting) ?? "0", 10)
  return at >= 0 && at < stops ? at : 0
}
export const keep = at => write(lasting, String(at))
export const end = () => write(lasting, DONE)

export function isAsked(count) {                           // Python counts how often the visitor asked for it; each counts once
  const before = read(ofTab) ?? "0"
  write(ofTab, String(count))
  return count > 0 && String(count) !== before
}
