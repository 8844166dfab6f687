"""What a score tells of a class at every threshold: ROC, its area, average precision, sensitivity at a specificity.

Everything is counted with weights for many resamples at once: a bootstrap resample is a row of counts.
"""

from dataclasses import dataclass

import numpy as np

SLACK = 1e-9  # of a share: thresholds that meet a specificity exactly are not lost to rounding


@dataclass(frozen=True, eq=False)
class Counts:
    """Images of the class and others whose score reaches each distinct threshold, the highest first.

    Attributes:
        hits: (resample, threshold) weighted images of the class at or above it.
        alarms: likewise of the others.
        thresholds: (threshold,) the distinct scores, falling.
    """

    hits: np.ndarray
    alarms: np.ndarray
    thresholds: np.ndarray


def count(scores: np.ndarray, is_class: np.ndarray, weights: np.ndarray) -> Counts:
    """Count at each threshold.

    Args:
        scores: (image,) higher speaks for the class.
        is_class: (image,) bool.
        weights: (resample, image) how often each image counts.
    """
    order = np.argsort(-scores, kind="stable")
    falling, is_there = scores[order], is_class[order]
    last = np.append(np.flatnonzero(np.diff(falling)), len(falling) - 1)
    drawn = weights[:, order].astype(np.float64)
    hits = np.cumsum(drawn * is_there, axis=1)[:, last]
    alarms = np.cumsum(drawn * ~is_there, axis=1)[:, last]
    return Counts(hits, alarms, falling[last])


def _steps(values: np.ndarray) -> np.ndarray:
    return np.diff(values, axis=1, prepend=0.0)


def area(counts: Counts) -> np.ndarray:
    """Area under the ROC curve of each resample by the trapezoid rule, ties counting half; NaN where a side is empty.

    Returns:
        (resample,) 0 to 1.
    """
    hits, alarms = counts.hits, counts.alarms
    middle = hits - _steps(hits) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        found: np.ndarray = (_steps(alarms) * middle).sum(1) / (hits[:, -1] * alarms[:, -1])
    return found


def average_precision(counts: Counts) -> np.ndarray:
    """Mean precision over the images of the class, as scikit-learn's: each threshold's precision times its new recall.

    Returns:
        (resample,) 0 to 1; NaN where there is no image of the class.
    """
    called = counts.hits + counts.alarms
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = np.where(called > 0, counts.hits / called, 0.0)
        found: np.ndarray = (_steps(counts.hits) * precision).sum(1) / counts.hits[:, -1]
    return found


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
    allowed = (1 - specificity + SLACK) * counts.alarms[:, -1:]
    reached = (counts.alarms <= allowed).sum(1)
    padded = np.concatenate([np.zeros((len(reached), 1)), counts.hits], axis=1)
    found = np.take_along_axis(padded, reached[:, None], axis=1)[:, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        share: np.ndarray = found / counts.hits[:, -1]
    return np.where(counts.alarms[:, -1] > 0, share, np.nan)


def roc(scores: np.ndarray, is_class: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The points of the ROC curve from (0, 0) to (1, 1).

    Args:
        scores: (image,) higher speaks for the class.
        is_class: (image,) bool, both kinds present.

    Returns:
        1 - specificity, sensitivity and threshold, each (point,); the first threshold is infinite.
    """
    found = count(scores, is_class, np.ones((1, len(scores))))
    alarms = np.append(0.0, found.alarms[0] / found.alarms[0, -1])
    hits = np.append(0.0, found.hits[0] / found.hits[0, -1])
    return alarms, hits, np.append(np.inf, found.thresholds)
