// The map along the steps of the reading: what all cells that one step reads add up to.
export function byStep(values, stepOf, steps) {
  const sums = new Float64Array(steps)
  values.forEach((value, k) => { sums[stepOf[k]] += value })
  return sums
}

// Where a bar begins and how long it is, along an axis of so many pixels; 0 lies in the middle where some are below it.
export function spanOf(value, sums, length) {
  const most = Math.max(...sums.map(Math.abs)) || 1, isSigned = sums.some(sum => sum < 0)
  const zero = isSigned ? length / 2 : 0, reach = isSigned ? length / 2 : length
  const size = Math.abs(value) / most * reach
  return [value < 0 ? zero - size : zero, size]
}

// The same place of the slice that another step reads, on the sheet of all of them.
export function sameIn(step, {row, column}, stepOf, [, columns], [tall, wide]) {
  const first = stepOf.indexOf(step), top = Math.floor(first / columns), left = first % columns
  return {row: top + row % tall, column: left + column % wide}
}
