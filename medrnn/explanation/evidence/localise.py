"""How much of a map lies where something is known to lie: pointing game, relevance mass and rank (Arras 2022)."""

import math
from dataclasses import dataclass, replace

import numpy as np

from medrnn.errors import ConfigError
from medrnn.sequences import Crop, place
from medrnn.types import Reading


@dataclass(frozen=True)
class Localisation:
    """A map against a mask. Of a signed map only what speaks for the class counts.

    Attributes:
        pointing: 1 where the strongest pixel lies in the mask, 0 where not; where several are the strongest, the share
            of them that does (Zhang et al. 2016). 0 of a map without a positive value.
        mass: share of the sum of the map that lies in the mask, 0 to 1.
        rank: of as many of the strongest pixels as the mask has, the share that lies in it, 0 to 1; ties are shared.
        share: of the image that the mask covers: what mass and rank would be of a map that knows nothing.
        pixels: of the mask.
        speaks: False of a map without a positive value.
    """

    pointing: float
    mass: float
    rank: float
    share: float
    pixels: int
    speaks: bool = True

    @property
    def times(self) -> float:
        """Mass over share: how many times more of the map lies in the mask than of the image does."""
        return self.mass / self.share

    @property
    def beyond(self) -> float:
        """How far the mass is from chance to all of it: 0 is what an even grey has, 1 all inside, below 0 less.

        NaN of a map without a positive value, and of a mask that is all of the image.
        """
        return (self.mass - self.share) / (1 - self.share) if self.share < 1 and self.speaks else math.nan


def _share_of_ties(values: np.ndarray, inside: np.ndarray, count: int) -> float:
    """Of the ``count`` largest values the share inside; those that tie for the last places count by their share."""
    least = np.partition(values, -count)[-count]
    is_above, is_tied = values > least, values == least
    left = count - int(is_above.sum())
    return float((inside[is_above].sum() + left * inside[is_tied].mean()) / count)


def localise(values: np.ndarray, mask: np.ndarray) -> Localisation:
    """A map against a mask.

    Args:
        values: (row, column).
        mask: (row, column) of the same size, not 0 where something lies.

    Raises:
        ConfigError: sizes differ, or the mask covers nothing.
    """
    inside = np.asarray(mask) != 0
    if inside.shape != np.shape(values) or not inside.any():
        raise ConfigError(
            f"mask: expected {np.shape(values)} with at least one pixel, got {inside.shape} with {int(inside.sum())}."
        )
    positive, flat = np.maximum(np.asarray(values, np.float64), 0).ravel(), inside.ravel()
    pixels, total = int(flat.sum()), float(positive.sum())
    if total == 0:
        return Localisation(0.0, 0.0, 0.0, float(flat.mean()), pixels, speaks=False)
    return Localisation(
        pointing=_share_of_ties(positive, flat, 1),
        mass=float(positive[flat].sum() / total),
        rank=_share_of_ties(positive, flat, pixels),
        share=float(flat.mean()),
        pixels=pixels,
    )


def mask_of_box(box: Crop, shape: tuple[int, int]) -> np.ndarray:
    """(row, column) bool: the pixels of a grid that lie in a box (x, y, width, height) of its own pixels."""
    x, y, width, height = box
    found = np.zeros(shape, bool)
    found[max(0, y) : max(0, y + height), max(0, x) : max(0, x + width)] = True
    return found


def mask_in_reading(labels: np.ndarray, reading: Reading) -> np.ndarray:
    """A mask of a study in the grid of a model; of a series that of the frame nearest to each slice.

    Args:
        labels: (frame, row, column), not 0 where something lies.
        reading: of the study.

    Returns:
        (row, column) bool of the reading's grid.
    """
    config = reading.config
    if not config.is_series:
        return mask_in_grid(labels[min(reading.frame, len(labels) - 1)], reading.crop, config.size)
    last = len(labels) - 1
    inside = [0 <= round(at) <= last for at in reading.frames]
    slices = [
        mask_in_grid(labels[min(max(round(at), 0), last)], reading.crop, config.shown_size) & known
        for at, known in zip(reading.frames, inside, strict=True)
    ]
    return place(np.stack(slices).reshape(len(slices), -1), replace(config, channels="grey"))


def mask_in_grid(labels: np.ndarray, crop: Crop, size: tuple[int, int]) -> np.ndarray:
    """A mask of an image in the grid of a model: pixels of which at least half is covered.

    Args:
        labels: (row, column) of the image, not 0 where something lies.
        crop: x, y, width, height of the part that is read, in image pixels (``Reading.crop``).
        size: (rows, columns) of the model's grid.

    Returns:
        (row, column) bool.
    """
    from PIL import Image

    x, y, width, height = crop
    cut = Image.fromarray((labels[y : y + height, x : x + width] != 0).astype(np.float32))
    found: np.ndarray = np.asarray(cut.resize(size[::-1], Image.Resampling.BOX)) >= 0.5
    return found
