// Equal but for rounding; each number within 1e-9 of the expected one, relative to its size.
import assert from "node:assert/strict"

export function near(found, expected, within = 1e-9) {
  const a = [found].flat(Infinity), b = [expected].flat(Infinity)
  assert.equal(a.length, b.length)
  a.forEach((v, k) => assert.ok(Math.abs(v - b[k]) <= within * Math.max(1, Math.abs(b[k])), `at ${k}: expected ${b[k]}, got ${v}`))
}
