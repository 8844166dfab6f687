"""Tells a fault of ours from a damaged file, by where an exception was raised and of what kind it is."""

import logging
import os
import sysconfig
import traceback
from pathlib import Path

FAULT = (
    "This file could not be read: a fault of medrnn, not of the file. The log of the server says where; "
    "please report it."
)
SURPRISES = (
    AssertionError, AttributeError, ImportError, IndexError, KeyError, NameError, RuntimeError, TypeError,
    ZeroDivisionError,
)  # fmt: skip
_OWN = str(Path(__file__).resolve().parents[1]) + os.sep
_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
_log = logging.getLogger(__name__)


def _is_library(path: str) -> bool:
    """True for installed files, and for the compiled ones of a library, which have no whole path."""
    if path.startswith(_OWN):
        return False
    return not Path(path).is_absolute() or path.startswith(_LIBRARIES)


def is_ours(error: BaseException) -> bool:
    """True for an exception that no damaged file explains: a surprise, raised by a line of ours.

    Libraries raise almost anything on damaged files; that counts as the file's. So does a ``ValueError`` that comes
    from a line of ours, since NumPy and ``struct``, which leave no line of their own, say with it that bytes are
    missing.
    """
    frames = traceback.extract_tb(error.__traceback__)
    is_surprise = isinstance(error, SURPRISES) and not isinstance(error, RecursionError)
    is_plain = type(error).__module__ == "builtins"
    return bool(frames) and is_surprise and is_plain and not _is_library(frames[-1].filename)


def report(error: BaseException) -> None:
    """Log the kind of an exception and the lines of ours that led to it; never its text, which may quote the file."""
    steps = traceback.walk_tb(error.__traceback__)
    where = [
        f"{frame.f_globals.get('__name__', '?')}:{line}"
        for frame, line in steps
        if not _is_library(frame.f_code.co_filename)
    ]
    _log.error("%s in %s", type(error).__name__, " > ".join(where))
