"""MedMNIST's layout: {train,val,test}_images (N, rows, columns[, 3]) uint8 and _labels (N, 1) in one npz file."""

import zipfile
from pathlib import Path

import numpy as np

from medrnn.datasets.layout import SPLITS
from medrnn.datasets.records import Dataset, Split
from medrnn.errors import DataError


def _read_split(arrays: "np.lib.npyio.NpzFile", split: str, named: str) -> Split:
    images, labels = arrays[f"{split}_images"], arrays[f"{split}_{named}"]
    if images.dtype != np.uint8 or images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[3] != 3):
        raise DataError(
            f"{split}_images: expected uint8 (image, row, column) or (image, row, column, 3), "
            f"got {images.dtype} {images.shape}. Volumes are not read; bring other values to 0 to 255."
        )
    if labels.ndim == 2 and labels.shape[1] > 1:
        raise DataError(
            f"{split}_labels: expected one label an image, got {labels.shape[1]}; several are not supported. "
            "Choose one of them: labels[:, [k]]."
        )
    labels = labels.reshape(-1)
    if len(labels) != len(images) or not np.issubdtype(labels.dtype, np.integer) or (labels < 0).any():
        raise DataError(
            f"{split}_labels: expected {len(images)} whole numbers from 0, got {labels.dtype} {labels.shape}."
        )
    return Split(images, labels.astype(np.int64))


def read_npz(
    path: Path,
    *,
    name: str = "",
    title: str = "",
    classes: tuple[str, ...] = (),
    about: str = "",
    licence: str = "not stated",
    labels: str = "labels",
) -> Dataset:
    """Read a MedMNIST npz file.

    Args:
        path: the file. Pickled arrays are refused.
        name: its id, by default the file's name without its end; ``title`` likewise.
        title: what a page calls it.
        classes: names in the order of the labels; numbered where there are none.
        about: sentences: what the images are, and whence.
        licence: of the images.
        labels: under which name they stand behind the split's.

    Returns:
        Dataset: images uint8 (image, row, column) or (image, row, column, 3), labels int64 (image,).

    Raises:
        DataError: not an npz file, a key is missing, or an array has another layout.
    """
    keys = [f"{split}_{part}" for split in SPLITS for part in ("images", labels)]
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            missing = [key for key in keys if key not in arrays]
            if missing:
                raise DataError(f"Expected the MedMNIST keys {', '.join(keys)}; {missing[0]} is missing.")
            train, val, test = (_read_split(arrays, split, labels) for split in SPLITS)
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, AttributeError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError("Expected an npz file as MedMNIST publishes them; this one cannot be read.") from None
    splits = (train, val, test)
    count = 1 + max(int(split.labels.max(initial=0)) for split in splits)
    names = classes or tuple(f"class {k}" for k in range(max(count, 2)))
    if count > len(names):
        raise DataError(f"Expected labels below {len(names)}, got {count - 1}.")
    stem = Path(path).stem
    return Dataset(name or stem, title or stem, names, train, val, test, about=about, licence=licence)
