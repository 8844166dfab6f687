"""An npz file of numbers to its arrays: bounded by what their headers claim, nothing is unpickled."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from medrnn.config import MOST_CLASSES
from medrnn.errors import ImageError
from medrnn.imaging.buffers import Data, Piece, opened
from medrnn.imaging.limits import LIMIT_BYTES, check_room

MOST_ARRAYS = 1_000  # in a file
MOST_LETTERS = 200  # of a class
BROKEN = "Expected an npz file of numbers, this one cannot be read: it is damaged, or holds objects. Save it again."
_LOCAL = 30  # bytes of a zip's local header before the name (APPNOTE 4.3.7)


@dataclass(frozen=True, eq=False)
class Arrays:
    """Some arrays of a file.

    Attributes:
        names: of those that were wanted and are there.
        arrays: (likewise) of booleans, whole numbers or floats.
        classes: the texts of the array "classes", where the file holds one.
    """

    names: tuple[str, ...]
    arrays: tuple[np.ndarray, ...]
    classes: tuple[str, ...] = ()


def is_npz(data: Data | Piece) -> bool:
    """True for a zip whose first file is an array, as ``np.savez`` makes it."""
    head = bytes(data[: _LOCAL + 512])
    length = int.from_bytes(head[26:28], "little")
    return head[:4] == b"PK\3\4" and head[_LOCAL : _LOCAL + length].endswith(b".npy")


def _header(archive: zipfile.ZipFile, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and kind of an array by its header, of which the zip says nothing that is believed."""
    with archive.open(name) as file:
        version = np.lib.format.read_magic(file)
        read = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = read(file)
    return shape, dtype


def _claimed(archive: zipfile.ZipFile, name: str) -> int:
    """Bytes of an array of numbers."""
    shape, dtype = _header(archive, name)
    if dtype.kind not in "biuf":
        raise ImageError(BROKEN)
    return int(np.prod(shape, dtype=object)) * dtype.itemsize


def read_classes(data: Data) -> tuple[str, ...]:
    """The texts of the array "classes"; none where there is no such array, or it is no short list of texts."""
    with zipfile.ZipFile(opened(data)) as archive:
        if "classes.npy" not in archive.namelist():
            return ()
        shape, dtype = _header(archive, "classes.npy")
    if dtype.kind != "U" or len(shape) != 1 or shape[0] > MOST_CLASSES or dtype.itemsize > 4 * MOST_LETTERS:
        return ()
    with np.load(opened(data), allow_pickle=False) as arrays:
        return tuple(map(str, arrays["classes"]))


def read_arrays(data: Data, wanted: Sequence[str]) -> Arrays:
    """The arrays of those names that a file holds.

    Args:
        data: the whole file.
        wanted: names, as ``np.load`` gives them.

    Raises:
        ImageError: no npz file, damaged, with objects inside, or of more than ``LIMIT_BYTES``.
        MemoryError: as ``limits.check_room``.
    """
    try:
        with zipfile.ZipFile(opened(data)) as archive:
            there = archive.namelist()
            if len(there) > MOST_ARRAYS:
                raise ImageError(
                    f"Expected an npz file of at most {MOST_ARRAYS:,} arrays, got {len(there):,}."
                )
            names = [name for name in wanted if f"{name}.npy" in there]
            nbytes = sum(_claimed(archive, f"{name}.npy") for name in names)
        if nbytes > LIMIT_BYTES:
            raise ImageError(
                f"Expected at most {LIMIT_BYTES >> 20} MB of arrays, this file holds {nbytes >> 20} MB. Take fewer "
                "images, or smaller ones."
            )
        check_room(nbytes)
        with np.load(opened(data), allow_pickle=False) as arrays:
            found = tuple(np.ascontiguousarray(arrays[name]) for name in names)
        return Arrays(tuple(names), found, read_classes(data))
    except (ImageError, MemoryError):
        raise
    except Exception:  # zipfile and numpy raise almost anything on damaged files
        raise ImageError(BROKEN) from None
