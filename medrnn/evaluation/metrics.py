"""Accuracy, AUC and cross-entropy of a set of answers, with 95 % intervals."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from medrnn.datasets.weak import LEAST_PATIENTS, count_patients
from medrnn.evaluation import ranking
from medrnn.models.cards import OperatingPoint

LEVEL = 0.95
RESAMPLES = 1_000
MOST_CELLS = 2_000_000  # resamples times images at once
Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)


Computed = Callable[[np.ndarray, np.ndarray], float]
Bounds = Callable[[np.ndarray, np.ndarray], list[float] | None]


def auc(probabilities: np.ndarray, labels: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Area under the ROC curve; for more than two classes the mean over classes, one against the rest.

    Args:
        probabilities: (image, class).
        labels: (image,) class indices.
        weights: (image,) how often each image counts.

    Returns:
        A number from 0 to 1, or NaN where only one class is present.
    """
    from sklearn.metrics import roc_auc_score

    classes = range(probabilities.shape[1]) if probabilities.shape[1] > 2 else [1]
    areas = []
    for k in classes:
        present = labels if weights is None else labels[weights > 0]
        if len(np.unique(present == k)) < 2:
            return float("nan")
        areas.append(roc_auc_score(labels == k, probabilities[:, k], sample_weight=weights))
    return float(np.mean(areas))


def wilson_interval(correct: int, count: int) -> list[float]:
    """Wilson's 95 % interval of a proportion (Wilson 1927)."""
    share, spread = correct / count, Z**2 / count
    middle, wide = share + spread / 2, Z * (share * (1 - share) / count + spread / (4 * count)) ** 0.5
    low, high = (middle - wide) / (1 + spread), (middle + wide) / (1 + spread)
    return [0.0 if correct == 0 else low, 1.0 if correct == count else high]


