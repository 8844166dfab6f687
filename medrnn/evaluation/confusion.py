"""Which class was taken for which: the confusion matrix, each class against the rest, the worst mistakes."""

from dataclasses import dataclass

import numpy as np

from medrnn.evaluation import ranking
from medrnn.evaluation.figures import interval
from medrnn.evaluation.metrics import MOST_CELLS, wilson_interval

Ends = tuple[float, float]


def matrix(labels: np.ndarray, answers: np.ndarray, classes: int) -> np.ndarray:
    """(label, answer) how many images of a label got an answer, int64.

    Args:
        labels: (image,) class indices.
        answers: (image,) class indices.
        classes: how many there are.
    """
    found: np.ndarray = np.bincount(labels * classes + answers, minlength=classes**2).reshape(
        classes, classes
    )
    return found


def images_of(probabilities: np.ndarray, labels: np.ndarray, label: int, answer: int) -> np.ndarray:
    """(found,) indices of the images in a cell of the matrix, the surest answers first.

    Args:
        probabilities: (image, class).
        labels: (image,) class indices.
        label: row of the cell.
        answer: column of the cell.
    """
    (rows,) = np.nonzero((labels == label) & (probabilities.argmax(1) == answer))
    ordered: np.ndarray = rows[np.argsort(-probabilities[rows, answer], kind="stable")]
    return ordered


def worst_mistakes(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(found,) indices of the images that are answered wrong, those with the most probable wrong answer first.

    Args:
        probabilities: (image, class).
        labels: (image,) class indices.
    """
    (rows,) = np.nonzero(probabilities.argmax(1) != labels)
    ordered: np.ndarray = rows[np.argsort(-probabilities[rows].max(1), kind="stable")]
    return ordered


@dataclass(frozen=True)
class Figure:
    """A number with its 95 % interval; both None where it is not defined."""

    value: float | None
    interval: Ends | None


def share(part: int, of: int) -> Figure:
    """A share with Wilson's interval; not defined where there is nothing to be a share of."""
    if not of:
        return Figure(None, None)
    low, high = wilson_interval(part, of)
    return Figure(part / of, (low, high))


def resampled(value: float, draws: np.ndarray) -> Figure:
    """A figure with the middle 95 % of its resamples; not defined where it is NaN."""
    return Figure(None, None) if np.isnan(value) else Figure(float(value), interval(draws))


@dataclass(frozen=True)
class ClassFigures:
    """One class against the rest, at the most probable class as the answer.

    Attributes:
        name: of the class.
        count: images with this label.
        called: images with this answer.
        sensitivity: share of the label that gets the answer (recall); Wilson.
        precision: share of the answer that has the label; Wilson.
        f1: harmonic mean of both; bootstrap.
        auc: area under the ROC curve; bootstrap.
        ap: average precision; bootstrap.
    """

    name: str
    count: int
    called: int
    sensitivity: Figure
    precision: Figure
    f1: Figure
    auc: Figure
    ap: Figure


def per_class(
    probabilities: np.ndarray, labels: np.ndarray, weights: np.ndarray, classes: tuple[str, ...]
) -> tuple[ClassFigures, ...]:
    """The table of classes.

    Args:
        probabilities: (image, class), each row sums to 1.
        labels: (image,) class indices.
        weights: (resample, image) of ``figures.draw``.
        classes: names.
    """
    answers = probabilities.argmax(1)
    return tuple(
        _of_class(name, probabilities[:, k], labels == k, answers == k, weights)
        for k, name in enumerate(classes)
    )


def _of_class(
    name: str, scores: np.ndarray, is_class: np.ndarray, is_called: np.ndarray, weights: np.ndarray
) -> ClassFigures:
    hits, count, called = (int(some.sum()) for some in (is_class & is_called, is_class, is_called))
    one = np.ones((1, len(scores)))
    ranked = [_ranked(scores, is_class, some) for some in (one, weights)]
    (area, areas), (precision, precisions) = zip(*ranked, strict=True)
    return ClassFigures(
        name=name,
        count=count,
        called=called,
        sensitivity=share(hits, count),
        precision=share(hits, called),
        f1=resampled(_f1(is_class, is_called, one)[0], _f1(is_class, is_called, weights)),
        auc=resampled(area[0], areas),
        ap=resampled(precision[0], precisions),
    )


def _f1(is_class: np.ndarray, is_called: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(resample,) 2 x hits / (label + answer); NaN where there is neither."""
    both, there, called = (
        weights[:, some].sum(1, dtype=np.float64) for some in (is_class & is_called, is_class, is_called)
    )
    found: np.ndarray = np.divide(
        2 * both, there + called, out=np.full_like(both, np.nan), where=there + called > 0
    )
    return found


def _ranked(scores: np.ndarray, is_class: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(resample,) area under the ROC curve, and average precision."""
    size, areas, precisions = max(1, MOST_CELLS // len(scores)), [], []
    for at in range(0, max(1, len(weights)), size):
        counts = ranking.count(scores, is_class, weights[at : at + size].astype(np.float64))
        areas.append(ranking.area(counts))
        precisions.append(ranking.average_precision(counts))
    return np.concatenate(areas), np.concatenate(precisions)
