"""Where the images of each split and class lie in a folder: found from its shape, before an image is read."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medrnn.errors import DataError

SPLITS = {
    "train": ("train", "training"),
    "val": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing"),
}
LEFT_OUT = ("thumbs.db", "desktop.ini", "__macosx")  # what systems leave behind
LEAST = 3  # images of a class that can be dealt to three splits
DEALT = (0.7, 0.15, 0.15)

Files = list[tuple[Path, int]]


@dataclass(frozen=True)
class Layout:
    """Which files are which.

    Attributes:
        classes: names of the class folders, sorted.
        files: (file, index of its class) of "train", "val" and "test".
        dealt: the splits that were dealt out here (seed 0) and not given by folders.
    """

    classes: tuple[str, ...]
    files: dict[str, Files]
    dealt: tuple[str, ...]


def _counts(path: Path) -> bool:
    return not path.name.startswith(".") and path.name.lower() not in LEFT_OUT


def _folders(folder: Path) -> list[Path]:
    return sorted(f for f in folder.iterdir() if f.is_dir() and _counts(f))


def files_in(folder: Path) -> list[Path]:
    """All files below a folder in the order of their paths; hidden ones and what systems leave behind left out."""
    found = (f for f in sorted(folder.rglob("*")) if f.is_file())
    return [f for f in found if all(_counts(folder / part) for part in f.relative_to(folder).parts)]


def _split_folders(folder: Path) -> dict[str, Path]:
    """The folders that are called like a split, whatever their capitals."""
    names = {name: split for split, several in SPLITS.items() for name in several}
    found: dict[str, Path] = {}
    for one in _folders(folder):
        split = names.get(one.name.lower())
        if split in found:
            raise DataError(
                f"Expected one folder for {split}, got {found[split].name!r} and {one.name!r}. "
                "Join them, or move one away."
            )
        if split:
            found[split] = one
    return found


def _is_loose(folder: Path) -> bool:
    return any(f.is_file() and _counts(f) for f in folder.iterdir())


def _inner(folder: Path) -> Path:
    """The folder that holds class or split folders: packing often wraps it in others, each alone in the one above."""
    inside = _folders(folder)
    is_wrapped = (
        len(inside) == 1 and not _is_loose(folder) and not _split_folders(folder) and _folders(inside[0])
    )
    return _inner(inside[0]) if is_wrapped else folder


def _classes(folder: Path, where: str) -> tuple[str, ...]:
    names = tuple(f.name for f in _folders(folder))
    loose = sum(f.is_file() and _counts(f) for f in folder.iterdir())
    if loose and not names:
        raise DataError(
            f"Expected a folder for each class in {where}, got {loose} files without any. "
            "Their classes cannot be told: sort them into a folder for each class."
        )
    if loose:
        raise DataError(
            f"Expected folders only in {where}, one a class, got {loose} files beside them. Move these away."
        )
    return names


def _listed(folder: Path, classes: tuple[str, ...]) -> Files:
    return [(file, label) for label, name in enumerate(classes) for file in files_in(folder / name)]


def _deal(files: Files, classes: tuple[str, ...], parts: tuple[float, ...]) -> list[Files]:
    """Deal the files of each class out by these shares (seed 0), at least one each."""
    rng = np.random.default_rng(0)
    dealt: list[Files] = [[] for _ in parts]
    for label in range(len(classes)):
        own = [item for item in files if item[1] == label]
        own = [own[k] for k in rng.permutation(len(own))]
        ends = [round(sum(parts[: k + 1]) / sum(parts) * len(own)) for k in range(len(parts))]
        for k in range(len(parts) - 1, 0, -1):  # from the back: nobody goes without
            ends[k - 1] = min(ends[k - 1], ends[k] - 1)
        for k, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
            dealt[k] += own[start:end]
    return dealt


def _check_classes(classes: tuple[str, ...], files: Files, where: str, least: int) -> None:
    if len(classes) < 2:
        raise DataError(
            f"Expected a folder for each of at least two classes in {where}, got {len(classes)}. "
            "Sort the images into a folder for each class."
        )
    counts = np.bincount([label for _, label in files], minlength=len(classes))
    few = int(counts.argmin())
    if counts[few] < least:
        raise DataError(
            f"Expected at least {least} images of each class in {where}, got {counts[few]} in class "
            f"{few + 1} of {len(classes)}. Add images, or take the class out."
        )


def _given(folder: Path, splits: dict[str, Path]) -> Layout:
    missing = [split for split in ("train", "test") if split not in splits]
    if missing:
        raise DataError(
            f"Expected folders train and test (val may be missing), got {', '.join(sorted(splits))} without "
            f"{missing[0]}. Add it, or give class folders alone: they are dealt out 70 : 15 : 15."
        )
    classes = _classes(splits["train"], "train")
    files: dict[str, Files] = {}
    for split, where in splits.items():
        strange = sorted(set(_classes(where, split)) - set(classes))
        if strange:
            raise DataError(
                f"Expected the same classes in {split} as in train ({len(classes)}), got {len(strange)} more. "
                "Give all splits folders of the same names."
            )
        files[split] = _listed(where, tuple(classes))
    _check_classes(classes, files["train"], "train", 1 if "val" in files else 2)
    if "val" not in files:
        files["train"], files["val"] = _deal(files["train"], classes, (DEALT[0] + DEALT[2], DEALT[1]))
    empty = [split for split in SPLITS if not files[split]]
    if empty:
        raise DataError(f"Expected images in {empty[0]}, got none. Move some of train's there.")
    return Layout(classes, {split: files[split] for split in SPLITS}, () if "val" in splits else ("val",))


def find_layout(folder: Path) -> Layout:
    """Class folders, or train, val and test folders that hold class folders; also inside other folders.

    Splits may be called train, training, val, valid, validation, dev, test, testing, in any capitals. A class's images
    may lie in folders of their own inside its folder. Where val is missing it is dealt out of train, 15 of 85; where no
    split is given, 70 : 15 : 15 of each class (seed 0). Several images of one patient may then fall on both sides.

    Args:
        folder: of a set.

    Raises:
        DataError: what was found cannot be told apart into splits and classes; says what and how to cure it.
    """
    folder = _inner(folder)
    if splits := _split_folders(folder):
        return _given(folder, splits)
    classes = _classes(folder, "the folder")
    files = _listed(folder, classes)
    _check_classes(classes, files, "the folder", LEAST)
    return Layout(classes, dict(zip(SPLITS, _deal(files, classes, DEALT), strict=True)), tuple(SPLITS))
