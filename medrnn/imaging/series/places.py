"""Where the slices of a stack lie, and what is wrong with it: facts in ``Geometry``, sentences beside them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from medrnn.imaging.dicom.planes import normal_of
from medrnn.imaging.grids import SHIFT_MM
from medrnn.imaging.series.members import Member
from medrnn.types import Geometry

SAME_PLACE = 0.01  # mm
USUAL = 0.02  # of the usual distance: how far a distance may be off before it is reported
NAMED = 3  # places that a warning names
POSITION, LOCATION, NUMBER = "position along the normal", "slice location", "instance number"


@dataclass(frozen=True, eq=False)
class Slice(Member):
    """A member with its index among the files, and its place: mm along the normal or the table, else its number."""

    index: int = 0
    place: float = 0.0


def _along(member: Slice) -> float | None:
    """Its position along its normal in mm."""
    if member.position is None or member.orientation is None:
        return None
    return float(member.position @ normal_of(member.orientation))


def _all(values: Iterable[float | None]) -> list[float]:
    """The numbers, empty where one is missing."""
    given = list(values)
    found = [v for v in given if v is not None]
    return found if len(found) == len(given) else []


def place_all(stack: Sequence[Slice]) -> tuple[list[Slice], str]:
    """The slices of one stack with their places, in order, and by what they were ordered."""
    along, locations = _all(_along(m) for m in stack), _all(m.location for m in stack)
    if along:
        how, places = POSITION, along
    elif len(set(locations)) > 1:
        how, places = LOCATION, locations
    else:
        how, places = NUMBER, [m.instance or 0.0 for m in stack]
    placed = [replace(m, place=place) for m, place in zip(stack, places, strict=True)]
    return sorted(placed, key=lambda m: (round(m.place, 2), m.instance or 0, m.index)), how


def at_each_place(stack: Sequence[Slice]) -> list[list[Slice]]:
    """The slices that lie at one place together, place by place; ``stack`` is in order."""
    found = [[stack[0]]]
    for before, one in zip(stack, stack[1:], strict=False):
        if one.place - before.place < SAME_PLACE:
            found[-1].append(one)
        else:
            found.append([one])
    return found


def name_places(which: Sequence[int]) -> str:
    """ "slice 3, 8, 9 and 4 more"; slices are counted from 1."""
    more = f" and {len(which) - NAMED} more" if len(which) > NAMED else ""
    return "slice " + ", ".join(str(i + 1) for i in which[:NAMED]) + more


def usual_distance(places: np.ndarray) -> float | None:
    """The lower median of the distances of neighbours in mm, doubled places left out; None for a single place."""
    apart = np.sort([step for step in np.diff(places) if step >= SAME_PLACE])
    return float(apart[(apart.size - 1) // 2]) if apart.size else None


def _slack(usual: float) -> float:
    return max(SAME_PLACE, USUAL * usual)


def _say_missing(steps: np.ndarray, which: list[int], usual: float) -> str:
    lacking = sum(round(steps[i] / usual) - 1 for i in which)
    if len(which) == 1:
        i = which[0]
        return (
            f"Slices are missing: a gap of {steps[i]:.4g} mm after slice {i + 1}, where {lacking} of {usual:.4g} mm "
            "should follow."
        )
    return (
        f"Slices are missing: {len(which)} gaps of up to {steps[which].max():.4g} mm after {name_places(which)}, "
        f"where {lacking} in all of {usual:.4g} mm should follow."
    )


def _say_varying(steps: np.ndarray, which: list[int], usual: float) -> str:
    if len(which) == 1:
        i = which[0]
        what = f"a gap of {steps[i]:.4g} mm after slice {i + 1}"
    else:
        low, high = steps[which].min(), steps[which].max()
        what = f"{len(which)} gaps from {low:.4g} to {high:.4g} mm after {name_places(which)}"
    return f"Slice distance varies: {usual:.4g} mm as a rule, {what}."


def say_distances(places: np.ndarray) -> list[str]:
    """One sentence each on doubled places, on missing slices, and on gaps of another size."""
    steps, notes = np.diff(places), []
    doubled = [i for i, step in enumerate(steps) if step < SAME_PLACE]
    if len(doubled) == len(steps):
        return [f"All {len(places)} slices lie at one place; they stand in the order of their numbers."]
    if doubled:
        notes.append(
            f"{len(doubled)} slice(s) lie at the place of the one before (after {name_places(doubled)}) and nothing "
            "tells them apart; no distance in mm is shown."
        )
    usual = usual_distance(places) or 0.0
    odd = [i for i, s in enumerate(steps) if s >= SAME_PLACE and abs(s - usual) > _slack(usual)]
    whole = [round(s / usual) for s in steps]
    missing = [i for i in odd if whole[i] >= 2 and abs(steps[i] - whole[i] * usual) <= _slack(usual)]
    varying = [i for i in odd if i not in missing]
    notes += [_say_missing(steps, missing, usual)] if missing else []
    notes += [_say_varying(steps, varying, usual)] if varying else []
    return notes


def say_order(stack: Sequence[Slice], how: str) -> list[str]:
    """That the files say no position, and whether two of them have one number or location."""
    word = "location" if how == LOCATION else "number"
    notes = [f"The files say no position; they stand in the order of their {how.split()[-1]}s."]
    doubled = [i for i, (a, b) in enumerate(zip(stack, stack[1:], strict=False)) if a.place == b.place]
    if doubled:
        notes.append(
            f"{len(doubled)} slice(s) have the {word} of the one before (after {name_places(doubled)})."
        )
    return notes


def _shift(stack: Sequence[Slice], normal: np.ndarray) -> float:
    """How many mm slices lie sideways of the first one at most, as with a tilted gantry."""
    positions = np.array([m.position for m in stack])
    beside = positions - np.outer(positions @ normal, normal)
    return float(np.abs(beside - beside[0]).max())


def geometry_of(stack: Sequence[Slice]) -> Geometry | None:
    """Where a stack in order lies; without a distance where two slices lie at one place, None without positions."""
    first = stack[0]
    if first.position is None or first.orientation is None:
        return None
    places = np.array([m.place for m in stack])
    usual, steps = usual_distance(places), np.diff(places)
    is_doubled = bool((steps < SAME_PLACE).any())
    is_even = not is_doubled and (usual is None or bool((np.abs(steps - usual) <= _slack(usual)).all()))
    return Geometry(
        tuple(first.position.tolist()),
        tuple(first.orientation.tolist()),
        None if is_doubled else usual,
        is_even,
        _shift(stack, normal_of(first.orientation)),
    )


def say_shift(geometry: Geometry | None) -> list[str]:
    """That slices lie sideways of each other."""
    if geometry is None or geometry.shift_mm <= SHIFT_MM:
        return []
    return [f"Slices are shifted sideways by up to {geometry.shift_mm:.4g} mm, as with a tilted gantry."]
