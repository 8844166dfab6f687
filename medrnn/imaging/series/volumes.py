"""Several times, echoes, b-values or phases at one place become volumes of their own, each with what was chosen."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from medrnn.imaging.series.members import MARKS
from medrnn.imaging.series.places import Slice, at_each_place
from medrnn.types import Applied

SAID = (
    "b-value",
    "echo time",
    "inversion time",
    "flip angle",
    "tube voltage",
    "cardiac phase",
    "trigger time",
)
RANKED = ("time", "time index", "trigger time", "acquisition", "acquisition time", "content time")
_Value = float | str | None


@dataclass(frozen=True, eq=False)
class Volume:
    """Slices that make one study, in order.

    Attributes:
        slices: at least one.
        choices: what tells it from the other volumes of its stack, a "volume" each; empty where there is no other.
    """

    slices: list[Slice]
    choices: tuple[Applied, ...] = ()


def _value(member: Slice, mark: str) -> _Value:
    return member.instance if mark == "number" else dict(member.marks).get(mark)


def _is_single(stack: Sequence[Slice]) -> bool:
    return all(len(here) == 1 for here in at_each_place(stack))


def _grouped(stack: Sequence[Slice], key: Callable[[Slice], _Value]) -> list[list[Slice]]:
    """By value: numbers from the smallest, then what is no number by its first file, then what has none."""
    found: dict[_Value, list[Slice]] = {}
    for member in stack:
        found.setdefault(key(member), []).append(member)

    def _order(value: _Value) -> tuple[float, float, int]:
        number = value if isinstance(value, int | float) else math.inf
        return number, math.inf if value is None else 0, min(m.index for m in found[value])

    return [found[value] for value in sorted(found, key=_order)]


def _by_value(stack: Sequence[Slice], mark: str) -> list[list[Slice]]:
    """Groups, as many as the mark has values at some one place: one that changes from place to place is no choice."""
    most = max(len({_value(m, mark) for m in here}) for here in at_each_place(stack))
    groups = _grouped(stack, lambda m: _value(m, mark))
    return groups if len(groups) == most > 1 else []


def _by_rank(stack: Sequence[Slice], mark: str) -> list[list[Slice]]:
    """Groups by the order of the mark at each place, where all places have as many slices and no two the same."""
    places = at_each_place(stack)
    ranks: dict[int, int] = {}
    for here in places:
        numbers = {v: m.index for m in here if isinstance(v := _value(m, mark), float)}
        if not len(numbers) == len(here) == len(places[0]):
            return []
        ranks |= {numbers[v]: rank for rank, v in enumerate(sorted(numbers))}
    return _grouped(stack, lambda m: float(ranks[m.index]))


def _choice(group: Sequence[Slice], mark: str, number: int, of: int, is_valued: bool) -> Applied:
    value = _value(group[0], mark)
    said = (("value", value),) if is_valued and mark in SAID and isinstance(value, float) else ()
    return Applied("volume", (("by", mark), ("number", number), ("of", of), *said))


def _parts(
    groups: list[list[Slice]], mark: str, before: tuple[Applied, ...], is_valued: bool
) -> list[Volume]:
    found = []
    for number, group in enumerate(groups, 1):
        choice = _choice(group, mark, number, len(groups), is_valued)
        found += _split(group, (*before, choice))
    return found


def _split(stack: list[Slice], before: tuple[Applied, ...]) -> list[Volume]:
    if _is_single(stack):
        return [Volume(stack, before)]
    for mark in MARKS:
        if groups := _by_value(stack, mark):
            return _parts(groups, mark, before, is_valued=True)
    for mark in (*RANKED, "number"):
        if groups := _by_rank(stack, mark):
            return _parts(groups, mark, before, is_valued=False)
    return [Volume(stack, before)]


def split(stack: list[Slice]) -> list[Volume]:
    """The volumes of a stack, in the order of what tells them apart.

    Where some places hold several slices, the first of ``MARKS`` whose values are few and the same from place to place
    splits the stack, then the next; what is still doubled is told apart by its order at each place. A stack at a single
    place is a film and stays whole, one whose places hold unequal numbers of slices that nothing tells apart too.

    Args:
        stack: in the order of ``places.place_all``.
    """
    return [Volume(stack)] if len(at_each_place(stack)) == 1 else _split(stack, ())
