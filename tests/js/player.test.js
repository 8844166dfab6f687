import assert from "node:assert/strict"
import {test} from "node:test"
import "./page.js"
import {changesOf, meansOf, rampOf} from "../../medrnn/ui/components/player/heatmaps.js"
import {beyondWords, shownGate} from "../../medrnn/ui/components/player/looks.js"
import {levelOfAnswer, unread} from "../../medrnn/ui/components/player/panels.js"
import {near} from "./near.js"

const COLOURS = {negative: "#0000FF", paper: "#FFFFFF", positive: "#FF0000", under: "#000080", over: "#800000", gates: {i: "#000000", C: "#000000"}}

test("a signed scale has paper at 0 and other colours beyond its ends", () => {
  const ramp = rampOf({signed: true, limit: 2, symbol: "C"}, COLOURS), colour = v => ramp(v) >>> 0
  assert.deepEqual([-2, 0, 2].map(colour), [0xffff0000, 0xffffffff, 0xff0000ff])
  assert.deepEqual([-2.1, 2.1].map(colour), [0xff800000, 0xff000080])
  assert.equal(colour(NaN), 0xffffffff)
  assert.equal(colour(1), 0xff8080ff)                      // half way: 127.5, rounded
})

test("a gate runs from paper to its own colour", () => {
  const ramp = rampOf({signed: false, limit: 1, symbol: "i"}, COLOURS)
  assert.deepEqual([0, .5, 1, 3].map(v => ramp(v) >>> 0), [0xffffffff, 0xff808080, 0xff000000, 0xff000000])
})

test("means are over units, for each gate and step", () => {
  near(meansOf({values: Float32Array.of(1, 3, 5, 7, 0, 0, -2, 4), shape: [2, 2, 2]}), [[2, 6], [0, 1]])
})

test("the change is that since the step read before, forward or backward", () => {
  const states = {values: Float32Array.of(1, 2, 4, 8, 9, 7), shape: [1, 3, 2]}   // 3 steps of 2 units
  assert.deepEqual([...changesOf(states, false).values], [NaN, NaN, 3, 6, 5, -1])
  assert.deepEqual([...changesOf(states, true).values], [-3, -6, -5, 1, NaN, NaN])
})

const GATE = {symbol: "C", meaning: "memory: what is kept", signed: false, limit: 1, full: 8, beyond: [[3, 8]], change: {limit: .5, full: 4, beyond: []}}

test("a gate is looked at as values or change, to the scale of most or to the whole one", () => {
  const told = ({limit, beyond, signed, name}) => [limit, beyond.length, signed, name]
  assert.deepEqual(told(shownGate(GATE, false, false)), [1, 1, false, undefined])
  assert.deepEqual(told(shownGate(GATE, false, true)), [8, 0, false, undefined])
  assert.deepEqual(told(shownGate(GATE, true, false)), [.5, 0, true, "\u0394C"])
  assert.equal(shownGate(GATE, true, false).meaning, "memory: change since the last step")
})

test("what lies beyond the scale is said in words", () => {
  const clipped = [[3, 8], [5, 7], [1, 6], [0, 5], [2, 4]], nameOf = place => 10 + place
  assert.equal(beyondWords([{symbol: "C", clipped}, {symbol: "i", clipped: []}, {symbol: "o", clipped: [[2, .25]]}], nameOf),
    "C units 13, 15, 11 and 2 more (up to 8); o unit 12 (up to 0.25)")
})

test("what is not read yet lies after the step, or before it where the network reads backward", () => {
  assert.deepEqual(unread(2, 10, 5, false), [15, 0, 35])
  assert.deepEqual(unread(2, 10, 5, true), [0, 0, 10])
})

test("a probability's height leaves five pixels above and below", () => {
  near([0, .5, 1].map(p => levelOfAnswer(p, 84)), [79, 42, 5])
})