def _areas(probabilities: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """``auc`` under several rows of weights at once, (resample,); NaN where a class is missing."""
    classes = range(probabilities.shape[1]) if probabilities.shape[1] > 2 else [1]
    of_each = [ranking.area(ranking.count(probabilities[:, k], labels == k, weights)) for k in classes]
    mean: np.ndarray = np.mean(of_each, axis=0)
    return mean


def auc_interval(probabilities: np.ndarray, labels: np.ndarray, *, seed: int = 0) -> list[float] | None:
    """Percentile bootstrap over images, 95 %: 1,000 resamples, 200 where there are more than two classes.

    Args:
        probabilities: (image, class).
        labels: (image,) class indices.
        seed: of the resamples.

    Returns:
        [low, high], or None where the AUC is not defined.
    """
    rng, count = np.random.default_rng(seed), len(labels)
    rounds = RESAMPLES if probabilities.shape[1] == 2 else RESAMPLES // 5
    drawn = np.stack([np.bincount(rng.integers(0, count, count), minlength=count) for _ in range(rounds)])
    parts = np.array_split(drawn, -(-drawn.size // MOST_CELLS))
    areas = np.concatenate([_areas(probabilities, labels, part) for part in parts])
    if np.isnan(areas).all():
        return None
    tail = 100 * (1 - LEVEL) / 2
    return [float(v) for v in np.nanpercentile(areas, [tail, 100 - tail])]


def cross_entropy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Mean of ``-ln p(true class)``, in nats."""
    chosen = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, np.finfo(np.float32).tiny)).mean())


def accuracy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Share of the images whose most probable class is the label."""
    return int((probabilities.argmax(1) == labels).sum()) / len(labels)


def balanced_accuracy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Mean over the classes that are there of the share of their images that are answered right, 0 to 1."""
    is_right = probabilities.argmax(1) == labels
    return float(np.mean([is_right[labels == k].mean() for k in np.unique(labels)]))


def accuracy_interval(probabilities: np.ndarray, labels: np.ndarray) -> list[float]:
    """Wilson's 95 % interval of the accuracy."""
    return wilson_interval(int((probabilities.argmax(1) == labels).sum()), len(labels))


@dataclass(frozen=True)
class Metric:
    """One figure of a set of answers.

    Attributes:
        title: what a page calls it.
        compute: (image, class) probabilities and (image,) labels to the figure; NaN where it is not defined.
        interval: the same to its 95 % interval [low, high]; None where none is given.
        digits: after the point, where it is shown.
        is_percent: shown times 100 with a percent sign.
    """

    title: str
    compute: Computed
    interval: Bounds | None = None
    digits: int = 3
    is_percent: bool = False

    def show(self, figures: Mapping[str, Any], name: str) -> str:
        """A figure with its interval, such as "89.7 % (87.1 to 91.9)".

        Args:
            figures: as ``measure`` returns them.
            name: its key among them.
        """
        value, interval = figures[name], (figures.get("intervals") or {}).get(name)
        if value is None:
            return "not defined"
        scale, unit = (100, " %") if self.is_percent else (1, "")
        span = (
            f" ({scale * interval[0]:.{self.digits}f} to {scale * interval[1]:.{self.digits}f})"
            if interval
            else ""
        )
        return f"{scale * value:.{self.digits}f}{unit}{span}"


METRICS = {
    "accuracy": Metric("Accuracy", accuracy, accuracy_interval, digits=1, is_percent=True),
    "balanced_accuracy": Metric("Balanced accuracy", balanced_accuracy, digits=1, is_percent=True),
    "auc": Metric("AUC", auc, auc_interval),
    "loss": Metric("Loss", cross_entropy),
}


SHARES = ("accuracy",)  # whose interval is Wilson's


def operating_point(probabilities: np.ndarray, labels: np.ndarray) -> OperatingPoint | None:
    """What a two-class model finds and what it leaves alone, at the threshold where its answer changes.

    Args:
        probabilities: (image, 2).
        labels: (image,) 0 or 1; 1 is what is to be found.

    Returns:
        ``threshold`` (of the probability of class 1), ``sensitivity`` and ``specificity`` with their 95 % intervals and
        the ``positives`` and ``negatives`` they were counted on; None where a class is missing or there are more.
    """
    if probabilities.shape[1] != 2 or len(np.unique(labels)) != 2:
        return None
    is_found, is_there = probabilities.argmax(1) == 1, labels == 1
    hits, rests = int((is_found & is_there).sum()), int((~is_found & ~is_there).sum())
    positives, negatives = int(is_there.sum()), int((~is_there).sum())
    return {
        "threshold": 0.5,
        "positives": positives,
        "negatives": negatives,
        "sensitivity": hits / positives,
        "specificity": rests / negatives,
        "intervals": {
            "sensitivity": wilson_interval(hits, positives),
            "specificity": wilson_interval(rests, negatives),
        },
    }


def measure(
    probabilities: np.ndarray,
    labels: np.ndarray,
    *,
    intervals: bool = True,
    patients: np.ndarray | None = None,
) -> dict[str, Any]:
    """The figures of a model card.

    Args:
        probabilities: (image, class), each row sums to 1.
        labels: (image,) class indices.
        intervals: also the 95 % intervals, which take some seconds on 10,000 images.
        patients: (image,) whose each is, -1 where that is not known; of fewer than ``LEAST_PATIENTS`` there is no
            interval by resamples, for nothing tells how far others differ.

    Returns:
        ``n``, each of ``METRICS`` by its name (None where it is not defined, as the AUC of one class), ``intervals``
        {name: [low, high]} and, of two classes, ``operating_point``.
    """
    found: dict[str, Any] = {"n": len(labels)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name, metric in METRICS.items():
            value = metric.compute(probabilities, labels)
            found[name] = None if np.isnan(value) else value
    if intervals:
        is_known = patients is None or count_patients(patients) >= min(LEAST_PATIENTS, len(labels))
        found["intervals"] = {
            name: metric.interval(probabilities, labels) if is_known or name in SHARES else None
            for name, metric in METRICS.items()
            if metric.interval
        }
        if point := operating_point(probabilities, labels):
            found["operating_point"] = point
    return found
