"""Which image is of which split and class: told by the paths of the files alone, before one of them is read."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from medrnn.config import MOST_CLASSES
from medrnn.errors import DataError

SPLITS = {
    "train": ("train", "training"),
    "val": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing"),
}
SYSTEM = ("thumbs.db", "desktop.ini", "__macosx")  # what systems leave behind
Parts = tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """What the path of a file says of it.

    Attributes:
        label: index of its class.
        split: "train", "val", "test", or "" where it is to be dealt out.
        inside: folders between that of its class and the file.
        patient: as a table names the patient; never kept.
    """

    label: int
    split: str = ""
    inside: Parts = ()
    patient: str = ""


@dataclass(frozen=True)
class Layout:
    """Which files are which.

    Attributes:
        classes: their names, sorted.
        files: of those that are taken, path to what it says.
        left_out: of the others, path to the reason, a key of ``left_out.REASONS``.
        more_left_out: what was left out and is no file here, by reason.
    """

    classes: tuple[str, ...]
    files: Mapping[str, Entry]
    left_out: Mapping[str, str]
    more_left_out: Mapping[str, int]

    @property
    def given(self) -> tuple[str, ...]:
        """The splits that were given."""
        found = {entry.split for entry in self.files.values()}
        return tuple(split for split in SPLITS if split in found)


def require_few(count: int, what: str = "classes") -> None:
    """Refuse more classes, or labels, than a network here can tell apart.

    Args:
        count: of them, as something from outside says.
        what: they are.

    Raises:
        DataError: more than ``MOST_CLASSES``.
    """
    if count > MOST_CLASSES:
        raise DataError(
            f"Expected at most {MOST_CLASSES:,} {what}, got {count:,}. Join some, or leave some out."
        )


def is_hidden(path: str) -> bool:
    """True for hidden files and folders, and for what systems leave behind."""
    return any(part.startswith(".") or part.lower() in SYSTEM for part in PurePosixPath(path).parts)


def split_named(name: str) -> str:
    """The split that a word means, whatever its capitals; "" for any other word."""
    return next((split for split, names in SPLITS.items() if name.strip().lower() in names), "")


def _folders(paths: Iterable[Parts]) -> list[str]:
    return sorted({parts[0] for parts in paths if len(parts) > 1})


def _split_folders(paths: Iterable[Parts]) -> dict[str, str]:
    """Folder to the split that it is called like."""
    found: dict[str, str] = {}
    for folder in _folders(paths):
        split = split_named(folder)
        if split in found.values():
            first = next(name for name, one in found.items() if one == split)
            raise DataError(
                f"Expected one folder for {split}, got {first!r} and {folder!r}. Join them, or move one away."
            )
        if split:
            found[folder] = split
    return found


def _unwrapped(paths: list[Parts]) -> int:
    """How many folders lie round those of classes or splits, each alone in the one above: packing often wraps so."""
    depth = 0
    while True:
        inside = [parts[depth:] for parts in paths if len(parts) > depth]
        folders = _folders(inside)
        is_wrapped = (
            len(folders) == 1 and not _split_folders(inside) and any(len(parts) > 2 for parts in inside)
        )
        if not is_wrapped:
            return depth
        paths = [parts for parts in paths if len(parts) > depth + 1]
        depth += 1


def _check_classes(classes: Iterable[str], loose: int, where: str) -> tuple[str, ...]:
    names = tuple(classes)
    if loose and not names:
        raise DataError(
            f"Expected a folder for each class in {where}, got {loose} files without any. Their classes cannot be "
            "told: sort them into a folder for each class, or put a CSV table with a column of files and one of labels "
            "beside them."
        )
    if len(names) < 2:
        raise DataError(
            f"Expected a folder for each of at least two classes in {where}, got {len(names)}. "
            "Sort the images into a folder for each class."
        )
    require_few(len(names))
    return names


def _place(parts: Parts, splits: Mapping[str, str], classes: tuple[str, ...]) -> Entry | str:
    """What a path says, or why it is left out."""
    split = ""
    if splits:
        if len(parts) < 2:
            return "loose"
        if parts[0] not in splits:
            return "beside"
        split, parts = splits[parts[0]], parts[1:]
    if len(parts) < 2:
        return "loose"
    if parts[0] not in classes:
        return "strange"
    return Entry(classes.index(parts[0]), split, parts[1:-1])


def find_layout(paths: Iterable[str]) -> Layout:
    """Class folders, or train, val and test folders that hold class folders; also inside other folders.

    Splits may be called train, training, val, valid, validation, dev, test, testing, in any capitals. A class's images
    may lie in folders of their own inside its folder. What lies elsewhere is left out with the reason.

    Args:
        paths: of all files, "/" between folders.

    Raises:
        DataError: no two classes can be told apart; says what was found and how to cure it.
    """
    left: dict[str, str] = {}
    known: dict[str, Parts] = {}
    for path in paths:
        if is_hidden(path):
            left[path] = "hidden"
        else:
            known[path] = PurePosixPath(path).parts
    depth = _unwrapped(list(known.values()))
    inner = {path: parts[depth:] for path, parts in known.items()}
    splits = _split_folders(inner.values())
    if splits and "train" not in splits.values():
        raise DataError(
            f"Expected folders train and test (val may be missing), got {', '.join(sorted(splits.values()))} without "
            "train. Add it, or give class folders alone: they are dealt out 70 : 15 : 15."
        )
    own = [parts[1:] for parts in inner.values() if splits.get(parts[0] if len(parts) > 1 else "") == "train"]
    among = own if splits else list(inner.values())
    where = "train" if splits else "the folder"
    classes = _check_classes(_folders(among), sum(len(parts) < 2 for parts in among), where)
    found = {path: _place(parts, splits, classes) for path, parts in inner.items()}
    left |= {path: place for path, place in found.items() if isinstance(place, str)}
    files = {path: place for path, place in found.items() if isinstance(place, Entry)}
    return Layout(classes, files, left, Counter())
