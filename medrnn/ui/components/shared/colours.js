// Colours, and the theme that is on.
export const ORANGE = "#FFB000"                            // the cursor colour on images, which are black
export const rgb = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16))
export const blend = (a, b, t) => a.map((x, i) => x + (b[i] - x) * t)
export const packed = colour => {                          // a screen pixel
  const [r, g, b] = colour.map(Math.round)
  return 0xff000000 | b << 16 | g << 8 | r
}

export function themeOf(parentElement) {                   // the theme that is on, as canvas colours
  const style = getComputedStyle(parentElement.host ?? parentElement)
  const read = (name, spare) => style.getPropertyValue(name).trim() || spare
  const page = read("--st-background-color", "#FFFFFF")
  return {page, ink: read("--st-text-color", "#101820"), line: read("--st-border-color", "#CBD5DE"),
    primary: read("--st-link-color", "#0B6B74"), isDark: rgb(page)[0] < 128}
}
