"""What every data set is read into."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from medrnn.config import ReadingConfig
from medrnn.models.cards import Counts


@dataclass(frozen=True, eq=False)
class Split:
    """Images with their labels.

    Attributes:
        images: (image, row, column), in colour (image, row, column, 3), uint8.
        labels: (image,) int64, each the index of a class.
        groups: (image,) int64, the same number for images of one patient in all splits, -1 where it is not known; None
            where nothing is known of patients.
        lengths: (image,) int64, how many slices lie on each sheet, from its top left; None of images, and where all
            sheets are full.
    """

    images: np.ndarray
    labels: np.ndarray
    groups: np.ndarray | None = None
    lengths: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, count: int) -> "Split":
        """The first ``count`` images; all of them for 0."""
        return self.some(slice(count)) if count else self

    def some(self, chosen: np.ndarray | slice) -> "Split":
        """The images at some places: indices, a mask or a slice."""
        groups, lengths = (None if one is None else one[chosen] for one in (self.groups, self.lengths))
        return Split(self.images[chosen], self.labels[chosen], groups, lengths)


@dataclass(frozen=True)
class Findings:
    """What was found out about the originals of a set while it was read; numbers and our own words only.

    Attributes:
        kinds: kind of file, such as "PNG", to how many there were.
        sizes: "rows x columns" of the originals to how many there were, the commonest first.
        left_out: reason, a key of ``left_out.REASONS``, to how many files or images were left out for it.
        dealt: the splits that were dealt out here and not given.
        patients: how patients are told, a key of ``patients.RULES``.
        is_by_patient: True where they were dealt out patient by patient.
        seed: of the dealing.
    """

    kinds: Mapping[str, int] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    dealt: tuple[str, ...] = ()
    patients: str = "none"
    is_by_patient: bool = False
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Dataset:
    """Three splits that share no image by design of their source, and where they come from.

    Attributes:
        name: its id, as ``load_dataset`` takes it where it is shipped.
        title: what a page calls it.
        classes: names; a label is the index of one.
        train: what is learnt from.
        val: of the same size and classes; chooses the epoch where a recipe keeps the best.
        test: likewise; read once, at the end.
        about: sentences: what the images are, and whence.
        licence: of the images.
        findings: about the originals; empty where a file holds nothing but pixels.
        reading: of series the one that their sheets have (``datasets.slices``); None for images, which can be read in
            many ways.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    train: Split
    val: Split
    test: Split
    about: str = ""
    licence: str = "not stated"
    findings: Findings = Findings()
    reading: ReadingConfig | None = None

    @property
    def size(self) -> tuple[int, int]:
        """(rows, columns) of the images."""
        return self.train.images.shape[1:3]

    @property
    def channels(self) -> str:
        """What a reading of these images can hold: a key of ``CHANNELS``."""
        return "rgb" if self.train.images.ndim == 4 else "grey"

    @property
    def digest(self) -> str:
        """SHA-256 of all images and labels: names a set by what it holds, not by where it lay or what it was called."""
        found = hashlib.sha256()
        for split in (self.train, self.val, self.test):
            for array in (split.images, split.labels, *([] if split.lengths is None else [split.lengths])):
                found.update(str(array.shape).encode())
                found.update(array.tobytes())
        return found.hexdigest()

    @property
    def counts(self) -> Counts:
        """Number of images in each split."""
        return {"train": len(self.train), "val": len(self.val), "test": len(self.test)}
