"""Of what splits a measurement says little: a class is missing there, or hardly anybody stands in them.

Labels and patients alone tell it, so it is asked wherever a set is about to be learnt from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from medrnn.datasets.dealing import singles
from medrnn.datasets.layout import SPLITS
from medrnn.datasets.records import Dataset, Split

LEAST_PATIENTS = 3  # of a split, below which nothing is said of how sure a figure is
MOST_SHARE = 0.5  # of all images, from beyond which one patient is most of a set


@dataclass(frozen=True)
class Weak:
    """What was found.

    Attributes:
        classes: of the set.
        missing: split with images to the classes, by their places, of which it holds none; only where there are any.
        few: split to its patients where several images are of fewer than ``LEAST_PATIENTS``.
        images: of the set.
        largest: images of the patient who has most; 0 where nothing is known of patients.
        unknown: images whose patient is not known, where patients are told at all.
    """

    classes: int = 0
    missing: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    few: Mapping[str, int] = field(default_factory=dict)
    images: int = 0
    largest: int = 0
    unknown: int = 0


def count_patients(groups: np.ndarray) -> int:
    """How many patients some images are of; one whose patient is not known (-1) is of one of its own."""
    return len(np.unique(singles(groups)))


def find_weak(data: Dataset) -> Weak:
    """Look at labels and patients.

    Args:
        data: any set.
    """
    splits: dict[str, Split] = {name: getattr(data, name) for name in SPLITS}
    held = {name: split for name, split in splits.items() if len(split)}
    missing = {
        name: tuple(np.setdiff1d(np.arange(len(data.classes)), split.labels).tolist())
        for name, split in held.items()
    }
    patients = {name: count_patients(one.groups) for name, one in held.items() if one.groups is not None}
    few = {name: n for name, n in patients.items() if n < min(LEAST_PATIENTS, len(held[name]))}
    groups = np.concatenate(
        [one.groups for one in held.values() if one.groups is not None] or [np.zeros(0, int)]
    )
    return Weak(
        len(data.classes),
        {name: places for name, places in missing.items() if places},
        few,
        sum(map(len, held.values())),
        int(np.bincount(groups[groups >= 0]).max(initial=0)) if len(groups) else 0,
        int((groups < 0).sum()),
    )


def say_weak(found: Weak) -> Iterator[str]:
    """A line a fact; no text that is not ours is in them."""
    if found.missing:
        each = ", ".join(f"{split} lacks {len(places)}" for split, places in found.missing.items())
        yield (
            f"Missing: of {found.classes} classes {each}. What is measured there says nothing of them; deal the images "
            "out otherwise, or add some."
        )
    if found.largest > max(1, MOST_SHARE * found.images):
        yield (
            f"One patient: {found.largest:,} of {found.images:,} images are told to be of one. Where that is wrong, "
            "tell patients by another rule; where it is right, what is learnt and measured is about one person."
        )
    if found.few:
        each = ", ".join(f"{split} {count}" for split, count in found.few.items())
        yield (
            f"Few patients: {each}. Figures of fewer than {LEAST_PATIENTS} patients have no interval: nothing tells "
            "how far others differ."
        )
    if found.unknown:
        yield (
            f"Patient not known: of {found.unknown:,} of {found.images:,} images. Each counts as a patient of its own; "
            "where several are of one, look at the rule or the pattern."
        )
