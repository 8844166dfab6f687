"""Parts of a test split: each class, then the groups of which something is known beside the label."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from medrnn.datasets.metadata import Metadata


@dataclass(frozen=True, eq=False)
class Part:
    """Some of the images.

    Attributes:
        title: what they are grouped by.
        name: of this part.
        is_in: (image,) bool, at least one True.
    """

    title: str
    name: str
    is_in: np.ndarray


def by_class(labels: np.ndarray, classes: tuple[str, ...]) -> Iterator[Part]:
    """The images of each label that is there."""
    for k, name in enumerate(classes):
        if (labels == k).any():
            yield Part("Class", name, labels == k)


def by_group(metadata: Metadata) -> Iterator[Part]:
    """The groups of each title; images of which nothing is known are in none."""
    for title, names in metadata.groups.items():
        for name in np.unique(names):
            if name:
                yield Part(title, str(name), names == name)
