"""Do probabilities come true? Bins of a reliability diagram, the calibration error, Brier's score and its parts."""

from dataclasses import dataclass

import numpy as np

from medrnn.evaluation.metrics import wilson_interval

BINS = 15  # of the calibration error, as Guo et al. 2017
WAYS = {"width": "equal width", "count": "equal count"}


@dataclass(frozen=True)
class Bin:
    """Images whose probability lies between two values.

    Attributes:
        low, high: of the probabilities; the lowest is not among them, except in the first.
        count: images, at least one.
        said: their mean probability.
        came: share of them for which it came true.
        interval: Wilson's 95 % of that.
    """

    low: float
    high: float
    count: int
    said: float
    came: float
    interval: tuple[float, float]


def number_by_width(said: np.ndarray, bins: int = BINS) -> np.ndarray:
    """(image,) in which of so many bins of equal width a probability lies, counted from 0: the first above its low end.

    Args:
        said: (image,) probabilities.
        bins: how many.
    """
    found: np.ndarray = np.clip(np.ceil(said * bins).astype(int) - 1, 0, bins - 1)
    return found


def number_by_count(said: np.ndarray, bins: int = BINS) -> np.ndarray:
    """(image,) in which of at most so many bins with about as many images each; equal probabilities stay together."""
    ends = np.unique(np.quantile(said, np.arange(1, bins) / bins, method="lower"))
    found: np.ndarray = np.searchsorted(ends, said, side="left")
    return found


NUMBERS = {"width": number_by_width, "count": number_by_count}


def reliability(
    said: np.ndarray, came: np.ndarray, *, way: str = "width", bins: int = BINS
) -> tuple[Bin, ...]:
    """The points of a reliability diagram, empty bins left out.

    Args:
        said: (image,) probabilities.
        came: (image,) bool: whether it came true.
        way: a key of ``WAYS``.
        bins: how many at most.
    """
    numbers = NUMBERS[way](said, bins)
    return tuple(_bin(int(k), said[numbers == k], came[numbers == k], way, bins) for k in np.unique(numbers))


def _bin(number: int, said: np.ndarray, came: np.ndarray, way: str, bins: int) -> Bin:
    low, high = (
        (number / bins, (number + 1) / bins) if way == "width" else (float(said.min()), float(said.max()))
    )
    first, last = wilson_interval(int(came.sum()), len(came))
    return Bin(low, high, len(came), float(said.mean(dtype=np.float64)), float(came.mean()), (first, last))


def error_of(found: tuple[Bin, ...]) -> float:
    """Mean distance of what was said from what came, each bin by its images (expected calibration error), 0 to 1."""
    count = sum(one.count for one in found)
    return sum(one.count * abs(one.came - one.said) for one in found) / count


def brier(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(image,) Brier's score (Brier 1950): the squared distance of the probabilities from what came.

    Args:
        probabilities: (image, class), each row sums to 1.
        labels: (image,) class indices.

    Returns:
        Of two classes that of the second, 0 to 1; of more the sum over all, 0 to 2.
    """
    came = np.eye(probabilities.shape[1])[labels]
    off = (probabilities.astype(np.float64) - came) ** 2
    found: np.ndarray = off[:, 1] if off.shape[1] == 2 else off.sum(1)
    return found


@dataclass(frozen=True)
class BrierParts:
    """Brier's score = reliability - resolution + uncertainty + within (Murphy 1973), of one class against the rest.

    Attributes:
        score: the mean of (probability - what came) squared.
        reliability: how far the bins' probabilities are from what came; 0 is best.
        resolution: how far what came in the bins is from the mean; the more the better.
        uncertainty: of the class itself, share x (1 - share).
        within: what is lost by taking each bin's mean for its images.
    """

    score: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float


def split_brier(said: np.ndarray, came: np.ndarray, *, way: str = "width", bins: int = BINS) -> BrierParts:
    """The parts of Brier's score over the bins of the reliability diagram.

    Args:
        said: (image,) probabilities of a class.
        came: (image,) bool.
        way: a key of ``WAYS``.
        bins: how many at most.
    """
    found, mean = reliability(said, came, way=way, bins=bins), float(came.mean())
    shares = np.array([one.count for one in found]) / len(said)
    means, hits = (np.array([getattr(one, name) for one in found]) for name in ("said", "came"))
    score = float(((said.astype(np.float64) - came) ** 2).mean())
    off, apart = float(shares @ (means - hits) ** 2), float(shares @ (hits - mean) ** 2)
    spread = mean * (1 - mean)
    return BrierParts(score, off, apart, spread, score - (off - apart + spread))
