"""Which files of a set are of one patient or one series: small numbers, all that leaves this package of their ids."""

import secrets
from dataclasses import dataclass

import numpy as np

from medrnn.imaging.series.members import Member
from medrnn.types import Study

UNKNOWN = -1


@dataclass(frozen=True, eq=False)
class Numbered:
    """A decoded file of a set.

    Attributes:
        study: the file by itself.
        patient: the same number for all files of one patient, counted from 0 as they come, ``UNKNOWN`` for none.
        series: likewise, of what is a slice of a series.
        at: mm along the normal of the slice, or another number by which the slices of a series are in order; None
            where the file says none.
    """

    study: Study
    patient: int
    series: int
    at: float | None


def _at(member: Member) -> float | None:
    if member.orientation is not None and member.position is not None:
        normal = np.cross(member.orientation[:3], member.orientation[3:])
        return float(member.position @ normal)
    return member.location if member.location is not None else member.instance


class Numbers:
    """Numbers patients and series of one set, under a salt that nobody else has and that is kept nowhere."""

    def __init__(self) -> None:
        self.salt = secrets.token_hex(16)
        self._patients: dict[str, int] = {}
        self._series: dict[str, int] = {}

    def number(self, member: Member) -> Numbered:
        """A file with its numbers; it was read with ``salt``."""
        return Numbered(
            member.study,
            self._patients.setdefault(member.patient, len(self._patients)) if member.patient else UNKNOWN,
            self._series.setdefault(member.series, len(self._series)) if member.series else UNKNOWN,
            _at(member),
        )
