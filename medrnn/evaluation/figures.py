"""The figures by which models are compared, each with a bootstrap interval over the same resamples for all models.

``metrics.METRICS`` are what cards hold; these are more, and cost a bootstrap.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from medrnn.datasets.weak import LEAST_PATIENTS
from medrnn.evaluation import ranking
from medrnn.evaluation.calibration import BINS as BINS
from medrnn.evaluation.calibration import number_by_width
from medrnn.evaluation.metrics import LEVEL, MOST_CELLS, RESAMPLES

SPECIFICITY = 0.9


@dataclass(eq=False)
class Sample:
    """Answers and labels, counted under several resamples.

    Attributes:
        probabilities: (image, class), each row sums to 1.
        labels: (image,) class indices.
        weights: (resample, image) how often each image counts.
        specificity: at which the sensitivity is told.
    """

    probabilities: np.ndarray
    labels: np.ndarray
    weights: np.ndarray
    specificity: float
    _counts: dict[int, ranking.Counts] = field(default_factory=dict)

    def counts(self, k: int) -> ranking.Counts:
        """One class against the rest at each threshold, counted once."""
        if k not in self._counts:
            self._counts[k] = ranking.count(self.probabilities[:, k], self.labels == k, self.weights)
        return self._counts[k]

    def macro(self, compute: Callable[[ranking.Counts], np.ndarray]) -> np.ndarray:
        """A figure of the second of two classes, else the mean over the classes, one against the rest."""
        many = self.probabilities.shape[1]
        found = [compute(self.counts(k)) for k in (range(many) if many > 2 else [1])]
        mean: np.ndarray = np.mean(found, axis=0)
        return mean

    def mean(self, values: np.ndarray) -> np.ndarray:
        """The weighted mean of a value an image, (resample,)."""
        found: np.ndarray = self.weights @ values / self.weights.sum(1)
        return found


@dataclass(frozen=True)
class Figure:
    """One figure by which models are compared.

    Attributes:
        title: what a page calls it.
        compute: a sample to (resample,); NaN where it is not defined.
        about: one sentence: what it is and how it is counted.
        digits: after the point, where it is shown.
        is_percent: shown times 100 with a percent sign.
        is_less_better: True of an error.
    """

    title: str
    compute: Callable[[Sample], np.ndarray]
    about: str
    digits: int = 3
    is_percent: bool = False
    is_less_better: bool = False

    def show(self, value: float | None, interval: tuple[float, float] | None = None) -> str:
        """Such as "89.7 % (87.1 to 91.9)"."""
        if value is None:
            return "not defined"
        scale, unit = (100, " %") if self.is_percent else (1, "")
        said = f"{scale * value:.{self.digits}f}{unit}"
        if interval is None:
            return said
        low, high = (f"{scale * end:.{self.digits}f}" for end in interval)
        return f"{said} ({low} to {high})"


def _accuracy(sample: Sample) -> np.ndarray:
    return sample.mean((sample.probabilities.argmax(1) == sample.labels).astype(np.float64))


def _balanced(sample: Sample) -> np.ndarray:
    is_right = sample.probabilities.argmax(1) == sample.labels
    of_each = [_share(sample, is_right, sample.labels == k) for k in np.unique(sample.labels)]
    mean: np.ndarray = np.nanmean(of_each, axis=0)
    return mean


def _share(sample: Sample, is_right: np.ndarray, among: np.ndarray) -> np.ndarray:
    weights = sample.weights[:, among]
    with np.errstate(invalid="ignore", divide="ignore"):
        found: np.ndarray = weights @ is_right[among] / weights.sum(1)
    return found


def _calibration_error(sample: Sample) -> np.ndarray:
    top = sample.probabilities.max(1)
    gap = (sample.probabilities.argmax(1) == sample.labels) - top.astype(np.float64)
    of_bin = np.zeros((len(gap), BINS))
    of_bin[np.arange(len(gap)), number_by_width(top)] = gap
    found: np.ndarray = np.abs(sample.weights @ of_bin).sum(1) / sample.weights.sum(1)
    return found


FIGURES = {
    "accuracy": Figure(
        "Accuracy",
        _accuracy,
        "Share of the images whose most probable class is the label.",
        1,
        is_percent=True,
    ),
    "balanced_accuracy": Figure(
        "Balanced accuracy",
        _balanced,
        "Mean over the classes of the share of their images that is answered right.",
        1,
        is_percent=True,
    ),
    "auc": Figure(
        "AUC",
        lambda sample: sample.macro(ranking.area),
        "Area under the ROC curve; of more than two classes the mean, one against the rest.",
    ),
    "ap": Figure(
        "AP",
        lambda sample: sample.macro(ranking.average_precision),
        "Average precision; of more than two classes the mean, one against the rest. It depends on how common a "
        "class is.",
    ),
    "sensitivity_at": Figure(
        "Sensitivity",
        lambda sample: sample.macro(lambda counts: ranking.sensitivity_at(counts, sample.specificity)),
        "Share of the class that is found at the lowest threshold with the chosen specificity; that threshold is "
        "chosen on the same images, which flatters a little.",
        1,
        is_percent=True,
    ),
    "ece": Figure(
        "ECE",
        _calibration_error,
        f"Expected calibration error: mean gap between top probability and share answered right, over {BINS} bins of "
        "equal width (Guo et al. 2017). A resample repeats images, so its interval lies a little high.",
        is_less_better=True,
    ),
}


def has_enough(labels: np.ndarray, units: np.ndarray | None) -> bool:
    """Whether each class that is there is of so many units (patients, else images) that draws tell how sure it is.

    Args:
        labels: (image,) class indices.
        units: as ``draw`` takes them.
    """
    own = np.arange(len(labels)) if units is None else units
    return all(len(np.unique(own[labels == k])) >= LEAST_PATIENTS for k in np.unique(labels))


def draw(labels: np.ndarray, units: np.ndarray | None, *, seed: int, rounds: int = RESAMPLES) -> np.ndarray:
    """Resamples with replacement, as many of each class as there are; none where a class is of too few units.

    Args:
        labels: (image,) class indices.
        units: (image,) what is drawn as a whole, such as the patient; None draws images.
        seed: of the draws.
        rounds: how many resamples.

    Returns:
        (resample, image) uint16: how often each image counts. No resample where ``has_enough`` is not so: of one unit
        every draw is the same, which looks like certainty.
    """
    if not has_enough(labels, units):
        return np.zeros((0, len(labels)), np.uint16)
    rng = np.random.default_rng(seed)
    weights = np.zeros((rounds, len(labels)), np.uint16)
    for k in np.unique(labels):
        (members,) = np.nonzero(labels == k)
        drawn = members if units is None else units[members]
        found, unit = np.unique(drawn, return_inverse=True)
        times = rng.multinomial(len(found), np.full(len(found), 1 / len(found)), size=rounds)
        weights[:, members] = times[:, unit]
    return weights


@dataclass(frozen=True, eq=False)
class Measured:
    """The figures of one model.

    Attributes:
        values: by the names of ``FIGURES``; None where it is not defined.
        intervals: likewise, 95 % by percentiles of the resamples.
        resampled: likewise, (resample,).
    """

    values: Mapping[str, float | None]
    intervals: Mapping[str, tuple[float, float] | None]
    resampled: Mapping[str, np.ndarray]


def interval(resampled: np.ndarray) -> tuple[float, float] | None:
    """The middle 95 % of resamples; None where none is defined, or there is none."""
    if np.isnan(resampled).all():
        return None
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.nanpercentile(resampled, [tail, 100 - tail])
    return float(low), float(high)


def measure(
    probabilities: np.ndarray, labels: np.ndarray, weights: np.ndarray, *, specificity: float = SPECIFICITY
) -> Measured:
    """All figures of a model with their intervals.

    Args:
        probabilities: (image, class), each row sums to 1.
        labels: (image,) class indices.
        weights: (resample, image) of ``draw``, the same for all models that are compared.
        specificity: at which the sensitivity is told, 0 to 1.
    """
    whole = _compute(probabilities, labels, np.ones((1, len(labels))), specificity)
    size = max(1, MOST_CELLS // max(1, len(labels)))
    pieces = [
        _compute(probabilities, labels, weights[at : at + size], specificity)
        for at in range(0, max(1, len(weights)), size)
    ]
    resampled = {name: np.concatenate([piece[name] for piece in pieces]) for name in FIGURES}
    values = {name: None if np.isnan(found[0]) else float(found[0]) for name, found in whole.items()}
    intervals = {name: interval(found) for name, found in resampled.items()}
    return Measured(values, intervals, resampled)


def _compute(
    probabilities: np.ndarray, labels: np.ndarray, weights: np.ndarray, specificity: float
) -> dict[str, np.ndarray]:
    sample = Sample(probabilities, labels, weights.astype(np.float64), specificity)
    return {name: figure.compute(sample) for name, figure in FIGURES.items()}
