"""Overlay planes of a DICOM file: drawings of one bit that lie over the image (PS3.3 C.9.2 and C.9.3).

Their label and description are free text and are never read.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from medrnn.errors import ImageError
from medrnn.imaging import faults
from medrnn.imaging.dicom.elements import number
from medrnn.imaging.limits import check_size

GROUPS = range(0x6000, 0x6020, 2)
ROWS, COLUMNS, FRAMES, TYPE, ORIGIN, FIRST_FRAME = 0x10, 0x11, 0x15, 0x40, 0x50, 0x51
BITS, POSITION, DATA = 0x100, 0x102, 0x3000
NO_SIZE = "An overlay plane says no size or no place; it is not drawn."
NO_DATA = "An overlay plane has no data or less than its size says; it is not drawn."
NOT_NATIVE = "An overlay plane lies in unused bits of compressed pixels; it is not drawn."
OWN_BITS = "An overlay plane claims bits that belong to the image; it is not drawn."
OUTSIDE = "An overlay plane lies outside of the image; it is not drawn."
TOO_LARGE = "The overlay planes are larger than the memory that an image may take; they are not drawn."


@dataclass(frozen=True)
class _Layout:
    """Where a plane lies; all count from 0.

    Attributes:
        rows, columns: its size.
        top, left: of its first pixel in the image, also negative.
        first, frames: the image's frame under its first one, and how many it has; None: its one lies over all.
    """

    rows: int
    columns: int
    top: int
    left: int
    first: int
    frames: int | None


def _value(ds: Dataset, group: int, element: int) -> Any:
    try:
        found = ds.get((group, element))
        return None if found is None else found.value
    except Exception:  # pydicom converts on access
        return None


def _whole(value: Any) -> int | None:
    found = number(value)
    return None if found is None else int(found)


def _in_order(ds: Dataset, group: int, element: int) -> np.ndarray:
    """Bytes as in little endian: words of a big endian file are turned (PS3.5 8.1.2)."""
    raw = ds[group, element].value or b""
    if ds.original_encoding[1] is False and ds[group, element].VR == "OW":
        return np.frombuffer(raw[: len(raw) // 2 * 2], ">u2").astype("<u2").view(np.uint8)
    return np.frombuffer(raw, np.uint8)


def _layout(ds: Dataset, group: int) -> _Layout:
    """Size and place as the tags say them; a missing origin is 1\\1 (PS3.3 C.9.2, C.9.3)."""
    rows, columns = (_whole(_value(ds, group, e)) for e in (ROWS, COLUMNS))
    origin = _value(ds, group, ORIGIN)
    try:
        top, left = (1, 1) if origin is None else (_whole(v) for v in list(origin)[:2])
    except (TypeError, ValueError):
        raise ImageError(NO_SIZE) from None
    if not rows or not columns or min(rows, columns) < 1 or top is None or left is None:
        raise ImageError(NO_SIZE)
    frames, first = (_whole(_value(ds, group, e)) for e in (FRAMES, FIRST_FRAME))
    if first is not None or frames is not None:
        frames = max(1, frames or 1)
    return _Layout(rows, columns, top - 1, left - 1, max(1, first or 1) - 1, frames)


def _cut(start: int, size: int, whole: int) -> tuple[slice, slice]:
    """The part of a plane that lies within the image along one axis, in the plane and in the image."""
    low, high = max(0, -start), min(size, whole - start)
    if low >= high:
        raise ImageError(OUTSIDE)
    return slice(low, high), slice(low + start, high + start)


def _from_data(
    ds: Dataset, group: int, lay: _Layout, rows: slice, columns: slice
) -> Callable[[int], np.ndarray]:
    """Reads a part of a frame: bits follow each other, the lowest of a byte first, also across frames (PS3.5 8.1.2)."""
    data, size = _in_order(ds, group, DATA), lay.rows * lay.columns
    if 8 * data.size < size * (lay.frames or 1):
        raise ImageError(NO_DATA)
    check_size(lay.rows, lay.columns)

    def frame(index: int) -> np.ndarray:
        start, end = (index * size + row * lay.columns for row in (rows.start, rows.stop))
        bits = np.unpackbits(data[start // 8 : -(-end // 8)], bitorder="little")
        bits = bits[start % 8 :][: end - start]
        return bits.reshape(-1, lay.columns)[:, columns]

    return frame


def _from_pixels(
    ds: Dataset, group: int, first: int, shape: tuple[int, int, int]
) -> Callable[[int], np.ndarray]:
    """Reads a plane in a bit of the pixels that the image leaves free (PS3.3-2004 C.9.2, retired)."""
    if ds.file_meta.TransferSyntaxUID.is_encapsulated:
        raise ImageError(NOT_NATIVE)
    allocated, stored = int(ds.BitsAllocated), int(ds.BitsStored)
    high, bit = int(ds.get("HighBit", stored - 1)), _whole(_value(ds, group, POSITION)) or 0
    if allocated not in (8, 16, 32) or int(ds.get("SamplesPerPixel", 1)) != 1 or not 0 <= bit < allocated:
        raise ImageError(NO_DATA)
    if high - stored < bit <= high:
        raise ImageError(OWN_BITS)
    if allocated == 8:
        words = _in_order(ds, 0x7FE0, 0x10)
    else:
        order, step = "<" if ds.original_encoding[1] is not False else ">", allocated // 8
        words = np.frombuffer(ds.PixelData[: len(ds.PixelData) // step * step], f"{order}u{step}")
    size = shape[1] * shape[2]

    def frame(index: int) -> np.ndarray:
        some = words[(first + index) * size :][:size].reshape(shape[1:])
        return (some >> bit & 1).astype(np.uint8)

    return frame


def _parts(
    ds: Dataset, group: int, shape: tuple[int, int, int]
) -> Iterator[tuple[slice, slice, slice, np.ndarray]]:
    """Frames, rows and columns of the image with what is drawn on them, 0 or 1."""
    lay = _layout(ds, group)
    if _value(ds, group, DATA):
        (rows, down), (columns, across) = (
            _cut(lay.top, lay.rows, shape[1]),
            _cut(lay.left, lay.columns, shape[2]),
        )
        read, count = _from_data(ds, group, lay, rows, columns), lay.frames
    elif (_whole(_value(ds, group, BITS)) or 1) > 1:
        down, across = slice(0, shape[1]), slice(0, shape[2])
        read, count = _from_pixels(ds, group, lay.first, shape), lay.frames or shape[0]
    else:
        raise ImageError(NO_DATA)
    if lay.first >= shape[0]:
        raise ImageError(OUTSIDE)
    if count is None:
        yield slice(0, shape[0]), down, across, read(0)
        return
    for index in range(min(count, shape[0] - lay.first)):
        yield slice(lay.first + index, lay.first + index + 1), down, across, read(index)


def _draw(ds: Dataset, group: int, bits: np.ndarray, plane: int) -> bool:
    """Set bit ``plane`` where a group's plane is drawn; False where nothing of it is."""
    is_drawn, weight = False, bits.dtype.type(1 << plane)
    for frames, rows, columns, part in _parts(ds, group, bits.shape):
        bits[frames, rows, columns] |= part.astype(bits.dtype) * weight
        is_drawn |= bool(part.any())
    return is_drawn


