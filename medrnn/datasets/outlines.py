"""Where the lungs lie in the pictures of a shipped set that holds their outlines."""

from dataclasses import dataclass

import numpy as np

from medrnn.datasets.layout import SPLITS
from medrnn.datasets.shipped import DATA
from medrnn.errors import DataError

SETS = ("chest64", "chest64-kinds")  # the same pictures under other labels


@dataclass(frozen=True, eq=False)
class Outlines:
    """The lungs of every picture of a split.

    Attributes:
        lungs: (image, row, column) bool, True in the lungs.
        is_known: (image,) bool, False where nobody outlined them; they are then empty.
    """

    lungs: np.ndarray
    is_known: np.ndarray


def read_outlines(name: str, split: str = "test") -> Outlines:
    """The lungs of a split.

    Args:
        name: of the set.
        split: "train", "val" or "test".

    Raises:
        DataError: the set holds no outlines, or has no such split.
    """
    if name not in SETS:
        raise DataError(
            f"Expected a set with outlined lungs, one of {', '.join(SETS)}, got {name!r}. "
            "Choose a model that learnt from one of them."
        )
    if split not in SPLITS:
        raise DataError(f"split: expected one of {', '.join(SPLITS)}, got {split!r}.")
    with np.load(DATA / "chest64" / "chest64.npz", allow_pickle=False) as arrays:
        return Outlines(arrays[f"{split}_lungs"] > 0, arrays[f"{split}_has_lungs"] > 0)
