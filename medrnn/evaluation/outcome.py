"""Everything told of one model on its test split, measured once: who was taken for whom, groups, calibration."""

from dataclasses import dataclass

import numpy as np

from medrnn.brief import Brief
from medrnn.datasets.metadata import NOTHING, Metadata
from medrnn.evaluation.confusion import ClassFigures, Figure, matrix, per_class, resampled, share
from medrnn.evaluation.figures import Sample, draw, interval
from medrnn.evaluation.groups import Part, by_class, by_group
from medrnn.evaluation.metrics import MOST_CELLS, RESAMPLES
from medrnn.evaluation.ranking import area
from medrnn.evaluation.temperature import Calibration, calibrate, fit_temperature

SEED = 0
MOST_WORK = 20_000  # images times classes that get all resamples
FEW = RESAMPLES // 5


@dataclass(frozen=True, eq=False, repr=False)
class Answers(Brief):
    """Probabilities and labels of one split.

    Attributes:
        probabilities: (image, class) float32, each row sums to 1.
        labels: (image,) class indices.
    """

    probabilities: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def of_class(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        """(image,) probabilities of a class, and (image,) bool whether it is the label."""
        return self.probabilities[:, k], self.labels == k


@dataclass(frozen=True)
class GroupFigures:
    """One part of the test images.

    Attributes:
        title: what they are grouped by.
        name: of this part.
        count: images.
        accuracy: share answered right; Wilson.
        auc: of two classes, bootstrap; not defined where one is missing here.
    """

    title: str
    name: str
    count: int
    accuracy: Figure
    auc: Figure


@dataclass(frozen=True, eq=False, repr=False)
class Outcome(Brief):
    """One model on its test split.

    Attributes:
        classes: names.
        test: answers to the test images.
        val: answers to the validation images; None where they are not at hand.
        metadata: what is known of the test images.
        matrix: (label, answer) counts.
        rows: each class against the rest.
        parts: the groups with their figures; those by class first.
        parts_in: (part, image) bool: which images are in which of them.
        balanced: balanced accuracy.
        accuracy: of all.
        calibration: before and after temperature scaling.
        unit: what was drawn as a whole: "patient" or "image"; within each class as many as there are.
        rounds, seed: of the resamples; none where a class is of too few units (``figures.has_enough``).
    """

    classes: tuple[str, ...]
    test: Answers
    val: Answers | None
    metadata: Metadata
    matrix: np.ndarray
    rows: tuple[ClassFigures, ...]
    parts: tuple[GroupFigures, ...]
    parts_in: np.ndarray
    accuracy: Figure
    balanced: Figure
    calibration: Calibration
    unit: str
    rounds: int
    seed: int


def examine(
    test: Answers, classes: tuple[str, ...], *, val: Answers | None = None, metadata: Metadata = NOTHING
) -> Outcome:
    """Measure everything.

    Args:
        test: at least one image.
        classes: names.
        val: of another split, for the temperature; left out where it is empty.
        metadata: of the test images.
    """
    rounds = RESAMPLES if len(test) * len(classes) <= MOST_WORK else FEW
    weights = draw(test.labels, metadata.patients, seed=SEED, rounds=rounds)
    parts = [*by_class(test.labels, classes), *by_group(metadata)]
    val = val if val is not None and len(val) else None
    temperature = fit_temperature(val.probabilities, val.labels) if val else None
    right = test.probabilities.argmax(1) == test.labels
    rows = per_class(test.probabilities, test.labels, weights, classes)
    return Outcome(
        classes=classes,
        test=test,
        val=val,
        metadata=metadata,
        matrix=matrix(test.labels, test.probabilities.argmax(1), len(classes)),
        rows=rows,
        parts=tuple(_measure(part, test, weights, right) for part in parts),
        parts_in=np.stack([part.is_in for part in parts]),
        accuracy=share(int(right.sum()), len(right)),
        balanced=_balanced(test.labels, right, weights),
        calibration=calibrate(test.probabilities, test.labels, weights, temperature),
        unit="image" if metadata.patients is None else "patient",
        rounds=len(weights),
        seed=SEED,
    )


def _measure(part: Part, test: Answers, weights: np.ndarray, right: np.ndarray) -> GroupFigures:
    inside = part.is_in
    return GroupFigures(
        part.title,
        part.name,
        int(inside.sum()),
        share(int(right[inside].sum()), int(inside.sum())),
        _auc(test.probabilities[inside], test.labels[inside], weights[:, inside]),
    )


def _auc(probabilities: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> Figure:
    if probabilities.shape[1] != 2 or len(np.unique(labels)) < 2:
        return Figure(None, None)
    size = max(1, MOST_CELLS // len(labels))
    whole, *some = (
        area(Sample(probabilities, labels, part.astype(np.float64), 0.5).counts(1))
        for part in (np.ones((1, len(labels))), *np.split(weights, range(size, len(weights), size)))
    )
    return resampled(whole[0], np.concatenate(some))


def _balanced(labels: np.ndarray, right: np.ndarray, weights: np.ndarray) -> Figure:
    """Draws hold as many images of each class as there are, unless patients are drawn."""
    there = np.unique(labels)
    value = float(np.mean([right[labels == k].mean() for k in there]))
    shares = [
        weights[:, right & (labels == k)].sum(1, dtype=np.float64)
        / np.maximum(weights[:, labels == k].sum(1), 1)
        for k in there
    ]
    return Figure(value, interval(np.mean(shares, axis=0)))
