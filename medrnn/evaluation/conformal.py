"""Prediction sets that hold the right class in a set share of the cases, each class for itself (by crepes).

Mondrian conformal prediction with the class as the category (Vovk, Gammerman and Shafer 2005, chapter 4.5): an image
keeps a class unless fewer than one in ten of that class, the image itself among them, had a probability as low. What
that promises holds for images drawn as the calibration images were, and for no others.
"""

from collections.abc import Iterator

import numpy as np

from medrnn.evaluation.metrics import wilson_interval
from medrnn.models.sets import LEVEL, members
from medrnn.models.sure import Covered, Sets, Sizes

ROUNDS = 200  # random halves


def fit_limits(probabilities: np.ndarray, labels: np.ndarray, *, level: float = LEVEL) -> np.ndarray:
    """The least probability with which each class stays in a set.

    crepes decides which of a class's own calibration images keep it; the least probable of them is the limit, since
    its p-value (unsmoothed) changes at calibration images alone.

    Args:
        probabilities: (image, class) of calibration images.
        labels: (image,) class indices, each class at least once.
        level: share of a class that is to be covered.

    Returns:
        (class,) float64; 0 where the class has too few images to exclude it at all.
    """
    return np.array(
        [_limit(probabilities[labels == k, k], level) for k in range(probabilities.shape[1])], np.float64
    )


def _limit(said: np.ndarray, level: float) -> float:
    """Of one class: its probabilities (image,) on its own images."""
    from crepes import ConformalClassifier

    strange = -said.astype(np.float64)  # orders images as crepes' hinge, 1 - p, does, and rounds nothing
    rule, tried = ConformalClassifier(), np.append(strange, 1.0)  # the last is stranger than any image
    rule.fit(strange)
    *kept, all_stay = rule.predict_set(tried[:, None], confidence=level, smoothing=False)[:, 0].astype(bool)
    return 0.0 if all_stay else float(said[np.array(kept)].min())


def _halves(labels: np.ndarray, units: np.ndarray | None, rounds: int, seed: int) -> Iterator[np.ndarray]:
    """(image,) bool: which images set the limits, half of the units of each class, drawn at random."""
    rng, own = np.random.default_rng(seed), np.arange(len(labels)) if units is None else units
    first = dict(zip(own.tolist(), labels.tolist(), strict=True))
    of_class = [[unit for unit, label in first.items() if label == k] for k in np.unique(labels)]
    for _ in range(rounds):
        drawn = [rng.permutation(some)[: len(some) // 2] for some in of_class]
        yield np.isin(own, np.concatenate(drawn))


def sizes(kept: np.ndarray) -> Sizes:
    """How many classes sets (image, class) bool hold."""
    count = kept.sum(1)
    shares = (count == 0).mean(), (count == 1).mean(), (count > 1).mean()
    empty, one, more = map(float, shares)
    return {"mean": float(count.mean()), "empty": empty, "one": one, "more": more}


def covered(kept: np.ndarray, labels: np.ndarray) -> list[tuple[int, int]]:
    """Of each class how many of its images have it in their set (image, class), and how many there are."""
    return [(int(kept[labels == k, k].sum()), int((labels == k).sum())) for k in range(kept.shape[1])]


def _try_halves(
    probabilities: np.ndarray, labels: np.ndarray, units: np.ndarray | None, rounds: int, seed: int
) -> tuple[np.ndarray, np.ndarray, Sizes]:
    """(round, class) share that is covered and images held out, and the mean sizes of the sets."""
    shares, counts, found = [], [], []
    for fits in _halves(labels, units, rounds, seed):
        kept = members(probabilities[~fits], fit_limits(probabilities[fits], labels[fits]))
        of_class = np.array(covered(kept, labels[~fits]))
        shares.append(of_class[:, 0] / of_class[:, 1])
        counts.append(of_class[:, 1])
        found.append(sizes(kept))
    mean: Sizes = {
        "mean": float(np.mean([one["mean"] for one in found])),
        "empty": float(np.mean([one["empty"] for one in found])),
        "one": float(np.mean([one["one"] for one in found])),
        "more": float(np.mean([one["more"] for one in found])),
    }
    return np.array(shares), np.array(counts), mean


def calibrate_sets(
    val: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    units: np.ndarray | None = None,
    *,
    seed: int = 0,
    rounds: int = ROUNDS,
) -> Sets:
    """The limits, and how often the sets hold the right class.

    Args:
        val: (image, class) probabilities and (image,) labels that set the limits, every class some times.
        test: the same of images that took no part.
        units: (image,) what of ``val`` is dealt to a half as a whole, such as the patient; None deals images.
        seed: of the halves.
        rounds: how many random halves.
    """
    shares, counts, in_halves = _try_halves(*val, units, rounds, seed)
    limits = fit_limits(*val)
    kept = members(test[0], limits)
    rows: list[Covered] = []
    for k, (hit, count) in enumerate(covered(kept, test[1])):
        rows.append(
            {
                "count": int((val[1] == k).sum()),
                "limit": float(limits[k]),
                "halves": float(shares[:, k].mean()),
                "spread": float(shares[:, k].std()),
                "held_out": int(round(counts[:, k].mean())),
                "test": hit / count if count else None,
                "test_count": count,
                "test_interval": list(wilson_interval(hit, count)) if count else None,
            }
        )
    return {"level": LEVEL, "rounds": rounds, "classes": rows, "halves": in_halves, "test": sizes(kept)}
