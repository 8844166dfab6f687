// Canvases at the resolution of the screen.
export function surface(canvas, height) {                  // drawn on in CSS pixels
  const scale = devicePixelRatio, width = canvas.clientWidth, context = canvas.getContext("2d")
  if (canvas.style.height !== `${height}px`) canvas.style.height = `${height}px`
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale); canvas.height = Math.round(height * scale)
  }
  context.setTransform(scale, 0, 0, scale, 0, 0); context.imageSmoothingEnabled = false
  return [context, width, height]
}

export class Screen {                                      // a canvas whose every screen pixel is painted
  constructor(canvas) { this.canvas = canvas; this.context = canvas.getContext("2d") }

  // paint(pixels, width, height, scale), in screen pixels; after it the context draws in CSS pixels
  paint(paint) {
    const {canvas, context} = this, scale = devicePixelRatio
    const w = Math.round(canvas.clientWidth * scale), h = Math.round(canvas.clientHeight * scale)
    if (canvas.width !== w || canvas.height !== h || !this.image) {
      canvas.width = w; canvas.height = h; this.image = context.createImageData(w, h)
    }
    paint(new Uint32Array(this.image.data.buffer), w, h, scale)
    context.setTransform(1, 0, 0, 1, 0, 0); context.putImageData(this.image, 0, 0)
    context.setTransform(scale, 0, 0, scale, 0, 0)
  }
}
