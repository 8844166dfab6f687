// Tells Python when the theme or the size of the text is another than that for which the page was made.
import {themeOf} from "./shared/colours.js"
import {larger} from "./shared/lettering.js"

export default function ({data, parentElement, setTriggerValue}) {
  const {isDark} = themeOf(parentElement), text = larger()
  if (isDark !== data.is_dark || text > 1 !== data.is_drawn_large) setTriggerValue("changed", {isDark, text})
}
