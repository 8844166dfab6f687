// Writes the browser's address without a new entry in its history.
export default function ({data, parentElement}) {
  const box = (parentElement.host ?? parentElement).closest("[data-testid=stElementContainer]")
  if (box) box.style.display = "none"                      // nothing to see, so no gap either
  const path = location.pathname.replace(/[/]+$/, "").split("/").pop()
  if (data.page ? path !== data.page : data.others.includes(path)) return   // the reader is on another page already
  const own = [...new URLSearchParams(location.search)].filter(([name]) => /^embed/i.test(name))   // Streamlit's
  const wanted = [data.query, String(new URLSearchParams(own))].filter(Boolean).join("&")
  const query = wanted ? `?${wanted}` : ""
  if (location.search !== query) history.replaceState(history.state, "", location.pathname + query + location.hash)
}
