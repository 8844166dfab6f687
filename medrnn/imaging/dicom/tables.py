"""Lookup tables as DICOM files hold them: a descriptor and its entries (PS3.3 C.7.6.3.1.5, C.11.1.1, C.11.2.1.1)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from medrnn.imaging.dicom.elements import value_of

MOST_BITS = 16
WHOLE = 1 << 16  # entries of the longest table, written as 0


@dataclass(frozen=True, eq=False)
class Table:
    """A lookup table.

    Attributes:
        first: the stored or physical value that gets the first entry.
        said: bits of an entry as the descriptor says, 1 to 16.
        entries: (entry,) uint16.
    """

    first: int
    said: int
    entries: np.ndarray

    @property
    def held(self) -> int:
        """Bits that the largest entry takes, at least 1."""
        return max(1, int(self.entries.max()).bit_length())

    @property
    def bits(self) -> int:
        """Bits of white: as said, but as held where they are more, or where no entry reaches a quarter of white.

        Files say 8 bits and mean 12, and 16, the size of a word, where their entries have 12.
        """
        is_dark = self.held <= self.said - 2 and self.entries.min() != self.entries.max()
        return self.held if is_dark or self.held > self.said else self.said


def is_empty(ds: Dataset, descriptor: str = "LUTDescriptor", data: str = "LUTData") -> bool:
    """True where neither the descriptor nor an entry is there: no table, rather than a damaged one."""
    return all(name not in ds or value_of(ds, name, b"") in (b"", "", []) for name in (descriptor, data))


def _descriptor(value: Any, is_little: bool) -> tuple[int, int, int] | None:
    """Entries, first input, bits of an entry; None where they make no sense."""
    if isinstance(value, bytes):  # as of an unknown value representation
        value = np.frombuffer(value[: len(value) // 2 * 2], "<u2" if is_little else ">u2").tolist()
    try:
        count, first, bits = (int(v) for v in value)
    except (TypeError, ValueError, OverflowError):
        return None
    is_sane = -WHOLE // 2 <= first < WHOLE and 1 <= bits <= MOST_BITS
    return (count % WHOLE or WHOLE, first, bits) if is_sane else None


def _entries(data: Any, count: int, bits: int, is_little: bool) -> np.ndarray | None:
    """(count,) uint16: one entry a word, or two where they have at most 8 bits; None where there are less."""
    if isinstance(data, bytes):
        data += b"\0" * (len(data) % 2 if bits <= 8 else 0)
        words = np.frombuffer(data[: len(data) // 2 * 2], "<u2" if is_little else ">u2")
    else:
        words = np.atleast_1d(np.array([] if data is None else data, np.int64) & 0xFFFF)
    if words.size >= count:
        return words[:count].astype(np.uint16)
    if bits <= 8 and 2 * words.size >= count:  # as old files pack them, the first in the low byte
        return words.astype("<u2").view(np.uint8)[:count].astype(np.uint16)
    return None


def read_table(ds: Dataset, is_little: bool, name: str = "LUT") -> Table | None:
    """The table of an item of a LUT sequence, None where it is short or damaged.

    Args:
        ds: the item.
        is_little: byte order of words that stand as bytes.
        name: what the keywords of descriptor and data begin with.
    """
    found = _descriptor(value_of(ds, f"{name}Descriptor"), is_little)
    if found is None:
        return None
    count, first, bits = found
    try:
        entries = _entries(value_of(ds, f"{name}Data"), count, bits, is_little)
    except (TypeError, ValueError, OverflowError):
        return None
    return None if entries is None else Table(first, bits, entries)


def first_input(table: Table, values: np.ndarray) -> int:
    """As written, but for the other sign where only that meets the values (US for SS or the reverse).

    Args:
        table: of which the first input is wanted.
        values: any shape, what is looked up.
    """
    first, count = table.first, table.entries.size
    other = first - WHOLE if first >= WHOLE // 2 else first + WHOLE if first < 0 else first
    low, high = np.nanmin(values), np.nanmax(values)
    meets = [place <= high and place + count > low for place in (first, other)]
    return other if meets == [False, True] else first


def look_up(values: np.ndarray, first: int, entries: np.ndarray) -> np.ndarray:
    """Entries for values; those before the first input get the first entry, those behind the last the last one.

    Args:
        values: any shape, integers.
        first: the value that gets the first entry.
        entries: (entry, ...) of any type.
    """
    at = np.clip(values.astype(np.int64) - first, 0, len(entries) - 1)
    return entries[at]
