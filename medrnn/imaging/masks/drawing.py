"""Polygons and boxes to the pixels whose centres lie inside."""

from collections.abc import Sequence

import numpy as np

from medrnn.errors import ImageError
from medrnn.types import Mask, Study

MOST_CORNERS = 10_000
FARTHEST = 1e6  # pixels
NAME = "drawn region"

Shape = Sequence[float] | Sequence[Sequence[float]] | np.ndarray


def _corners(shape: Shape) -> np.ndarray:
    """(corner, 2) float64 x, y of a polygon, or of a box given as x, y, width, height.

    Raises:
        ImageError: neither of the two, or not finite.
    """
    made = np.asarray(shape, np.float64)
    if made.shape == (4,):
        x, y, width, height = made
        made = np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
    if made.ndim != 2 or made.shape[1] != 2 or not 3 <= len(made) <= MOST_CORNERS:
        raise ImageError(
            f"Expected a polygon of 3 to {MOST_CORNERS:,} corners (x, y), or a box (x, y, width, height), got "
            f"an array of shape {made.shape}. Draw it again."
        )
    if not (np.abs(made) <= FARTHEST).all():
        raise ImageError(
            "Expected corners near the image, got one that is far away or no number. Draw it again."
        )
    return made


def fill_polygon(corners: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """The pixels whose centre lies inside a polygon by the even-odd rule; one on a left or upper edge is inside.

    Args:
        corners: (corner, 2) x, y in image pixels: the centre of column c, row r lies at (c + 0.5, r + 0.5).
        rows: height of the image in pixels; what lies outside is cut off.
        columns: its width in pixels.

    Returns:
        (row, column) bool.
    """
    toggles = np.zeros((rows, columns + 1), bool)
    middle = np.arange(rows) + 0.5
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        crossed = np.flatnonzero((y0 > middle) != (y1 > middle))
        if crossed.size:
            at = x0 + (middle[crossed] - y0) * ((x1 - x0) / (y1 - y0))
            toggles[crossed, np.clip(np.ceil(at - 0.5), 0, columns).astype(np.int64)] ^= True
    return np.logical_xor.accumulate(toggles[:, :0:-1], axis=1)[:, ::-1]  # edges to the right of each centre


def draw_mask(study: Study, frame: int, shapes: Sequence[Shape], onto: Mask | None = None) -> Mask:
    """Rasterise polygons and boxes to label 1 of a mask.

    Args:
        study: whose grid is used.
        frame: on which to draw, counted from 0.
        shapes: polygons, (corner, 2) x, y in image pixels, and boxes, x, y, width, height; together they make
            up the region.
        onto: a drawn mask of the same study that the region is added to.

    Returns:
        Mask with the source "drawn".

    Raises:
        ImageError: no such frame, a shape that is none, or no pixel's centre inside.
    """
    if not 0 <= frame < study.frames:
        raise ImageError(f"Expected a frame from 0 to {study.frames - 1}, got {frame}. Choose another frame.")
    if onto is not None and (onto.study_key != study.key or onto.source != "drawn"):
        raise ImageError("Expected a drawn mask of this image to add to, got another. Begin a new one.")
    inside = np.zeros((study.rows, study.columns), bool)
    for shape in shapes:
        inside |= fill_polygon(_corners(shape), study.rows, study.columns)
    if not inside.any():
        raise ImageError("Expected a region with a pixel's centre inside, got none. Draw a larger one.")
    labels = np.zeros(study.stored.shape[:3], np.uint8) if onto is None else onto.labels.copy()
    labels[frame][inside] = 1
    return Mask(study.key, labels, (NAME,), "drawn")
