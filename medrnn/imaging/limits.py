"""How large an image may be, checked against its header before a byte of it is decoded."""

import numpy as np

from medrnn.errors import ImageError
from medrnn.imaging import faults

LIMIT_BYTES = 512 << 20  # decoded: a series of 1,000 CT slices; what a laptop holds twice without swapping

QUICK_BYTES = 64 << 20  # decoded: what a guarded file may take beside others at work; see ``allow_large``

TOO_LARGE = "Expected an image that fits the memory it may take, this one is larger. Take single frames."


_is_large_allowed = True


class NeedsMore(ImageError):
    """The file may be fine, but is larger than what may be decoded beside others."""


def allow_large(is_allowed: bool) -> None:
    """Whether files in this process may take more than ``QUICK_BYTES``; they may, unless a guard says otherwise."""
    global _is_large_allowed
    _is_large_allowed = is_allowed


def check_room(nbytes: int) -> None:
    """Refuse what this process may not take at the moment.

    Raises:
        MemoryError: more than ``QUICK_BYTES`` where that is not allowed.
    """
    if nbytes > QUICK_BYTES and not _is_large_allowed:
        raise MemoryError


def damage(error: Exception, sentence: str) -> ImageError:
    """What is said of an exception, whose own text may carry values of tags.

    Args:
        error: as caught, with its traceback.
        sentence: what is said of a damaged file.

    Returns:
        TOO_LARGE where the memory did not suffice; FAULT, and a line in the log, where the fault is ours
        (``faults.is_ours``); else ``sentence``.
    """
    if isinstance(error, MemoryError):
        return ImageError(TOO_LARGE) if _is_large_allowed else NeedsMore(TOO_LARGE)
    if faults.is_ours(error):
        faults.report(error)
        return ImageError(faults.FAULT)
    return ImageError(sentence)


def check_size(rows: int, columns: int, frames: int = 1, samples: int = 1, bits: int = 8) -> None:
    """Refuse what claims no pixels or more than ``LIMIT_BYTES``.

    Raises:
        ImageError: with the size that the header claims.
        MemoryError: as ``check_room``.
    """
    if min(rows, columns, frames, samples) < 1:
        raise ImageError(
            f"Expected an image with pixels, the header claims {rows} x {columns} and {frames} frame(s). "
            "Choose another file."
        )
    nbytes = rows * columns * frames * samples * max(1, -(-bits // 8))
    if nbytes > LIMIT_BYTES:
        raise ImageError(
            f"Expected at most {LIMIT_BYTES >> 20} MB of pixels, the header claims {rows} x {columns} x "
            f"{frames} with {samples} sample(s) of {bits} bits. Cut the image or take single frames."
        )
    check_room(nbytes)


def say_not_finite(values: np.ndarray, notes: list[str]) -> None:
    """A warning where float pixels hold NaN or infinity.

    Raises:
        ImageError: no pixel holds a number.
    """
    if values.dtype.kind != "f":
        return
    finite = np.isfinite(values)
    if not finite.any():
        raise ImageError("Expected an image with numbers, no pixel of this one holds any. Export it again.")
    if not finite.all():
        notes.append("Some pixels hold no finite number; NaN is drawn black.")
