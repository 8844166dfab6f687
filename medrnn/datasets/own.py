"""The sets that visitors brought: pixels, labels and small numbers, without a name of a file, until they are deleted.

A set is named ``own:TOKEN`` and stands in no list: who holds the token can read it, train on it and delete it. It lies
among the runs, so that the processes of runs find it. Its folder holds two files, the arrays first and then the facts,
which name the arrays by their SHA-256; each is written whole or not at all.
"""

import hashlib
import io
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from medrnn import disk
from medrnn.config import ReadingConfig
from medrnn.datasets.layout import SPLITS
from medrnn.datasets.npz import SERIES
from medrnn.datasets.pixels import to_series
from medrnn.datasets.records import Dataset, Findings, Split
from medrnn.errors import CatalogError, DataError
from medrnn.models.catalog import runs_folder

PREFIX = "own:"
ARRAYS, FACTS = "arrays.npz", "facts.json"
MOST_BYTES = 512 << 20  # of the arrays of a set
MOST_IMAGES = 250_000  # of a set
MOST_SETS = 200  # of all visitors together
MOST_ALL_BYTES = 8 << 30  # likewise
MOST_NAME = 60  # characters of a class
STALE_S = 3600.0  # after which what is half written belongs to nobody
GONE = (
    "Expected data that were brought before, got a name under which nothing lies: they were deleted, or the name is "
    "not whole. Bring them again."
)
DAMAGED = (
    "Expected data as they were brought, these are damaged on the disk. Delete them and bring them again."
)
WHAT = "the data"


@dataclass(frozen=True)
class OwnFacts:
    """What stands beside the arrays.

    Attributes:
        arrays: SHA-256 of the file of arrays.
        digest: of the images and labels (``Dataset.digest``).
        classes: names, as their owner called them.
        about: sentences: what the images are.
        licence: of the images.
        findings: about the originals.
        made: seconds since 1970.
        counts: number of images in each split.
        size: (rows, columns).
        channels: "grey" or "rgb".
        reading: of series the one that they have, as a plain dict; None of images.
    """

    arrays: str
    digest: str
    classes: tuple[str, ...]
    about: str = ""
    licence: str = "not stated"
    findings: Findings = field(default_factory=Findings)
    made: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)
    size: tuple[int, int] = (0, 0)
    channels: str = "grey"
    reading: dict[str, Any] | None = None

    @property
    def title(self) -> str:
        """What pages call the set."""
        return f"Own data {self.digest[:6]}"


def own_folder() -> Path:
    """Where the sets of all visitors lie, hidden among the runs."""
    return runs_folder() / ".own"


def is_own(name: str | Path) -> bool:
    """True for the name of a set that a visitor brought, whether it is there or not."""
    return str(name).startswith(PREFIX)


def _place(name: str | Path) -> Path:
    """The folder of a set.

    Raises:
        DataError: this is no name of one, such as a way out of the folder.
    """
    token = str(name).removeprefix(PREFIX)
    if not is_own(name) or not re.fullmatch(r"[A-Za-z0-9_-]{22}", token):
        raise DataError(GONE)
    return own_folder() / token


def _arrays(data: Dataset) -> dict[str, Any]:
    """The arrays under MedMNIST's names, those of patients as ``{split}_groups`` where they are known.

    Series of unlike lengths have their numbers of slices as ``{split}_lengths``.
    """
    found: dict[str, Any] = {}
    for name in SPLITS:
        split: Split = getattr(data, name)
        found |= {f"{name}_images": split.images, f"{name}_labels": split.labels}
        if split.groups is not None:
            found[f"{name}_groups"] = split.groups
        if split.lengths is not None:
            found[f"{name}_lengths"] = split.lengths
    return found


def to_npz(data: Dataset, *, is_packed: bool = True) -> bytes:
    """A set as an npz file in MedMNIST's layout, with the classes and the patients' numbers; packed for a download."""
    buffer = io.BytesIO()
    made = _arrays(data) | {"classes": np.array(data.classes)}
    made |= {SERIES: to_series(data.reading)} if data.reading else {}
    (np.savez_compressed if is_packed else np.savez)(buffer, **made)
    return buffer.getvalue()


def _check_room(data: Dataset) -> None:
    count = len(data.train) + len(data.val) + len(data.test)
    nbytes: int = sum(split.images.nbytes for split in (data.train, data.val, data.test))
    if count > MOST_IMAGES or nbytes > MOST_BYTES:
        raise DataError(
            f"Expected at most {MOST_IMAGES:,} images and {MOST_BYTES >> 20} MB of pixels, got {count:,} and "
            f"{nbytes >> 20} MB. Bring fewer images, or choose a smaller size."
        )
    _sweep()
    held = disk.folders(own_folder())
    every = sum(_size(folder) for folder in held)
    if len(held) >= MOST_SETS or every + nbytes > MOST_ALL_BYTES:
        raise DataError(
            f"Expected room for another set, {len(held)} of visitors are kept already ({every >> 20:,} MB). Delete one "
            "of yours, or ask who runs this server to make room."
        )


