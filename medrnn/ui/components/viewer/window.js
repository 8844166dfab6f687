// The window that a drag makes.
const FINE = 300                                           // a drag of so many CSS pixels changes the window by its width

// From where the drag began to the right: wider; down: higher. usual: the image's own width, so that each drags alike.
export function draggedWindow({center, width}, right, down, usual) {
  const unit = usual / FINE
  return [center + down * unit, Math.max(unit, width + right * unit)]
}
