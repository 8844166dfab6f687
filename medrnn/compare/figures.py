"""The figures of a comparison: each model's with intervals, each pair's tests, each group's share answered right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from medrnn.compare.paired import AucDifference, McNemar, delong, holm, mcnemar
from medrnn.compare.sets import Compared
from medrnn.evaluation import groups
from medrnn.evaluation.figures import FIGURES, SPECIFICITY, Measured, draw, interval, measure
from medrnn.evaluation.metrics import RESAMPLES, wilson_interval

ALPHA = 0.05


@dataclass(frozen=True)
class Pair:
    """Two models on the same images.

    Attributes:
        first, second: places among the models of the comparison.
        auc: DeLong's test of one class against the rest; None where the class has fewer than two images, or all.
        errors: McNemar's test of which images are answered right.
        auc_p, errors_p: of both tests after Holm's correction for all tests of the comparison.
        resampled: 95 % intervals of the difference of each figure, over the same resamples of both.
    """

    first: int
    second: int
    auc: AucDifference | None
    errors: McNemar
    auc_p: float | None
    errors_p: float
    resampled: Mapping[str, tuple[float, float] | None]


@dataclass(frozen=True, eq=False)
class Group:
    """One part of the images.

    Attributes:
        title: what they are grouped by.
        name: of this group.
        count: images in it.
        right: share answered right by each model, 0 to 1.
        intervals: Wilson's 95 % of each.
    """

    title: str
    name: str
    count: int
    right: tuple[float, ...]
    intervals: tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class Comparison:
    """All figures of several models on one set.

    Attributes:
        compared: the answers.
        measured: of each model.
        pairs: every two of them.
        groups: parts of the images, those by class first.
        target: index of the class of the ROC curves and of DeLong's test.
        specificity: at which the sensitivity is told.
        seed, rounds: of the resamples; none where a class is of too few units (``evaluation.figures.has_enough``).
        unit: what was drawn as a whole: "patient" or "image"; within each class as many as there are.
    """

    compared: Compared
    measured: tuple[Measured, ...]
    pairs: tuple[Pair, ...]
    groups: tuple[Group, ...]
    target: int
    specificity: float
    seed: int
    rounds: int
    unit: str


def compare(
    compared: Compared,
    *,
    target: int | None = None,
    specificity: float = SPECIFICITY,
    seed: int = 0,
    rounds: int = RESAMPLES,
) -> Comparison:
    """All figures of a comparison.

    Args:
        compared: at least one model on at least one image.
        target: the class of the ROC curves and of DeLong's test; by default the last.
        specificity: at which the sensitivity is told, 0 to 1.
        seed: of the resamples.
        rounds: how many resamples.
    """
    patients = compared.metadata.patients
    weights = draw(compared.labels, patients, seed=seed, rounds=rounds)
    measured = tuple(
        measure(one.probabilities, compared.labels, weights, specificity=specificity)
        for one in compared.models
    )
    target = len(compared.classes) - 1 if target is None else target
    return Comparison(
        compared=compared,
        measured=measured,
        pairs=_pairs(compared, measured, target),
        groups=tuple(_groups(compared)),
        target=target,
        specificity=specificity,
        seed=seed,
        rounds=len(weights),
        unit="image" if patients is None else "patient",
    )


def _pairs(compared: Compared, measured: Sequence[Measured], target: int) -> tuple[Pair, ...]:
    right, is_class = compared.all_right, compared.labels == target
    can_rank = min(is_class.sum(), (~is_class).sum()) > 1
    chosen = list(combinations(range(len(measured)), 2))
    scores = [one.probabilities[:, target] for one in compared.models]
    areas = [delong(scores[a], scores[b], is_class) if can_rank else None for a, b in chosen]
    errors = [mcnemar(right[a], right[b]) for a, b in chosen]
    adjusted = holm([area.p for area in areas if area] + [error.p for error in errors])
    of_errors = adjusted[-len(errors) :] if errors else []
    return tuple(
        Pair(
            first=a,
            second=b,
            auc=area,
            errors=error,
            auc_p=adjusted[k] if area else None,
            errors_p=of_errors[k],
            resampled={
                name: interval(measured[a].resampled[name] - measured[b].resampled[name]) for name in FIGURES
            },
        )
        for k, ((a, b), area, error) in enumerate(zip(chosen, areas, errors, strict=True))
    )


def _groups(compared: Compared) -> list[Group]:
    right = compared.all_right
    parts = (*groups.by_class(compared.labels, compared.classes), *groups.by_group(compared.metadata))
    return [_group(part.title, part.name, right[:, part.is_in]) for part in parts]


def _group(title: str, name: str, right: np.ndarray) -> Group:
    count = right.shape[1]
    intervals = [wilson_interval(int(row.sum()), count) for row in right]
    return Group(
        title,
        name,
        count,
        tuple(float(row.mean()) for row in right),
        tuple((low, high) for low, high in intervals),
    )
