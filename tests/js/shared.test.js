import assert from "node:assert/strict"
import {test} from "node:test"
import {letters, nextFrame, page} from "./page.js"
import {blend, packed, rgb} from "../../medrnn/ui/components/shared/colours.js"
import {Drawn} from "../../medrnn/ui/components/shared/drawn.js"
import {lettering, wrap} from "../../medrnn/ui/components/shared/lettering.js"
import {mount} from "../../medrnn/ui/components/shared/mount.js"
import {exact, short, tidy} from "../../medrnn/ui/components/shared/numbers.js"
import {takeKey} from "../../medrnn/ui/components/shared/page.js"
import {textChunk} from "../../medrnn/ui/components/shared/png.js"
import {shortStep, stepWords} from "../../medrnn/ui/components/shared/steps.js"
import {store, unpack} from "../../medrnn/ui/components/shared/store.js"

test("what carry.pack of Python made is unpacked, wherever it lies in a message", () => {
  const made = "hAAAAHsibmFtZSI6ICJuIiwgImFycmF5cyI6IHsiYSI6IHsiZHR5cGUiOiAiaW50MTYiLCAic2hhcGUiOiBbMiwgMl0sICJhdCI6IDB9LCAiZiI6IHsi"
    + "ZHR5cGUiOiAiZmxvYXQzMiIsICJzaGFwZSI6IFsyXSwgImF0IjogOH19fSAgICAgIAEA/v8DACwBAAAAP28Sg7o="
  const message = Buffer.concat([Buffer.alloc(3), Buffer.from(made, "base64")]), bytes = new Uint8Array(message.buffer, message.byteOffset + 3, 152)
  const {name, a, f} = unpack(bytes)
  assert.equal(name, "n")
  assert.deepEqual([a.shape, a.values], [[2, 2], Int16Array.of(1, -2, 3, 300)])
  assert.deepEqual([f.shape, f.values], [[2], Float32Array.of(.5, -.001)])
})

test("a float32 is written with the fewest digits that name it", () => {
  assert.deepEqual([.1, 1 / 3, 16777216, 123456.789, -1e-7].map(Math.fround).map(exact), ["0.1", "0.33333334", "16777216", "123456.79", "-1e-7"])
  assert.deepEqual([NaN, Infinity, -3].map(exact), ["NaN", "Infinity", "-3"])
})

test("ends of scales are short, other numbers tidy", () => {
  assert.deepEqual([0, .001, .25, 1.234, 99.9, 123.4, 2e6].map(short), ["0", "1.0e-3", "0.25", "1.2", "100", "123", "2.0e+6"])
  assert.deepEqual([1234567, .1 + .2, -40].map(tidy), ["1234600", "0.3", "-40"])
})

test("colours are read, mixed and packed as the screen has them", () => {
  assert.deepEqual(rgb("#FFB000"), [255, 176, 0])
  assert.deepEqual(blend([0, 100, 200], [100, 0, 200], .25), [25, 75, 200])
  assert.equal(packed([255, 176, .4]) >>> 0, 0xff00b0ff)
})

test("words in canvases follow the presentation size, and are then at least 18 px", () => {
  assert.equal(lettering(12), "400 12px sans-serif")
  page.fontPx = 22
  assert.equal(lettering(11, 600), "600 18px sans-serif")
  assert.equal(lettering(15), "400 22px sans-serif")
  page.fontPx = 15
})

test("text is broken between words; a word that is too long stays whole", () => {
  assert.deepEqual(wrap(letters, "one two three incomprehensible four", 80), ["one two", "three", "incomprehensible", "four"])
})

test("a text chunk of PNG has its length, its UTF-8 and its CRC", () => {
  const chunk = Buffer.from(textChunk("Note", "3 \u00b5m"))
  assert.equal(chunk.readUInt32BE(0), 14)
  assert.equal(chunk.subarray(4, -4).toString("hex"), "695458744e6f746500000000003320c2b56d")
  assert.equal(chunk.readUInt32BE(22), 0xade169e7)         // by Python's zlib
})

function press(key, acts, held = {}) {
  const told = {key, ...held, prevented: false, stopped: false, preventDefault() { told.prevented = true }, stopPropagation() { told.stopped = true }}
  takeKey(told, acts)
  return [told.prevented, told.stopped]
}

test("a key that is ours is taken, r and c are kept from Streamlit, the browser has its own", () => {
  let done = 0
  const acts = {d: () => { done++ }}
  assert.deepEqual(press("d", acts), [true, true])
  assert.deepEqual(press("r", acts), [false, true])
  assert.deepEqual(press("x", acts), [false, false])
  assert.deepEqual(press("d", acts, {ctrlKey: true}), [false, false])
  assert.equal(done, 1)
})

test("a place keeps its picture over changes, and gets a new one after it was left", () => {
  const told = []
  const show = mount(class {
    constructor(host) { told.push(["new", host.id]) }
    update(data, theme, send) { told.push([data, theme.isDark, send.state, send.trigger]) }
    close() { told.push("closed") }
  })
  const host = {id: "h", style: {"--st-background-color": "#0F1720"}}, words = {parentElement: host, setStateValue: "s", setTriggerValue: "t"}
  show({data: 1, ...words})
  const leave = show({data: 2, ...words})
  leave()
  show({data: 3, ...words})
  assert.deepEqual(told, [["new", "h"], [1, true, "s", "t"], [2, true, "s", "t"], "closed", ["new", "h"], [3, true, "s", "t"]])
})

class Counted extends Drawn {
  drawn = 0; loaded = 0; isReady = true
  constructor() { super({querySelector: () => null}, ".root") }
  draw() { this.drawn++ }
  load() { this.loaded++ }
}

test("many requests are one drawing in the next frame, if there is something to draw", () => {
  const picture = new Counted()
  picture.request(); picture.request(); nextFrame()
  assert.equal(picture.drawn, 1)
  picture.isReady = false; picture.request(); nextFrame()
  picture.isReady = true; nextFrame()
  assert.equal(picture.drawn, 1)
  picture.request(); nextFrame()
  assert.equal(picture.drawn, 2)
  picture.request(); picture.close(); nextFrame()
  assert.equal(picture.drawn, 2)
})

test("a picture hears of what it waits for now, and of nothing else", () => {
  const picture = new Counted(), say = name => store().dispatchEvent(new Event(name))
  picture.hear("a", "b"); say("a"); say("b"); say("c")
  assert.equal(picture.loaded, 2)
  picture.hear("c"); say("a"); say("c")
  assert.equal(picture.loaded, 3)
  picture.close(); say("c")
  assert.equal(picture.loaded, 3)
})

test("a step is named with its frame where it reads one", () => {
  const read = {line: "slice", steps: 2, places: [["frame 3", "frame 3 of 9, H 4.0 mm"], ["frame 5", "frame 5 of 9, H 8.0 mm"]]}
  assert.deepEqual([stepWords(read, 1), shortStep(read, 1)], ["slice 2 of 2, frame 5 of 9, H 8.0 mm", "step 2, frame 5"])
  for (const places of [undefined, []]) assert.deepEqual([stepWords({line: "row", steps: 28, places}, 0), shortStep({places}, 0)], ["row 1 of 28", "step 1"])
})
