"""What a score tells of a class at every threshold: ROC, its area, average precision, sensitivity at a specificity.

Everything is counted with weights for many resamples at once: a bootstrap resample is a row of counts. Only thresholds
at which images of the class lie are kept: between them nothing is found that was not found before.
"""

from dataclasses import dataclass

import numpy as np

SLACK = 1e-9  # of a share: thresholds that meet a specificity exactly are not lost to rounding


@dataclass(frozen=True, eq=False)
class Counts:
    """Images at each distinct score of an image of the class, the highest first.

    Attributes:
        hits: (resample, threshold) weighted images of the class with at least that score.
        alarms: likewise of the others.
        above: (resample, threshold) of the others, those with a higher score: without ties.
        there: (resample, 1) all of the class.
        rest: (resample, 1) all others.
    """

    hits: np.ndarray
    alarms: np.ndarray
    above: np.ndarray
    there: np.ndarray
    rest: np.ndarray


def count(scores: np.ndarray, is_class: np.ndarray, weights: np.ndarray) -> Counts:
    """Count at each threshold.

    Args:
        scores: (image,) higher speaks for the class.
        is_class: (image,) bool.
        weights: (resample, image) how often each image counts, whole numbers.
    """
    there, rest = np.flatnonzero(is_class), np.flatnonzero(~is_class)
    there, rest = (side[np.argsort(-scores[side], kind="stable")] for side in (there, rest))
    thresholds = np.unique(-scores[there])  # rising as the scores fall
    at_least = np.searchsorted(-scores[rest], thresholds, side="right")
    higher = np.searchsorted(-scores[rest], thresholds, side="left")
    found = np.searchsorted(-scores[there], thresholds, side="right")
    hits, alarms = _sums(weights, there), _sums(weights, rest)
    return Counts(hits[:, found], alarms[:, at_least], alarms[:, higher], hits[:, -1:], alarms[:, -1:])


def _sums(weights: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Sums of the first k weights in an order, (resample, k from 0); whole below 2^53, so exact."""
    sums = np.zeros((len(weights), len(order) + 1))
    np.cumsum(weights[:, order], axis=1, out=sums[:, 1:])
    return sums


def _share(values: np.ndarray, of: np.ndarray) -> np.ndarray:
    """NaN where there is nothing to be a share of."""
    with np.errstate(invalid="ignore", divide="ignore"):
        found: np.ndarray = np.where(of > 0, values / of, np.nan)
    return found


def area(counts: Counts) -> np.ndarray:
    """Area under the ROC curve of each resample: the share of pairs ranked right, ties counting half.

    Returns:
        (resample,) 0 to 1; NaN where a side is empty.
    """
    below = counts.rest - (counts.alarms + counts.above) / 2
    pairs = (np.diff(counts.hits, axis=1, prepend=0.0) * below).sum(1)
    return _share(pairs, (counts.there * counts.rest)[:, 0])


def average_precision(counts: Counts) -> np.ndarray:
    """Mean precision over the images of the class, as scikit-learn's: each threshold's precision times its new recall.

    Returns:
        (resample,) 0 to 1; NaN where there is no image of the class.
    """
    precision = np.nan_to_num(_share(counts.hits, counts.hits + counts.alarms))
    new = np.diff(counts.hits, axis=1, prepend=0.0)
    return _share((new * precision).sum(1), counts.there[:, 0])


def sensitivity_at(counts: Counts, specificity: float) -> np.ndarray:
    """The share of the class that is found at the lowest threshold that leaves alone at least so many of the others.

    Nothing is drawn between thresholds. The threshold is that of the same images, so the figure is a little
    flattering.

    Args:
        counts: of one class.
        specificity: 0 to 1, the share of the others that are to be left alone.

    Returns:
        (resample,) 0 to 1; NaN where a side is empty.
    """
    allowed = (1 - specificity + SLACK) * counts.rest
    found = np.where(counts.alarms <= allowed, counts.hits, 0.0).max(axis=1, initial=0.0)
    return np.where(counts.rest[:, 0] > 0, _share(found, counts.there[:, 0]), np.nan)


def roc(scores: np.ndarray, is_class: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The points of the ROC curve from (0, 0) to (1, 1).

    Args:
        scores: (image,) higher speaks for the class.
        is_class: (image,) bool, both kinds present.

    Returns:
        1 - specificity, sensitivity and threshold, each (point,); the first threshold is infinite. Points on a straight
        line between others are left out.
    """
    from sklearn.metrics import roc_curve

    alarms, hits, thresholds = roc_curve(is_class, scores)
    return alarms, hits, thresholds


def precision_recall(scores: np.ndarray, is_class: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The points of the precision-recall curve, from the lowest threshold to the highest score.

    Between two points the curve is no straight line: it is drawn in steps, as average precision sums it.

    Args:
        scores: (image,) higher speaks for the class.
        is_class: (image,) bool, both kinds present.

    Returns:
        precision, recall (sensitivity) and threshold, each (point,).
    """
    from sklearn.metrics import precision_recall_curve

    precision, recall, thresholds = precision_recall_curve(is_class, scores, drop_intermediate=True)
    return precision[:-1], recall[:-1], thresholds  # the last point belongs to no threshold
