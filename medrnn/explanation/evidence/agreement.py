"""Do maps agree: rank correlation, the share of the strongest pixels that they have in common, their difference."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medrnn.brief import Brief
from medrnn.errors import ConfigError

STRONGEST = 0.1  # of a map's pixels


@dataclass(frozen=True, eq=False, repr=False)
class Agreement(Brief):
    """How alike maps are, pair by pair.

    Attributes:
        maps: (map, row, column) float64 on the finest of their grids, each divided by the sum of its absolute values,
            so that a value is the pixel's share of the whole map.
        rank: (map, map) Spearman's rank correlation of the pixels, -1 to 1; NaN where a map has one value only.
        overlap: (map, map) intersection over union of the strongest tenth of the pixels by absolute value, 0 to 1;
            pixels that tie for the last places count by their share, and what is exactly 0 is never among the
            strongest; NaN as above.
        chance: (map, map) what the overlap of these very maps is expected to be with the pixels of both in random
            order, from the means of both of its sums; NaN as above. 0.05 where no map has ties or zeros.
        differences: (map, row, column) float64: every map less the first one, in shares.
    """

    maps: np.ndarray
    rank: np.ndarray
    overlap: np.ndarray
    chance: np.ndarray
    differences: np.ndarray


def to_grid(values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """A map on another grid over the same part of the image: every new pixel takes the value at its centre.

    Args:
        values: (row, column).
        shape: (rows, columns) of the result.
    """
    rows, columns = (
        np.minimum(((np.arange(new) + 0.5) / new * old).astype(int), old - 1)
        for new, old in zip(shape, values.shape, strict=True)
    )
    found: np.ndarray = np.asarray(values, np.float64)[np.ix_(rows, columns)]
    return found


def _strongest(values: np.ndarray) -> np.ndarray:
    """(pixel,) float64 from 0 to 1: how much of each pixel counts to the strongest tenth.

    Those that tie for the last places share them; what is exactly 0 does not count, so there may be fewer.
    """
    flat = np.abs(values).ravel()
    count = max(1, round(STRONGEST * flat.size))
    least = np.partition(flat, -count)[-count]
    is_above, is_tied = flat > least, flat == least
    found: np.ndarray = is_above.astype(np.float64)
    if least > 0:
        found[is_tied] = (count - is_above.sum()) / is_tied.sum()
    return found


def _rank(one: np.ndarray, other: np.ndarray) -> float:
    from scipy.stats import spearmanr

    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(spearmanr(one.ravel(), other.ravel()).statistic)


def _overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union of two sets of pixels that count by their shares (Ruzicka's similarity)."""
    return float(np.minimum(one, other).sum() / np.maximum(one, other).sum())


def _chance(one: np.ndarray, other: np.ndarray) -> float:
    """The same where every pixel of the one meets every pixel of the other equally often."""
    (first, some), (second, more) = (np.unique(part, return_counts=True) for part in (one, other))
    counts = np.outer(some, more)
    both, either = np.minimum.outer(first, second), np.maximum.outer(first, second)
    return float((counts * both).sum() / (counts * either).sum())


def agree(maps: Sequence[np.ndarray]) -> Agreement:
    """Compare maps of the same part of an image, by one method, of one or several models.

    Args:
        maps: each (row, column), at least one; grids may differ.

    Raises:
        ConfigError: there is none, or one is not two-dimensional.
    """
    if not len(maps) or any(np.ndim(one) != 2 for one in maps):
        raise ConfigError(f"maps: expected (row, column) each, got {[np.shape(one) for one in maps]}")
    finest = max(np.shape(one)[0] for one in maps), max(np.shape(one)[1] for one in maps)
    grids = np.stack([to_grid(one, finest) for one in maps])
    totals = np.abs(grids).sum((1, 2), keepdims=True)
    grids = grids / np.where(totals > 0, totals, 1)
    count, strongest = len(grids), [_strongest(one) for one in grids]
    rank, overlap, chance = np.eye(count), np.eye(count), np.eye(count)
    for a in range(count):
        for b in range(a):
            rank[a, b] = rank[b, a] = _rank(grids[a], grids[b])
            if np.isnan(rank[a, b]):  # a map of one value has no strongest pixels
                overlap[a, b] = overlap[b, a] = chance[a, b] = chance[b, a] = np.nan
                continue
            overlap[a, b] = overlap[b, a] = _overlap(strongest[a], strongest[b])
            chance[a, b] = chance[b, a] = _chance(strongest[a], strongest[b])
    return Agreement(grids, rank, overlap, chance, grids - grids[0])
