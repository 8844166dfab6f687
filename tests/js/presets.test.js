import assert from "node:assert/strict"
import {test} from "node:test"
import {markPreset} from "../../medrnn/ui/components/viewer/presets.js"

const PRESETS = [{name: "file", center: 50, width: 100, voi: "SIGMOID"}, {name: "lung", center: -600, width: 1500, voi: "LINEAR"}]

test("a window is called as its preset, and keeps the name when it is changed", () => {
  const select = {dataset: {}, lastElementChild: {}}
  markPreset(select, PRESETS, {center: 1, width: 2, voi: "LINEAR"})
  assert.deepEqual([select.selectedIndex, select.lastElementChild.textContent], [2, "changed"])
  markPreset(select, PRESETS, PRESETS[1])
  assert.deepEqual([select.selectedIndex, select.dataset.name], [1, "lung"])
  markPreset(select, PRESETS, {...PRESETS[1], width: 1400})
  assert.deepEqual([select.selectedIndex, select.lastElementChild.textContent], [2, "lung, changed"])
})

test("the curve belongs to the preset", () => {
  const select = {dataset: {}, lastElementChild: {}}
  markPreset(select, PRESETS, {...PRESETS[0], voi: "LINEAR"})
  assert.equal(select.selectedIndex, 2)
})
