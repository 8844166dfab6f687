// The words of files come as text and stay text (make).
import {make} from "../shared/page.js"

function drawGroup({title, rows}) {
  const head = make("th", "", title)
  head.scope = "rowgroup"; head.colSpan = 2
  const body = make("tbody", "", make("tr", "head", head))
  for (const [name, value] of rows) {
    const label = make("th", "", name)
    label.scope = "row"
    body.append(make("tr", "fact", label, make("td", "", value)))
  }
  return body
}

function narrow(root, words) {                             // rows with all the words; a group's title counts as theirs
  const asked = words.toLowerCase().split(/\s+/).filter(Boolean)
  let left = 0
  for (const body of root.querySelectorAll("tbody")) {
    const title = body.querySelector(".head").textContent
    for (const row of body.querySelectorAll(".fact")) {
      const text = `${title} ${[...row.children].map(cell => cell.textContent).join(" ")}`.toLowerCase()
      row.hidden = !asked.every(word => text.includes(word))
    }
    const here = body.querySelectorAll(".fact:not([hidden])").length
    body.hidden = here === 0
    left += here
  }
  root.querySelector(".none").hidden = left > 0
  root.dataset.rows = left
}

async function copy(root) {
  const rows = [...root.querySelectorAll(".fact:not([hidden])")]
  const text = rows.map(row => [...row.children].map(cell => cell.textContent).join("\t")).join("\n")
  const said = root.querySelector(".said")
  try {
    await navigator.clipboard.writeText(text)
    said.textContent = `${rows.length} ${rows.length === 1 ? "line" : "lines"} copied.`
  } catch {
    said.textContent = "The browser does not allow it: select the lines and copy them."
  }
}

export default function ({data, parentElement}) {
  const root = parentElement.querySelector(".facts"), search = root.querySelector("input")
  const table = root.querySelector("table")
  table.setAttribute("aria-label", data.label)
  table.replaceChildren(...data.groups.map(drawGroup))
  search.oninput = () => { root.querySelector(".said").textContent = ""; narrow(root, search.value) }
  root.querySelector(".copy").onclick = () => copy(root)
  narrow(root, search.value)
}
