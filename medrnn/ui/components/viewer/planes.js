// The planes that a file draws over its image.
// As runs of pixels: row, from, to (the last not among them), and so on.
export function findRuns(bits, at, [rows, columns]) {
  const runs = []
  for (let row = 0; row < rows; row++) for (let k = at + row * columns, start = k, end = k + columns; k < end; k++) {
    if (!bits[k]) continue
    const from = k - start
    while (k < end && bits[k]) k++
    runs.push(row, from, k - start)
  }
  return runs
}

// Each run takes at least one screen pixel, so that thin lines stay whole where the image is drawn small.
export function paintPlanes(out, w, h, runs, {size: [rows, columns], ox, oy, zoom, tall}, scale, colour) {
  const edges = (origin, step, count, most) => {
    const edge = k => Math.ceil((origin + k * step) * scale - .5), last = edge(count) - 1
    return (from, to) => { const low = Math.min(edge(from), last); return [Math.max(0, low), Math.min(most, Math.max(low + 1, edge(to)))] }
  }
  const across = edges(ox, zoom, columns, w), down = edges(oy, zoom * tall, rows, h)
  for (let k = 0; k < runs.length; k += 3) {
    const [top, bottom] = down(runs[k], runs[k] + 1), [left, right] = across(runs[k + 1], runs[k + 2])
    if (left < right) for (let y = top; y < bottom; y++) out.fill(colour, y * w + left, y * w + right)
  }
}
