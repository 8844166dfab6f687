"""A decoded file as the small pictures that a set may be made of: its centred square at a few sizes, by every cut."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from medrnn import sequences
from medrnn.config import CUTS
from medrnn.config.reading import read_slices
from medrnn.types import Study

SIDES = (28, 64, 128)
MOST_FILE_SLICES = 32  # of a volume in a file; more are brought to so many
MOST_FRAMES = 1_000  # of a volume that are looked at


@dataclass(frozen=True, eq=False)
class Drawn:
    """The pictures of one file.

    Attributes:
        pictures: (side, cut) to (row, column) uint8, or (row, column, 3) where its channels differ; the cut of a
            single image is "none".
        size: (rows, columns) of the original.
        frames: of the original.
    """

    pictures: Mapping[tuple[int, str], np.ndarray]
    size: tuple[int, int]
    frames: int

    @property
    def nbytes(self) -> int:
        """Of all pictures."""
        return sum(one.nbytes for one in self.pictures.values())


def _draw(study: Study, frame: int, sides: tuple[int, ...]) -> dict[int, np.ndarray]:
    """Side to (row, column[, 3]) float32 in [0, 1]: as ``sequences.read_study`` draws it, seen once for all sizes."""
    crop = sequences.check_crop(study, sequences.center_square(study))
    is_colour = study.is_colour and sequences.source_of(study, frame).is_colour
    picture = sequences.colour(study, frame) if is_colour else sequences.grey(study, frame, from_colour=True)
    return {side: sequences.resize(picture, crop, (side, side)) for side in sides}


def _rounded(grid: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.rint(255 * grid).astype(np.uint8)
    return found


def cut(frames: np.ndarray, how: str) -> np.ndarray:
    """One picture of the slices of a volume.

    Args:
        frames: (slice, row, column[, 3]).
        how: a key of ``CUTS`` but "none".

    Returns:
        (row, column[, 3]) of the same kind; of whole numbers the rounded mean.
    """
    if how == "slices":
        return sheet(frames, min(len(frames), MOST_FILE_SLICES))
    if how == "middle":
        middle: np.ndarray = frames[len(frames) // 2]
        return middle
    if how == "maximum":
        largest: np.ndarray = frames.max(0)
        return largest
    mean = frames.mean(0)
    found: np.ndarray = (np.rint(mean) if frames.dtype.kind in "iu" else mean).astype(frames.dtype)
    return found


def sheet(frames: np.ndarray, count: int = 0) -> np.ndarray:
    """Slices side by side, as ``config.reading.read_slices`` has them.

    Args:
        frames: (slice, row, column[, 3]) of square slices.
        count: to how many they are brought, spread from the first to the last, between two by the mean weighted by
            their distance; 0 for as many as there are.

    Returns:
        (row, column[, 3]) of the same kind.
    """
    if count and count != len(frames):
        at = np.linspace(0, len(frames) - 1, count)
        low = np.minimum(at.astype(int), max(len(frames) - 2, 0))
        share = (at - low).reshape(-1, *[1] * (frames.ndim - 1))
        mixed = (1 - share) * frames[low] + share * frames[np.minimum(low + 1, len(frames) - 1)]
        frames = (np.rint(mixed) if frames.dtype.kind in "iu" else mixed).astype(frames.dtype)
    channels = "rgb" if frames.ndim == 4 else "grey"
    config = replace(read_slices(len(frames), frames.shape[1]), channels=channels)
    return sequences.place(frames.reshape(len(frames), -1), config)


def draw(study: Study, sides: tuple[int, ...] = SIDES) -> Drawn:
    """The pictures of a study.

    Args:
        study: an image or a volume.
        sides: which sizes.

    Raises:
        ReadingError: it has fewer than two rows or columns.
    """
    size = (study.rows, study.columns)
    if study.frames == 1:
        made = _draw(study, 0, sides)
        return Drawn({(side, "none"): _rounded(one) for side, one in made.items()}, size, 1)
    drawn = [_draw(study, k, sides) for k in range(min(study.frames, MOST_FRAMES))]
    pictures = {
        (side, how): _rounded(cut(np.stack([one[side] for one in drawn]), how))
        for side in sides
        for how in CUTS
        if how != "none"
    }
    return Drawn(pictures, size, study.frames)
