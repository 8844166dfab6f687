"""How the value of an attribute is checked before it is copied into a de-identified file.

Numbers pass only in a plausible range, words only from a known set, so that a name, a date or an id written into an
allowed attribute does not pass either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from pydicom.multival import MultiValue
from pydicom.tag import Tag

from medrnn.imaging.dicom.elements import number


def _values(value: Any) -> list[Any]:
    return list(value) if isinstance(value, MultiValue | list | tuple) else [value]


@dataclass(frozen=True)
class Numbers:
    """Finite numbers from ``low`` to ``high``, between ``least`` and ``most`` of them, all or none.

    ``is_whole`` asks for whole numbers; with ``is_cut`` those after the first bad one are left out, as the reader does.
    """

    low: float
    high: float
    least: int = 1
    most: int = 1
    is_whole: bool = False
    is_cut: bool = False

    def _is_fine(self, found: float | None) -> bool:
        return (
            found is not None
            and self.low <= found <= self.high
            and (not self.is_whole or found == int(found))
        )

    def passed(self, value: Any) -> list[Any] | None:
        """The numbers, or None where one fails or there are too few or too many."""
        given = [number(v) for v in _values(value)]
        found = [v for v in takewhile(self._is_fine, given) if v is not None]
        if not self.least <= len(found) <= self.most or (len(found) < len(given) and not self.is_cut):
            return None
        return [int(v) for v in found] if self.is_whole else found


@dataclass(frozen=True)
class Words:
    """Words of a known set, in capitals; those after the first unknown one are left out.

    ``otherwise`` is written where a word stands, but no known one.
    """

    known: frozenset[str] | set[str]
    least: int = 1
    most: int = 1
    otherwise: str | None = None

    def passed(self, value: Any) -> list[str] | None:
        """The leading known words, or None where there are fewer than ``least``."""
        words = [str(v).strip().upper() for v in _values(value)[: self.most]]
        found = list(takewhile(self.known.__contains__, words))
        if len(found) >= self.least:
            return found
        return [self.otherwise] if self.otherwise else None


@dataclass(frozen=True)
class Pointers:
    """Tags of attributes, given by keyword, all or none."""

    known: frozenset[str] | set[str]

    def passed(self, value: Any) -> list[Any] | None:
        """The tags, or None where one is not known."""
        tags = [Tag(v) for v in _values(value)]
        known = {Tag(keyword) for keyword in self.known}
        return tags if tags and known.issuperset(tags) else None


class NewUID:
    """A UID that is replaced, the same for the same within one export."""


class RegisteredUID:
    """A UID that passes if the standard registers it (PS3.6 Annex A)."""


class LookupTables:
    """A sequence of lookup tables, each cut to the entries that its descriptor claims."""


Rule = Numbers | Words | Pointers | NewUID | RegisteredUID | LookupTables | Mapping[str, Any]
