"""Whether a set holds what is to be done with it, asked before it is begun."""

import numpy as np

from medrnn.datasets.layout import SPLITS
from medrnn.datasets.records import Dataset
from medrnn.errors import DataError


def require_images(data: Dataset, *splits: str) -> None:
    """Refuse a set that has no images where some are needed.

    Args:
        data: any set.
        splits: of "train", "val", "test", those that are needed.

    Raises:
        DataError: one of them is empty; says what all hold.
    """
    held = ", ".join(f"{name} {count}" for name, count in data.counts.items())
    for name in splits:
        if not len(getattr(data, name)):
            raise DataError(
                f"Expected images in {', '.join(splits)}, got none in {name} ({held}). "
                "Move some of another split there."
            )


def require_one_length(data: Dataset, what: str) -> None:
    """Refuse a set of series of unlike lengths where their steps are set side by side.

    Args:
        data: any set.
        what: is to be done, such as "An index".

    Raises:
        DataError: the series have different numbers of slices.
    """
    known = [split.lengths for split in (data.train, data.val, data.test) if split.lengths is not None]
    if known:
        every = np.concatenate(known)
        raise DataError(
            f"{what} sets the steps of many series side by side: expected series of one length, got {every.min()} to "
            f"{every.max()} slices. Bring the volumes to one number of slices first."
        )


def require_trainable(data: Dataset) -> None:
    """Refuse a set that nothing can be learnt from.

    Args:
        data: any set.

    Raises:
        DataError: a split is empty, train holds one class only, or another split one that train has not.
    """
    require_images(data, *SPLITS)
    train = np.unique(data.train.labels)
    if len(train) < 2:
        raise DataError(
            f"Expected training images of at least two classes, got {len(data.train)} of one. "
            "Add images of another class."
        )
    for name, split in (("val", data.val), ("test", data.test)):
        strange = np.setdiff1d(split.labels, train)
        if len(strange):
            raise DataError(
                f"{name}: expected classes that train has too, got {data.classes[int(strange[0])]!r}, which train has "
                "not. Move images of it to train, or take them out."
            )
