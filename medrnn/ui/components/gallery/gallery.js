// Small pictures with their names; a press says which.
const shown = new WeakMap()                                // the pictures' addresses, to be given back

export default function ({parentElement, data, setTriggerValue}) {
  const root = parentElement.querySelector(".gallery"), {entries, pictures} = unpack(data), addresses = []
  const draw = ({id, title, help, from, to}) => {
    const image = make("img", ""), button = make("button", "", image, title)
    addresses.push(image.src = URL.createObjectURL(new Blob([pictures.values.subarray(from, to)], {type: "image/png"})))
    Object.assign(image, {alt: ""})
    Object.assign(button, {title: help, type: "button", onclick: () => setTriggerValue("pressed", id)})
    return button
  }
  const forget = () => (shown.get(root) ?? []).forEach(address => URL.revokeObjectURL(address))
  forget()
  root.replaceChildren(...entries.map(draw))
  shown.set(root, addresses)
  return forget
}
