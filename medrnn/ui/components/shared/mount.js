// What Streamlit calls: with the same place again for every change of the data or the theme, and once at the end.
import {themeOf} from "./colours.js"

// Picture: has update(data, theme, send) and close(); send: {trigger, state}
export function mount(Picture) {
  const shown = new WeakMap()
  return ({data, parentElement, setTriggerValue, setStateValue}) => {
    const picture = shown.get(parentElement) ?? new Picture(parentElement)
    shown.set(parentElement, picture)
    picture.update(data, themeOf(parentElement), {trigger: setTriggerValue, state: setStateValue})
    return () => { picture.close(); shown.delete(parentElement) }
  }
}
