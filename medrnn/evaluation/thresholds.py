"""One class against the rest at a threshold of its probability, and the threshold that costs and prevalence ask for."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from medrnn.evaluation.confusion import Figure, share
from medrnn.evaluation.metrics import Z

STEPS = 1_000
GRID = np.arange(STEPS + 1) / STEPS  # thresholds that can be chosen
SLACK = 1e-12  # of a cost: what differs by less is the same


@dataclass(frozen=True)
class Rates:
    """What is called the class, and what is not, where its probability is at least a threshold.

    Attributes:
        threshold: 0 to 1.
        hits: images of the class that are called so.
        misses: images of the class that are not.
        alarms: images of other classes that are called so.
        rests: images of other classes that are not.
    """

    threshold: float
    hits: int
    misses: int
    alarms: int
    rests: int

    @property
    def sensitivity(self) -> Figure:
        """Share of the class that is called so; Wilson's interval."""
        return share(self.hits, self.hits + self.misses)

    @property
    def specificity(self) -> Figure:
        """Share of the others that are not called so; Wilson's interval."""
        return share(self.rests, self.rests + self.alarms)

    @property
    def ppv(self) -> Figure:
        """Positive predictive value (precision): share of what is called so that is; Wilson's interval."""
        return share(self.hits, self.hits + self.alarms)

    @property
    def npv(self) -> Figure:
        """Negative predictive value: share of what is not called so that is not; Wilson's interval."""
        return share(self.rests, self.rests + self.misses)

    @property
    def prevalence(self) -> float:
        """Share of the images that are of the class."""
        return (self.hits + self.misses) / (self.hits + self.misses + self.alarms + self.rests)


def rates_at(scores: np.ndarray, is_class: np.ndarray, threshold: float) -> Rates:
    """Count at a threshold.

    Args:
        scores: (image,) probabilities of the class.
        is_class: (image,) bool.
        threshold: an image is called the class where its score is at least that.
    """
    is_called = scores >= threshold
    parts = (is_called & is_class, ~is_called & is_class, is_called & ~is_class, ~is_called & ~is_class)
    return Rates(threshold, *(int(part.sum()) for part in parts))


def cheapest(scores: np.ndarray, is_class: np.ndarray, *, ratio: float, prevalence: float) -> float:
    """The threshold with the least expected cost (Zweig and Campbell 1993).

    An image costs ``ratio`` where the class is missed and 1 where it is called in vain, so the expected cost is
    ``ratio x prevalence x (1 - sensitivity) + (1 - prevalence) x (1 - specificity)``.

    Args:
        scores: (image,) probabilities of the class, of images that nobody judges by the threshold afterwards.
        is_class: (image,) bool, both kinds present.
        ratio: what a miss costs, in false alarms, above 0.
        prevalence: share of the class where the model is to be used, between 0 and 1.

    Returns:
        One of ``GRID``: the middle of the lowest stretch of thresholds that cost the least.
    """
    missed = np.searchsorted(np.sort(scores[is_class]), GRID, side="left") / is_class.sum()
    alarmed = 1 - np.searchsorted(np.sort(scores[~is_class]), GRID, side="left") / (~is_class).sum()
    costs = ratio * prevalence * missed + (1 - prevalence) * alarmed
    least = costs <= costs.min() + SLACK
    first = int(least.argmax())
    rest = least[first:]
    length = len(rest) if rest.all() else int(rest.argmin())
    return float(GRID[first + (length - 1) // 2])


def predictive(rates: Rates, prevalence: float) -> tuple[Figure, Figure]:
    """Positive and negative predictive value where the class is as common as said (Bayes).

    Their intervals are those of Mercaldo, Lau and Zhou (2007), on the scale of the log odds, with half of z squared
    added to each count so that rates of 0 and 1 have one too.

    Args:
        rates: at the threshold.
        prevalence: share of the class, between 0 and 1.

    Returns:
        Both; not defined where a side is empty or nothing is called so.
    """
    positive = _odds(rates.hits, rates.misses, rates.alarms, rates.rests, prevalence)
    negative = _odds(rates.rests, rates.alarms, rates.misses, rates.hits, 1 - prevalence)
    return positive, negative


def _odds(right: int, left: int, wrong: int, other: int, prior: float) -> Figure:
    """Share of what is called so that is: ``right`` of ``right + left`` are called, and ``wrong`` of the others."""
    if not right + left or not wrong + other or not right + wrong:
        return Figure(None, None)
    hit, alarm = right / (right + left), wrong / (wrong + other)
    value = hit * prior / (hit * prior + alarm * (1 - prior))
    hit, spread = _adjusted(right, left)
    alarm, more = _adjusted(wrong, other)
    middle = logit(prior) + np.log(hit) - np.log(alarm)
    half = Z * np.sqrt(spread + more)
    return Figure(float(value), (float(expit(middle - half)), float(expit(middle + half))))


def _adjusted(part: int, rest: int) -> tuple[float, float]:
    """A share after half of z squared is added to both counts, and the variance of its logarithm."""
    count = part + rest + Z**2
    found = (part + Z**2 / 2) / count
    return found, (1 - found) / found / count