def read_overlays(
    ds: Dataset, shape: tuple[int, int, int], notes: list[str]
) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """All overlay planes of groups 6000 to 601E, cut to the image.

    A plane that says neither how many frames it has nor over which it lies is drawn over all. One in which no bit is
    set is left out; one that is damaged or lies outside becomes a warning.

    Args:
        ds: a checked image whose pixels were not touched.
        shape: (frame, row, column) of the image.
        notes: takes the warnings.

    Returns:
        (frame, row, column) uint8, or uint16 for more than 8, with bit k for plane k, and "G" (graphics) or "R"
        (region of interest) of each; None and () where nothing is drawn.
    """
    groups = [group for group in GROUPS if (group, ROWS) in ds or (group, DATA) in ds]
    if not groups:
        return None, ()
    kind = np.uint8 if len(groups) <= 8 else np.uint16
    kinds: list[str] = []
    try:
        check_size(shape[1], shape[2], shape[0], bits=8 * np.dtype(kind).itemsize)
        bits = np.zeros(shape, kind)
    except (ImageError, MemoryError):
        notes.append(TOO_LARGE)
        return None, ()
    for group in groups:
        try:
            if _draw(ds, group, bits, len(kinds)):
                kinds.append("R" if str(_value(ds, group, TYPE)).strip().upper() == "R" else "G")
        except ImageError as wrong:
            notes.append(str(wrong))
        except Exception as error:  # damaged tags make pydicom raise almost anything
            if faults.is_ours(error):
                raise
            notes.append(NO_DATA)
            bits &= bits.dtype.type((1 << len(kinds)) - 1)
    return (bits, tuple(kinds)) if kinds else (None, ())
