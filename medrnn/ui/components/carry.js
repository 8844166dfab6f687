// Puts what Python sends into the store of the page.
import {store, unpack} from "./shared/store.js"

export default function ({data}) {
  const item = unpack(data)
  store().items.set(item.name, item)
  store().dispatchEvent(new Event(item.name))
  return () => { if (store().items.get(item.name) === item) store().items.delete(item.name) }
}
