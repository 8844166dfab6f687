"""A folder of images: one folder a class, or train/val/test folders that hold one folder a class each."""

from pathlib import Path

import numpy as np

from medrnn import imaging, sequences
from medrnn.config import ReadingConfig
from medrnn.datasets.records import Dataset, Split
from medrnn.errors import DataError, ImageError
from medrnn.imaging.series.paths import read_bytes

SPLITS = ("train", "val", "test")
SIDE = 64


def _read_images(files: list[Path]) -> np.ndarray:
    config = ReadingConfig(size=(SIDE, SIDE))
    grids = []
    for file in files:
        try:
            study = imaging.read(read_bytes(file))
            grids.append(sequences.read_study(study, config, from_colour=True).grid)
        except ImageError as error:
            raise DataError(f"File {_place(file)}: {error}", file=str(file)) from None
    stack = np.stack(grids) if grids else np.zeros((0, SIDE, SIDE), np.float32)
    return np.rint(255 * stack).astype(np.uint8)


def _place(file: Path) -> str:
    """A file by its place in its folder, counted from 1 in the order of names: names may name people."""
    beside = sorted(f for f in file.parent.iterdir() if f.is_file() and not f.name.startswith("."))
    return f"{beside.index(file) + 1} of {len(beside)} by name in its folder"


def _list_files(folder: Path, classes: tuple[str, ...]) -> list[tuple[Path, int]]:
    return [
        (file, label)
        for label, name in enumerate(classes)
        for file in sorted((folder / name).glob("*"))
        if file.is_file() and not file.name.startswith(".")
    ]


def _class_names(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(f.name for f in folder.iterdir() if f.is_dir() and not f.name.startswith(".")))


def read_folder(folder: Path) -> Dataset:
    """Read images of any supported kind, each cut to its centred square and brought to 64 x 64.

    Without train, val and test folders the files are dealt 70 : 15 : 15 (seed 0) within each class; several
    images of one patient may then fall on both sides, so give the split yourself where that can happen.

    Raises:
        DataError: fewer than two classes, a split without images, or a file that is no image.
    """
    split = all((folder / name).is_dir() for name in SPLITS)
    classes = _class_names(folder / "train" if split else folder)
    if len(classes) < 2:
        raise DataError(f"Expected a folder for each of at least two classes, got {len(classes)}.")
    parts: dict[str, list[tuple[Path, int]]] = {name: [] for name in SPLITS}
    if split:
        parts = {name: _list_files(folder / name, classes) for name in SPLITS}
    else:
        rng = np.random.default_rng(0)
        for label in range(len(classes)):
            files = [item for item in _list_files(folder, classes) if item[1] == label]
            files = [files[k] for k in rng.permutation(len(files))]
            a, b = round(0.7 * len(files)), round(0.85 * len(files))
            for name, some in zip(SPLITS, (files[:a], files[a:b], files[b:]), strict=True):
                parts[name] += some
    empty = [name for name in SPLITS if not parts[name]]
    if empty:
        raise DataError(f"Expected images for train, val and test, got none for {empty[0]}.")
    splits = [
        Split(_read_images([f for f, _ in parts[n]]), np.array([k for _, k in parts[n]], np.int64))
        for n in SPLITS
    ]
    return Dataset(
        folder.name, folder.name, classes, *splits, about="A folder of images, brought to 64 x 64."
    )
