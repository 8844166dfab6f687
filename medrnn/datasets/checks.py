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
