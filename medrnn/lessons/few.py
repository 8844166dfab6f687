"""A few images of a shipped data set, so that a network can be trained while somebody waits."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from medrnn.datasets import Dataset, load_dataset
from medrnn.datasets.records import Split


@lru_cache(maxsize=16)
def few(name: str, train: int, val: int) -> Dataset:
    """The first images of each split, in their own order; the test split is left empty.

    Args:
        name: a shipped data set.
        train: images to learn from.
        val: images to measure on, which are never learnt from.
    """
    found = load_dataset(name)
    return replace(
        found, train=_copy(found.train, train), val=_copy(found.val, val), test=found.test.first(1)
    )


def _copy(split: Split, count: int) -> Split:
    """The first images by themselves, so that the whole set need not stay in memory."""
    some = split.first(count)
    return Split(some.images.copy(), some.labels.copy())


def pick(split: Split, chosen: np.ndarray) -> Split:
    """The images at the given places."""
    return split.some(chosen)
