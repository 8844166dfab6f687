"""Concepts that need no data from outside: images of the set, each changed in one way that a person can name."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from medrnn.datasets.planted import profile

Change = Callable[[np.ndarray, np.random.Generator, np.ndarray], np.ndarray]
SPOT, HEIGHT = 1 / 16, 0.3  # radius of a spot as a share of the side; of the range
NOISE, GREY, TURN = 0.1, 0.15, 12.0  # of the range; of the range; degrees


@dataclass(frozen=True)
class Concept:
    """One way to change images.

    Attributes:
        title: what a page calls it.
        change: (image, row, column[, 3]) in [0, 1], a generator and the lungs (image, row, column) to the changed
            ones, not clipped yet.
        needs_lungs: it needs their outlines; else what is given for them is not looked at.
    """

    title: str
    change: Change
    needs_lungs: bool = False


def _planes(mask: np.ndarray, images: np.ndarray) -> np.ndarray:
    """(image, row, column) beside images that may have planes."""
    return mask[..., None] if images.ndim > mask.ndim else mask


def _spot(images: np.ndarray, rng: np.random.Generator, lungs: np.ndarray) -> np.ndarray:
    """A soft bright spot in each, at a place of its own in the middle half of the picture."""
    rows, columns = images.shape[1:3]
    radius = SPOT * min(rows, columns)
    places = rng.uniform((rows / 4, columns / 4), (3 * rows / 4, 3 * columns / 4), (len(images), 2))
    spots = np.stack([profile((rows, columns), row, column, radius) for row, column in places])
    return images + HEIGHT * _planes(spots, images)


def _turned(images: np.ndarray, rng: np.random.Generator, lungs: np.ndarray) -> np.ndarray:
    from scipy.ndimage import rotate

    angles = TURN * rng.choice([-1.0, 1.0], len(images))
    turned = [
        rotate(image, angle, axes=(0, 1), reshape=False, order=1, mode="nearest")
        for image, angle in zip(images, angles, strict=True)
    ]
    return np.stack(turned)


def _noise(images: np.ndarray, rng: np.random.Generator, lungs: np.ndarray) -> np.ndarray:
    return images + rng.normal(0, NOISE, images.shape)


def _grey(by: float) -> Change:
    return lambda images, rng, lungs: images + by


def _blanked(images: np.ndarray, rng: np.random.Generator, lungs: np.ndarray) -> np.ndarray:
    return np.where(_planes(lungs, images), images.mean(), images)


CONCEPTS = {
    "spot": Concept("a soft bright spot", _spot),
    "noise": Concept("noise", _noise),
    "turned": Concept("turned by 12 degrees", _turned),
    "brighter": Concept("brighter", _grey(GREY)),
    "darker": Concept("darker", _grey(-GREY)),
    "no-lungs": Concept("lungs blanked", _blanked, needs_lungs=True),
}


def change(images: np.ndarray, name: str, rng: np.random.Generator, lungs: np.ndarray | None) -> np.ndarray:
    """Images that show a concept.

    Args:
        images: (image, row, column) or (image, row, column, 3) uint8.
        name: a key of ``CONCEPTS``.
        rng: of places, signs and noise.
        lungs: (image, row, column) bool, for a concept that needs them.

    Returns:
        uint8 of the same shape.
    """
    unit = images.astype(np.float64) / 255
    nowhere = np.zeros(images.shape[:3], bool) if lungs is None else lungs
    changed = CONCEPTS[name].change(unit, rng, nowhere)
    grey: np.ndarray = np.rint(255 * np.clip(changed, 0, 1)).astype(np.uint8)
    return grey
