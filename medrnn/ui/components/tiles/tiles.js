// One stop of the tab key for all tiles; the arrow keys move among them, Enter and Space press, as on every button.
import {clamp} from "../shared/numbers.js"
import {make} from "../shared/page.js"
import {store} from "../shared/store.js"

const homes = new WeakMap()                                // what is shown in which place

function addressOf(home, id, bytes) {                      // a picture stays as long as the component
  const known = home.pictures.get(id)
  if (known?.bytes === bytes) return known.url
  if (known) URL.revokeObjectURL(known.url)
  const url = URL.createObjectURL(new Blob([bytes], {type: "image/png"}))
  home.pictures.set(id, {bytes, url})
  return url
}

function drawTile(home, tile, item, chosen) {
  const words = make("span", "", tile.title)
  if (tile.detail) words.append(make("small", "", tile.detail))
  const picture = make("img", ""), button = make("button", "tile", picture, words)
  picture.alt = ""                                         // the name stands beneath it
  if (item?.[tile.id]) picture.src = addressOf(home, tile.id, item[tile.id].values)
  button.type = "button"; button.dataset.id = tile.id; button.title = tile.about
  button.setAttribute("aria-label", [tile.title, tile.detail].filter(Boolean).join(", "))
  button.setAttribute("aria-pressed", String(tile.id === chosen))
  button.onclick = () => home.send("picked", tile.id)
  return button
}

function step(buttons, at, key) {                          // where an arrow key leads, by what the eye sees
  const here = buttons[at].getBoundingClientRect(), row = k => buttons[k].getBoundingClientRect().top
  const columns = buttons.filter((_, k) => Math.abs(row(k) - row(0)) < 2).length
  const to = {ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - columns, ArrowDown: at + columns, Home: 0,
    End: buttons.length - 1}[key]
  return here && to !== undefined ? clamp(to, 0, buttons.length - 1) : undefined
}

function aim(buttons, at) { buttons.forEach((button, k) => { button.tabIndex = k === at ? 0 : -1 }) }

export default function ({data, parentElement, setTriggerValue}) {
  const group = parentElement.querySelector(".tiles"), item = store().items.get(data.name)
  const home = homes.get(parentElement) ?? {pictures: new Map()}
  homes.set(parentElement, home)
  home.listen?.abort()                                     // this runs again for every change, the end only once
  home.listen = new AbortController()
  home.send = setTriggerValue
  const had = group.contains(group.getRootNode().activeElement) ? group.getRootNode().activeElement.dataset.id : null
  group.style.setProperty("--side", `calc(${data.side}rem / 15)`)
  group.classList.toggle("list", data.is_list)
  group.setAttribute("aria-label", `${data.label}: arrow keys move, Enter opens`)
  const draw = found => {
    const buttons = data.tiles.map(tile => drawTile(home, tile, found, data.chosen))
    group.replaceChildren(...buttons)
    const at = data.tiles.findIndex(tile => tile.id === (had ?? data.chosen))
    aim(buttons, Math.max(0, at))
    if (had && at >= 0) buttons[at].focus()
    const box = buttons[at]
    if (data.is_list && box) group.scrollLeft = box.offsetLeft - group.offsetLeft - group.clientWidth / 2 + box.offsetWidth / 2
    group.onkeydown = event => {
      const now = buttons.indexOf(event.target), to = step(buttons, Math.max(0, now), event.key)
      if (to !== undefined) { aim(buttons, to); buttons[to].focus(); event.preventDefault() }
      if (to !== undefined || "rRcC".includes(event.key)) event.stopPropagation()
    }
  }
  draw(item)
  store().addEventListener(data.name, () => draw(store().items.get(data.name)), {signal: home.listen.signal})
  return () => {
    home.listen.abort()
    for (const {url} of home.pictures.values()) URL.revokeObjectURL(url)
    homes.delete(parentElement)
  }
}
