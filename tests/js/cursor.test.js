import assert from "node:assert/strict"
import {test} from "node:test"
import {setTimeout as wait} from "node:timers/promises"
import "./page.js"
import {Cursor} from "../../medrnn/ui/components/player/cursor.js"
import {Echo} from "../../medrnn/ui/components/shared/echo.js"
import {store} from "../../medrnn/ui/components/shared/store.js"

test("a late echo is no wish, and what came before it will not be echoed any more", () => {
  const echo = new Echo(null)
  for (const step of [1, 2, 3]) echo.note(step)
  assert.equal(echo.isNew(2), false)
  assert.equal(echo.isNew(1), true)                        // not sent after 2: so it is a wish
  assert.equal(echo.isNew(1), false)                       // the same again says nothing new
  assert.equal(echo.isNew(null), false)
})

test("an echo is waited for ten seconds", t => {
  const echo = new Echo(0)
  let now = 1000
  t.mock.method(performance, "now", () => now)
  echo.note(5); now += 10_000; echo.note(6)
  assert.equal(echo.isNew(5), true)
})

function cursorOf(link, start = null) {
  const found = {moved: 0, rested: []}, cursor = new Cursor(() => { found.moved++ }, step => found.rested.push(step))
  cursor.open({link, start, steps: 28})
  return [cursor, found]
}

test("it begins at the last step, or where Python says, and stays within the steps", () => {
  assert.equal(cursorOf(null)[0].step, 27)
  const [cursor] = cursorOf(null, 4)
  assert.equal(cursor.step, 4)
  cursor.stand(99); assert.equal(cursor.step, 27)
  cursor.stand(-1); assert.equal(cursor.step, 0)
})

test("pictures with one link share the step, others do not", () => {
  const [a] = cursorOf("x"), [b] = cursorOf("x"), [other] = cursorOf("y")
  a.go(5)
  assert.deepEqual([a.step, b.step, other.step], [5, 5, 27])
  const [late] = cursorOf("x")
  assert.equal(late.step, 5)                               // comes to where the others stand
  for (const cursor of [a, b, other, late]) cursor.close()
  assert.equal(store().items.size, 0)                      // nothing stays behind
})

test("only the one in which the reader acts tells Python, once, where he came to rest", async () => {
  const [a, heardByA] = cursorOf("x"), [b, heardByB] = cursorOf("x")
  a.go(3); a.go(4); b.go(6)
  await wait(400)
  assert.deepEqual([heardByA.rested, heardByB.rested], [[], [6]])
  a.wish(6); assert.equal(a.step, 6)                       // the echo reaches any of them
  a.go(9)
  a.wish(6); assert.equal(a.step, 9)
  a.wish(2); assert.deepEqual([a.step, b.step], [2, 2])    // a wish moves all
  a.close(); b.close()
})

test("while it plays nothing is told", async () => {
  const [cursor, heard] = cursorOf(null, 0)
  cursor.go(1); cursor.go(2, true)
  await wait(400)
  assert.deepEqual(heard.rested, [])
  cursor.close()
})
