// Numbers: kept within bounds, and written with the digits that matter.
export const clamp = (v, low, high) => Math.max(low, Math.min(high, v))
export const tidy = value => String(+value.toPrecision(5))

export function exact(value) {                             // the fewest digits that name this float32 (or integer)
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value)
  for (let digits = 1; digits < 9; digits++)
    if (Math.fround(+value.toPrecision(digits)) === value) return String(+value.toPrecision(digits))
  return String(+value.toPrecision(9))
}

export function short(value) {                             // the end of a scale, in two or three digits
  const size = Math.abs(value)
  if (size === 0) return "0"
  if (size >= 1e6 || size < .01) return value.toExponential(1)
  return String(size >= 100 ? Math.round(value) : +value.toPrecision(2))
}
