import assert from "node:assert/strict"
import {test} from "node:test"
import {ownStep, sharedStep} from "../../medrnn/ui/components/columns/places.js"

test("a shorter reading stands where the same share of it is read", () => {
  assert.deepEqual([0, 6, 7, 13, 27].map(step => ownStep(step, 28, 4)), [0, 0, 1, 1, 3])
  assert.deepEqual([0, 1, 2].map(step => ownStep(step, 3, 3)), [0, 1, 2])
})

test("a click goes where that reading stands at the step that was clicked, whatever the lengths", () => {
  for (const steps of [1, 2, 7, 16, 28, 224, 784])
    for (let count = 1; count <= steps; count++)
      for (let own = 0; own < count; own++) {
        const step = sharedStep(own, count, steps)
        assert.ok(step >= 0 && step < steps)
        assert.equal(ownStep(step, steps, count), own)
        if (step + 1 < steps) assert.equal(ownStep(step + 1, steps, count), own + 1) // the last one of its share
      }
})
