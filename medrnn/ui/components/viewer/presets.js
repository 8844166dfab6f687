// The choice of a window by name. What was changed since keeps the name that it came from: "lung, changed".
export function fillPresets(select, presets) {
  select.replaceChildren(...presets.map(({name}) => new Option(name)), Object.assign(new Option(), {hidden: true}))
}

export function markPreset(select, presets, {center, width, voi}) {
  const at = presets.findIndex(p => p.center === center && p.width === width && p.voi === voi)
  if (at >= 0) select.dataset.name = presets[at].name
  else select.lastElementChild.textContent = select.dataset.name ? `${select.dataset.name}, changed` : "changed"
  select.selectedIndex = at >= 0 ? at : presets.length
}
