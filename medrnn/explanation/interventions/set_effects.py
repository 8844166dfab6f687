"""What an intervention does to the answers to many images of a data set."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from medrnn import sequences
from medrnn.brief import Brief
from medrnn.errors import ConfigError, DataError
from medrnn.evaluation.evaluate import answer, to_grids
from medrnn.evaluation.metrics import wilson_interval
from medrnn.explanation.interventions.edited_run import run_edited
from medrnn.explanation.interventions.effects import check_gap, probability_moved
from medrnn.explanation.interventions.kinds import Intervention
from medrnn.models.cards import Card
from medrnn.models.classifier import Classifier

LIMIT = 200
BATCH = 256
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False, repr=False)
class SetEffect(Brief):
    """What interventions do to a sample of a data set.

    Attributes:
        model, digest: id of the model and SHA-256 of its weights.
        interventions: what was done, in order.
        rows: (image,) int64, ascending: which of the images given were drawn, with ``seed``.
        labels: (image,) int64.
        before, after: (image, class) float64 probabilities.
        seed: of the sample.
        error: largest difference of ``before`` and the fused model's probabilities.
    """

    model: str
    digest: str
    interventions: tuple[Intervention, ...]
    rows: np.ndarray
    labels: np.ndarray
    before: np.ndarray
    after: np.ndarray
    seed: int
    error: float

    @property
    def is_changed(self) -> np.ndarray:
        """(image,) bool: where another class became the most probable one."""
        changed: np.ndarray = self.before.argmax(1) != self.after.argmax(1)
        return changed

    @property
    def share(self) -> float:
        """Share of the answers that change, from 0 to 1."""
        return float(self.is_changed.mean())

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the share."""
        return self._interval(self.is_changed)

    @property
    def accuracy(self) -> tuple[float, float]:
        """Before and after, from 0 to 1."""
        right = [float((p.argmax(1) == self.labels).mean()) for p in (self.before, self.after)]
        return right[0], right[1]

    @property
    def mean_change(self) -> float:
        """Mean over the images of the probability that moved from one class to another; |Δp| of two classes."""
        return float(probability_moved(self.before, self.after).mean())

    @staticmethod
    def _interval(found: np.ndarray) -> tuple[float, float]:
        low, high = wilson_interval(int(found.sum()), len(found))
        return low, high

    def to_dict(self) -> dict[str, Any]:
        """The figures as a plain dict of JSON values."""
        right = [p.argmax(1) == self.labels for p in (self.before, self.after)]
        return {
            "n": len(self.rows),
            "seed": self.seed,
            "share_changed": self.share,
            "interval": list(self.interval),
            "accuracy_before": self.accuracy[0],
            "accuracy_before_interval": list(self._interval(right[0])),
            "accuracy_after": self.accuracy[1],
            "accuracy_after_interval": list(self._interval(right[1])),
            "mean_change": self.mean_change,
            "error": self.error,
        }


def _check_set(card: Card, images: np.ndarray, labels: np.ndarray, limit: int) -> None:
    if limit < 1:
        raise ConfigError(f"limit: expected at least 1 image, got {limit}. Choose more images.")
    if card.whole.is_masked:
        raise DataError(
            f"An intervention over a set changes one step of all: expected a model of series of one length, {card.id} "
            "reads series of unlike lengths. Change one series on the page Memory."
        )
    is_laid_out = images.ndim == 3 or (images.ndim == 4 and images.shape[-1] == 3)
    if not is_laid_out or images.dtype != np.uint8 or not len(images) or labels.shape != images.shape[:1]:
        raise DataError(
            "Expected uint8 images (image, row, column) or (image, row, column, 3) with a label each, got "
            f"{images.dtype} {images.shape} and {labels.shape} labels."
        )
    if labels.max() >= len(card.classes):
        raise DataError(
            f"Expected at most the {len(card.classes)} classes of {card.id}, got label {labels.max()}. "
            "Choose the data set that the model was trained on."
        )


def share_changed(
    model: Classifier,
    card: Card,
    images: np.ndarray,
    labels: np.ndarray,
    interventions: Iterable[Intervention],
    *,
    limit: int = LIMIT,
    seed: int = 0,
    progress: Progress = lambda done, total: None,
) -> SetEffect:
    """How many answers change over a data set. The sample is drawn first, then everything is determined.

    Args:
        model: on the device that is to run; given back as found.
        card: the model's own.
        images: (image, row, column) or (image, row, column, 3) uint8, cut and resized where the model reads
            another size.
        labels: (image,) indices of the model's classes.
        interventions: the same for every image; a shuffle has one order for all.
        limit: at most so many images.
        seed: of the sample.
        progress: called after each batch with the images done and all; an exception in it ends the work.

    Raises:
        ConfigError: an intervention does not fit the model or its reading, or the limit is below 1.
        DataError: no images, another layout, or more classes than the model has.
        TraceError: the unchanged run does not agree with the fused one.
        DeviceError: the GPU's memory ran out.
    """
    images, labels, edits = np.asarray(images), np.asarray(labels), tuple(interventions)
    _check_set(card, images, labels, limit)
    rows = np.sort(np.random.default_rng(seed).permutation(len(images))[:limit])
    reading = card.config.reading
    found: tuple[list[np.ndarray], ...] = ([], [], [])  # before, after, fused
    for start in range(0, len(rows), BATCH):
        grids = to_grids(images[rows[start : start + BATCH]], reading)
        x = sequences.lines(grids, reading)
        for kept, some in zip(found, ((), edits), strict=False):
            kept.append(run_edited(model, x, some, prefixes=False).probabilities)
        found[2].append(answer(model, grids, reading))
        progress(start + len(grids), len(rows))
    before, after, fused = (np.concatenate(parts) for parts in found)
    return SetEffect(
        model=card.id,
        digest=card.digest,
        interventions=edits,
        rows=rows,
        labels=labels[rows],
        before=before,
        after=after,
        seed=seed,
        error=check_gap(before, fused),
    )
