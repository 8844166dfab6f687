// How the heat maps are looked at: values or their change, the scale of most units or the whole one.
import {short} from "../shared/numbers.js"
import {make} from "../shared/page.js"


// The gate as it is drawn now: its values or their change, to the scale of most units or to the largest value.
export function shownGate(gate, isChange, isFull) {
  const ends = isChange ? gate.change : gate, beyond = isFull ? [] : ends.beyond
  const look = {...gate, limit: isFull ? ends.full : ends.limit, full: ends.full, beyond, clipped: ends.beyond}
  if (!isChange) return look
  return {...look, signed: true, name: `\u0394${gate.symbol}`, meaning: `${gate.meaning.split(":")[0]}: change since the last step`}
}

// A mark beside each unit that lies beyond the scale; the head is 22 px high.
export function marksOf({beyond}, units, nameOf) {
  return beyond.map(([place, peak]) => {
    const mark = make("i", "mark", "\u25c0")
    mark.style.top = `calc(22px + (100% - 22px) * ${(place + .5) / units})`
    mark.title = `unit ${nameOf(place)}: up to ${short(peak)}`
    return mark
  })
}

export function beyondWords(gates, nameOf) {               // "C unit 41 (up to 8.1), i units 3, 9 and 2 more (up to 0.4)"
  return gates.filter(gate => gate.clipped.length).map(({name, symbol, clipped}) => {
    const some = clipped.slice(0, 3).map(([place]) => nameOf(place)).join(", "), more = clipped.length - 3
    return `${name ?? symbol} unit${clipped.length > 1 ? "s" : ""} ${some}${more > 0 ? ` and ${more} more` : ""} (up to ${short(clipped[0][1])})`
  }).join("; ")
}
