"""Labels of an npz file as classes: one an image, or one of several by a choice."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from medrnn.config import MOST_CLASSES
from medrnn.datasets.choices import Choices
from medrnn.datasets.layout import SPLITS, require_few
from medrnn.errors import DataError

Named = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Labels:
    """How labels become classes: one column as it is, one of several as yes or no, or the only one that is set."""

    how: str  # "one", "chosen", "one-hot"
    column: int = 0

    def of(self, labels: np.ndarray) -> np.ndarray:
        """(image,) classes of (image,) or (image, label)."""
        if self.how == "one":
            return labels.reshape(-1)
        return labels.argmax(1) if self.how == "one-hot" else (labels[:, self.column] > 0).astype(np.int64)

    def classes(self) -> tuple[str, ...]:
        """Names, where the way gives them."""
        name = f"label {self.column + 1}"
        return (f"not {name}", name) if self.how == "chosen" else ()


def _is_one_hot(every: list[np.ndarray]) -> bool:
    joined = np.concatenate(every)
    return bool(len(joined) and np.isin(joined, (0, 1)).all() and (joined.sum(1) == 1).all())


def count_labels(arrays: Named, labels: str = "labels") -> int:
    """How many labels an image has that a choice has to be made of; 1 for one, or where one alone is ever set.

    Raises:
        DataError: more than anything here tells apart.
    """
    every = [arrays[f"{split}_{labels}"] for split in SPLITS if f"{split}_{labels}" in arrays]
    several = {one.shape[1] for one in every if one.ndim == 2}
    require_few(max(several, default=0), "labels an image")
    if len(several) != 1 or several == {1} or _is_one_hot([one for one in every if one.ndim == 2]):
        return 1
    return int(several.pop())


def way_of(arrays: Named, named: str, choices: Choices) -> Labels:
    """How the labels of a file become classes.

    Args:
        arrays: by name.
        named: under which name labels stand behind the split's.
        choices: which of several is learnt.

    Raises:
        DataError: there are several, and none was chosen; or too many.
    """
    every = {split: arrays[f"{split}_{named}"] for split in SPLITS}
    widths = {one.shape[1] if one.ndim == 2 else 1 for one in every.values() if one.size}
    if widths <= {1}:
        return Labels("one")
    if len(widths) > 1:
        raise DataError(f"Expected as many labels an image in every split, got {sorted(widths)}.")
    (width,) = widths
    require_few(width, "labels an image")
    if choices.label is not None:
        if not 0 <= choices.label < width:
            raise DataError(f"label: expected 1 to {width}, got {choices.label + 1}.")
        return Labels("chosen", choices.label)
    if _is_one_hot([one for one in every.values() if one.ndim == 2 and len(one)]):
        return Labels("one-hot")
    raise DataError(
        f"train_{named}: expected one label an image, got {width}. Choose the label that is learnt as yes or no, 1 to "
        f"{width}."
    )


def as_whole(labels: np.ndarray, raw: np.ndarray, count: int, named: str) -> np.ndarray:
    """Labels as whole numbers that can be classes.

    Args:
        labels: of one split, a number an image, as ``Labels.of`` gives them.
        raw: as the file has them, for the sentence.
        count: of the images.
        named: what the file calls them.

    Returns:
        (image,) int64, from 0 to below ``MOST_CLASSES``.

    Raises:
        DataError: another number of them, no whole numbers, one below 0, or one beyond all classes.
    """
    if labels.shape != (count,) or labels.dtype.kind not in "iu" or (labels < 0).any():
        raise DataError(
            f"{named}: expected {count} whole numbers from 0, got {raw.dtype} {raw.shape}. Number the classes from 0, "
            "one an image."
        )
    most = int(labels.max(initial=0))
    if most >= MOST_CLASSES:
        raise DataError(
            f"{named}: expected at most {MOST_CLASSES:,} classes, numbered from 0, got the label {most:,}. Number them "
            "anew, or leave some out."
        )
    return labels.astype(np.int64)
