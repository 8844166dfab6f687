"""Images dealt out to splits: each class by itself, or patient by patient so that nobody stands in two splits."""

from collections.abc import Sequence

import numpy as np

SHARES = {"train": 0.7, "val": 0.15, "test": 0.15}


def deal(labels: np.ndarray, shares: Sequence[float], seed: int = 0) -> np.ndarray:
    """Deal the images of each class out by these shares, at least one each; of fewer the first parts get one.

    Args:
        labels: (image,) whole numbers from 0.
        shares: of each part; they need not sum up to 1.
        seed: of the order.

    Returns:
        (image,) int64, the part of each.
    """
    rng = np.random.default_rng(seed)
    parts = np.zeros(len(labels), np.int64)
    for label in range(int(labels.max(initial=-1)) + 1):
        own = np.flatnonzero(labels == label)
        own = own[rng.permutation(len(own))]
        if len(own) < len(shares):
            parts[own] = np.arange(len(own))
            continue
        ends = [round(sum(shares[: k + 1]) / sum(shares) * len(own)) for k in range(len(shares))]
        for k in range(len(shares) - 1, 0, -1):  # from the back: nobody goes without
            ends[k - 1] = min(ends[k - 1], ends[k] - 1)
        for k, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
            parts[own[start:end]] = k
    return parts


def singles(groups: np.ndarray) -> np.ndarray:
    """The same groups, where each unknown one (-1) becomes one of its own."""
    found = groups.copy()
    unknown = np.flatnonzero(groups < 0)
    found[unknown] = groups.max(initial=-1) + 1 + np.arange(len(unknown))
    return found


def deal_groups(labels: np.ndarray, groups: np.ndarray, shares: Sequence[float], seed: int = 0) -> np.ndarray:
    """Deal whole patients out, so that each part gets its share of every class as nearly as that goes.

    Greedy, as scikit-learn's StratifiedGroupKFold does it for equal parts: the patients whose images lean most to one
    class or are most go first (equal ones in an order of the seed), each to the part whose counts of each class then
    miss their targets least, relative to the class.

    Args:
        labels: (image,) whole numbers from 0.
        groups: (image,) of patients; -1 is a patient of its own.
        shares: of each part.
        seed: of the order.

    Returns:
        (image,) int64, the part of each.
    """
    _, own = np.unique(singles(groups), return_inverse=True)
    counts = np.zeros((int(own.max(initial=-1)) + 1, int(labels.max(initial=0)) + 1))
    np.add.at(counts, (own, labels), 1)
    total = np.maximum(counts.sum(0), 1)
    wanted = np.outer(np.asarray(shares, float) / sum(shares), total)
    shuffled = np.random.default_rng(seed).permutation(len(counts))
    order = shuffled[np.argsort(-(counts[shuffled] / total).max(1), kind="stable")]
    held, part_of = np.zeros_like(wanted), np.zeros(len(counts), np.int64)
    for one in order:
        gain = [
            _miss(held[k], wanted[k], total) - _miss(held[k] + counts[one], wanted[k], total)
            for k in range(len(shares))
        ]
        part_of[one] = int(np.argmax(gain))
        held[part_of[one]] += counts[one]
    return part_of[own]


def _miss(held: np.ndarray, wanted: np.ndarray, total: np.ndarray) -> float:
    """How far a part is off its targets: squares, relative to what it wants, so that small parts are not forgotten."""
    return float((((held - wanted) / total) ** 2 / np.maximum(wanted / total, 1e-9)).sum())
