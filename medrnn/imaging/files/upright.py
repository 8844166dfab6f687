"""Pictures stored mirrored or turned are brought upright, as their header asks (TIFF 6.0, and EXIF, tag 274)."""

import numpy as np
from PIL import Image

from medrnn.types import Applied

ORIENTATION = 274
_FLIPPED = {
    2: (2,),
    3: (1, 2),
    4: (1,),
    5: (),
    6: (2,),
    7: (1, 2),
    8: (1,),
}  # axes, after rows and columns changed


def orientation_of(image: Image.Image) -> int:
    """1 to 8 from the EXIF or XMP of a picture; 1, upright, where nothing sensible is said."""
    found = image.getexif().get(ORIENTATION)
    return found if found in _FLIPPED else 1


def is_lying(orientation: int) -> bool:
    """True where rows and columns change places."""
    return orientation in (5, 6, 7, 8)


def turn_up(frames: np.ndarray, orientation: int) -> tuple[np.ndarray, tuple[Applied, ...]]:
    """Frames upright, and what was done to them.

    Args:
        frames: (frame, row, column) or (frame, row, column, 3) as stored.
        orientation: 1 to 8: where the first row and column of the stored picture lie when it is seen; others are 1.
    """
    if orientation not in _FLIPPED:
        return frames, ()
    turned = frames.swapaxes(1, 2) if is_lying(orientation) else frames
    return np.flip(turned, _FLIPPED[orientation]), (Applied("turn", (("to", "upright"),)),)
