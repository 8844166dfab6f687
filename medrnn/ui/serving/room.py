"""What all visitors hold together, and its bound: who wants more hears so, and nobody loses what he has."""

import os
import threading
import weakref
from pathlib import Path
from typing import Protocol, TypeVar

from medrnn.errors import ImageError
from medrnn.ui.study import uploads

SHARE = 4  # the part of the machine's memory that images may take: one in so many
LEAST_BYTES = 1 << 30
FULL = (
    "Expected room for another image, all visitors together hold {held} MB of at most {most} MB. "
    "Try again in a few minutes, or take single frames."
)
_CGROUP = Path("/sys/fs/cgroup/memory.max")


class Sized(Protocol):
    """What says how much it takes."""

    @property
    def nbytes(self) -> int:
        """Bytes of all its arrays."""


Taken = TypeVar("Taken", bound=Sized)
_held: "weakref.WeakSet[Sized]" = weakref.WeakSet()  # of visitors; what a session drops leaves it
_holding = threading.Lock()


def _memory_bytes() -> int:
    """Of this machine, or of the part of it that this process may use."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _CGROUP.read_text().strip() if _CGROUP.is_file() else ""
    return min(whole, int(limit)) if limit.isdecimal() else whole


def most_bytes() -> int:
    """How much all visitors may hold together."""
    return max(LEAST_BYTES, _memory_bytes() // SHARE)


def held_bytes() -> int:
    """Pixels of the studies and sets that visitors opened, and uploads that are not read yet."""
    with _holding:
        return uploads.held_bytes() + sum(one.nbytes for one in _held)


def check(more: int = 0) -> None:
    """Refuse what would be too much.

    Args:
        more: bytes to come.

    Raises:
        ImageError: there is no room for them.
    """
    held, most = held_bytes(), most_bytes()
    if held + more > most:
        raise ImageError(FULL.format(held=held >> 20, most=most >> 20))


def take(one: Taken) -> Taken:
    """Count a study or a set that a visitor opened, for as long as it lives.

    Raises:
        ImageError: there is no room for it.
    """
    check(one.nbytes)
    with _holding:
        _held.add(one)
    return one
