"""Which images are of one patient: by DICOM's own id, by a table, or by a rule on the names of the files.

Names and ids go in, small numbers come out; nothing of them is kept.
"""

import re
import time
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

# private: how the standard library reads a pattern, the only way to see what it may cost before it runs
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import numpy as np

from medrnn.errors import DataError

RULES = {
    "auto": "What is known: DICOM's id, else the table's",
    "dicom": "DICOM's patient id, as a number",
    "table": "The table's column",
    "name": "The file's name up to the first _ or -",
    "folder": "The folder inside that of the class",
    "pattern": "A pattern of the file's name",
    "given": "As the file of arrays says",
    "none": "Not known: every image by itself",
}
UNKNOWN = -1
MOST_PATTERN = 60  # characters
MOST_NAME = 100  # of a name that a pattern is tried on
MOST_LOOPS = (
    3  # parts of a pattern that may be of any length: time grows by one power of the name's length with each
)
MOST_S = 2.0  # for all names
_LOOPS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
_REFUSED = (_constants.GROUPREF, _constants.ASSERT, _constants.ASSERT_NOT, _constants.GROUPREF_EXISTS)


def _loops(parsed: Iterable[tuple[Any, Any]], is_inside: bool = False) -> int:
    """How many parts of a pattern may be of several lengths.

    Raises:
        DataError: one lies inside another, or the pattern looks back or ahead: such may take for ever.
    """
    found = 0
    for what, about in parsed:
        is_loop = what in _LOOPS and about[0] != about[1]
        if what in _REFUSED or (is_inside and (what in _LOOPS or what is _constants.BRANCH)):
            raise DataError(
                "Expected a pattern without a repetition inside another, without | in one, and without references, got "
                "one that may take for ever. Write a simpler one, such as ^([A-Z]+[0-9]+)"
            )
        found += is_loop
        for inner in _inside(what, about):
            found += _loops(inner, is_inside or what in _LOOPS)
    return found


def _inside(what: Any, about: Any) -> list[Any]:
    if what in _LOOPS:
        return [about[2]]
    if what is _constants.SUBPATTERN:
        return [about[3]]
    if what is _constants.ATOMIC_GROUP:
        return [about]
    return list(about[1]) if what is _constants.BRANCH else []


def compile_pattern(text: str) -> "re.Pattern[str]":
    """A pattern whose time is bounded, matched from the beginning of a name.

    Args:
        text: a regular expression with one group in brackets, which tells the patient.

    Raises:
        DataError: too long, no regular expression, without a group, or one that may take for ever.
    """
    if not text or len(text) > MOST_PATTERN:
        raise DataError(
            f"Expected a pattern of 1 to {MOST_PATTERN} characters, got {len(text)}. Write a shorter one."
        )
    try:
        loops, found = _loops(_parser.parse(text)), re.compile(text)
    except (re.error, OverflowError, RecursionError):
        raise DataError(
            "Expected a regular expression such as ^([A-Z]+[0-9]+), got one that cannot be read. Look at its brackets."
        ) from None
    if loops > MOST_LOOPS:
        raise DataError(
            f"Expected at most {MOST_LOOPS} parts of any length (* + ? {{}}), got {loops}. Write fewer."
        )
    if not found.groups:
        raise DataError(
            "Expected a group in brackets that tells the patient, got none. Such as ^([A-Z]+[0-9]+)"
        )
    return found


def _by_pattern(names: Sequence[str], pattern: str) -> list[str]:
    found, began = compile_pattern(pattern), time.monotonic()
    told = []
    for name in names:
        if time.monotonic() - began > MOST_S:
            raise DataError(
                f"Expected a pattern that is tried on all names within {MOST_S:g} s. Write a simpler one."
            )
        match = found.match(name[:MOST_NAME])
        told.append((match[1] or "") if match else "")
    return told


def number(told: Iterable[str]) -> np.ndarray:
    """(image,) int64: the same number for the same text, counted from 0 as they come, ``UNKNOWN`` for none."""
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(one, len(seen)) if one else UNKNOWN for one in told], np.int64)


def by_name(paths: Sequence[str], pattern: str = "") -> np.ndarray:
    """Patients by the names of their files.

    Args:
        paths: of the images, "/" between folders.
        pattern: a regular expression whose first group tells the patient; "" for all up to the first _ or -.

    Returns:
        (image,) int64.

    Raises:
        DataError: see ``compile_pattern``.
    """
    names = [PurePosixPath(path).name for path in paths]
    if pattern:
        return number(_by_pattern(names, pattern))
    parts = [re.split(r"[_-]", PurePosixPath(name).stem, maxsplit=1) for name in names]
    return number(found[0] if len(found) > 1 else "" for found in parts)
