"""Sets of series: each image is the sheet of its slices, side by side as ``config.reading.sheet_of`` lays them."""

from typing import TYPE_CHECKING

import numpy as np

from medrnn import sequences
from medrnn.config import ReadingConfig
from medrnn.config.reading import read_slices
from medrnn.datasets.layout import SPLITS
from medrnn.datasets.records import Dataset, Split

if TYPE_CHECKING:
    from medrnn.datasets.shipped import Source

MS = read_slices(12, 32, slice_mm=2.0, pixel_mm=1.0, scale="median")
EVERY = 2  # of the slices of 1 mm one is read


def to_sheets(stacks: np.ndarray, config: ReadingConfig) -> np.ndarray:
    """Series (series, slice, row, column[, 3]) as sheets (series, row, column[, 3]) of the same kind.

    Args:
        stacks: slices from the first to the last, whatever the direction in which they will be read.
        config: how many slices of which size.
    """
    upright = read_slices(config.slices, config.patch) if stacks.ndim == 4 else config
    return sequences.place(stacks.reshape(*stacks.shape[:2], -1), upright)


def to_stacks(sheets: np.ndarray, config: ReadingConfig) -> np.ndarray:
    """The inverse of ``to_sheets`` for grey ones: (series, slice, row, column), from the first slice to the last."""
    upright = read_slices(config.slices, config.patch)
    return sequences.lines(sheets, upright).reshape(len(sheets), config.slices, config.patch, config.patch)


def cut_out(volume: np.ndarray, corners: np.ndarray, config: ReadingConfig) -> np.ndarray:
    """Blocks of a volume.

    Args:
        volume: (slice, row, column), ``EVERY`` times as fine along the slices as what is read.
        corners: (block, 3) first slice, row and column of each.
        config: how many slices of which size.

    Returns:
        (block, slice, row, column).
    """
    side, reach = config.patch, EVERY * config.slices
    return np.stack(
        [volume[z : z + reach : EVERY, y : y + side, x : x + side] for z, y, x in corners.astype(int)]
    )


def read_ms_masks(split: str) -> np.ndarray:
    """Where the lesions of ``ms-slices`` lie: (image, slice, row, column) bool, as its sheets' slices."""
    from medrnn.datasets.shipped import DATA

    with np.load(DATA / "ms_slices" / "ms_slices.npz", allow_pickle=False) as file:
        packed, corners = file[f"{split}_lesions"], file[f"{split}_corners"]
    return cut_out(np.unpackbits(packed, axis=-1).astype(bool), corners, MS)


def read_ms(name: str, source: "Source") -> Dataset:
    """Blocks of three brains, one a split, cut out of the volumes as they ship."""
    from medrnn.datasets.shipped import DATA

    splits = {}
    with np.load(DATA / "ms_slices" / "ms_slices.npz", allow_pickle=False) as file:
        for split in SPLITS:
            stacks = cut_out(file[f"{split}_volume"], file[f"{split}_corners"], MS)
            labels = file[f"{split}_labels"].reshape(-1).astype(np.int64)
            splits[split] = Split(to_sheets(stacks, MS), labels)
    return Dataset(
        name=name,
        title=source.title,
        classes=source.classes,
        train=splits["train"],
        val=splits["val"],
        test=splits["test"],
        about=source.about,
        licence=source.licence,
        reading=MS,
    )