def _size(folder: Path) -> int:
    about = disk.signature(folder / ARRAYS)
    return about[2] if about else 0


def keep(data: Dataset) -> str:
    """Store a set under a new name that nobody can guess.

    Args:
        data: any set; its name and title are not kept.

    Returns:
        "own:" and a token of 128 random bits.

    Raises:
        DataError: it is too large, or too many are kept already.
        ConfigError: the disk is full, or cannot be written; nothing of it stays.
    """
    _check_room(data)
    token = secrets.token_urlsafe(16)
    aside = own_folder() / f".{token}.part"
    disk.make_folder(aside, WHAT)
    try:
        _write(data, aside)
        aside.rename(own_folder() / token)
    except OSError as error:
        raise disk.write_error(error, WHAT) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return PREFIX + token


def _write(data: Dataset, folder: Path) -> None:
    """The arrays, then the facts that name them."""
    digest = disk.write_named(folder / ARRAYS, to_npz(data, is_packed=False), WHAT)
    classes = _cut(data.classes)
    rows, columns = data.size
    facts = OwnFacts(
        digest,
        data.digest,
        classes,
        data.about,
        data.licence,
        data.findings,
        time.time(),
        {split: len(getattr(data, split)) for split in SPLITS},
        (int(rows), int(columns)),
        data.channels,
        data.reading.to_dict() if data.reading else None,
    )
    with disk.writing(folder / FACTS, WHAT) as file:
        file.write(msgspec.json.encode(asdict(facts)))


def _cut(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of at most ``MOST_NAME`` characters that stay different: those that would be alike end in their place."""
    found = [name[:MOST_NAME] for name in names]
    ends = [f" {k + 1}" if found.count(name) > 1 else "" for k, name in enumerate(found)]
    return tuple(name[: MOST_NAME - len(end)] + end for name, end in zip(found, ends, strict=True))


def _sweep() -> None:
    """Remove what a killed server left half written."""
    for part in own_folder().glob(".*.part"):
        about = disk.signature(part)
        if about and time.time() - about[3] / 1e9 > STALE_S:
            shutil.rmtree(part, ignore_errors=True)


def facts_of(name: str) -> OwnFacts:
    """What is known of a set, without reading its pixels.

    Raises:
        DataError: nothing lies under the name, or it is damaged.
    """
    place = _place(name)
    try:
        return disk.read_json(place / FACTS, OwnFacts)
    except FileNotFoundError:
        raise DataError(DAMAGED if place.exists() else GONE) from None
    except CatalogError:
        raise DataError(DAMAGED) from None


def has_own(name: str) -> bool:
    """Whether a set lies under a name and its facts can be read."""
    try:
        facts_of(name)
    except DataError:
        return False
    return True


def _splits(raw: bytes, facts: OwnFacts) -> dict[str, Split]:
    """The arrays as they were written, checked once more: the facts beside them may be of another set.

    Raises:
        ValueError, KeyError: they do not go together.
    """
    found = {}
    with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
        for name in SPLITS:
            images, labels = arrays[f"{name}_images"], arrays[f"{name}_labels"]
            groups, lengths = (arrays.get(f"{name}_{what}") for what in ("groups", "lengths"))
            is_sound = images.dtype == np.uint8 and labels.dtype == np.int64 and len(images) == len(labels)
            if not is_sound or (len(labels) and not 0 <= labels.min() <= labels.max() < len(facts.classes)):
                raise ValueError(name)
            if lengths is not None and (lengths.shape, lengths.dtype) != (labels.shape, labels.dtype):
                raise ValueError(name)
            found[name] = Split(images, labels, groups, lengths)
    return found


def load_own(name: str) -> Dataset:
    """A set that a visitor brought; it is called by its content, so that no token reaches a card or a screen.

    Args:
        name: "own:" and its token.

    Raises:
        DataError: nothing lies under the name, or it is damaged.
    """
    facts = facts_of(name)
    try:
        raw = disk.read_bytes(_place(name) / ARRAYS, MOST_BYTES + (1 << 20))
        if hashlib.sha256(raw).hexdigest() != facts.arrays:
            raise DataError(DAMAGED)
        splits = _splits(raw, facts)
    except (FileNotFoundError, CatalogError, ValueError, KeyError, OSError):
        raise DataError(DAMAGED) from None
    return Dataset(
        f"own-{facts.digest[:12]}",
        facts.title,
        facts.classes,
        splits["train"],
        splits["val"],
        splits["test"],
        about=facts.about,
        licence=facts.licence,
        findings=facts.findings,
        reading=None if facts.reading is None else ReadingConfig.from_dict(facts.reading),
    )


def delete_own(name: str) -> None:
    """Remove a set with all its files; one that is gone already is no error.

    Raises:
        DataError: this is no name of one, or the disk does not let it go.
    """
    place = _place(name)
    try:
        (place / FACTS).unlink(missing_ok=True)  # first: what is half gone is gone
        shutil.rmtree(place)
    except FileNotFoundError:
        return
    except OSError as error:
        raise DataError(
            f"Expected to delete the data, the disk does not let them go: {disk.reason_of(error)}. Ask who runs this "
            "server."
        ) from None
