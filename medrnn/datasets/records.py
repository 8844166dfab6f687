"""What every data set is read into."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Split:
    """Images with their labels.

    Attributes:
        images: (image, row, column) uint8.
        labels: (image,) int64, each the index of a class.
    """

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, count: int) -> "Split":
        """The first ``count`` images; all of them for 0."""
        return Split(self.images[:count], self.labels[:count]) if count else self


@dataclass(frozen=True, eq=False)
class Dataset:
    """Three splits that share no image by design of their source, and where they come from."""

    name: str
    title: str
    classes: tuple[str, ...]
    train: Split
    val: Split
    test: Split
    about: str = ""
    licence: str = "not stated"

    @property
    def size(self) -> tuple[int, int]:
        """(rows, columns) of the images."""
        return self.train.images.shape[1:3]

    @property
    def counts(self) -> dict[str, int]:
        """Number of images in each split."""
        return {"train": len(self.train), "val": len(self.val), "test": len(self.test)}
