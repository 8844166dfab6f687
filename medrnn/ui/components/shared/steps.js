// A step in words, with the frame of the file that it reads where a step is a slice. Steps count from 1 on the screen.
// places: of each step [its frame shortly, and with all that is known of it], in Python's words; empty for an image.
export const stepWords = ({line, steps, places}, step) => [`${line} ${step + 1} of ${steps}`, ...(places?.[step]?.slice(1) ?? [])].join(", ")
export const shortStep = ({places}, step) => [`step ${step + 1}`, ...(places?.[step]?.slice(0, 1) ?? [])].join(", ")
