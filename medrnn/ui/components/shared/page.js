// Nodes and keys of the page.
export function make(tag, className, ...children) {        // children may be text from users: never read as markup
  const node = document.createElement(tag)
  node.className = className
  node.append(...children)
  return node
}

// Streamlit's own shortcuts are r and c; a key with Ctrl, Alt or Meta belongs to the browser.
export function takeKey(event, acts) {
  if (event.ctrlKey || event.altKey || event.metaKey) return
  const act = acts[event.key]
  if (act) { act(); event.preventDefault() }
  if (act || "rRcC".includes(event.key)) event.stopPropagation()
}
