"""Select and match after LSTMVis (Strobelt et al. 2018): where else do these units do what they do here?

A span of steps and a set of units are selected in the trace of one image; the index is then searched for spans of
the same length in which the same units are active.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from medrnn.brief import Brief
from medrnn.errors import ConfigError, ReadingError
from medrnn.explanation.index.states import StateIndex
from medrnn.types import Trace


@dataclass(frozen=True, eq=False, repr=False)
class Selection(Brief):
    """Units and a span of steps in the trace of one image.

    Attributes:
        layer, direction: which states.
        start, stop: the span's first step, and the step after its last.
        units: (unit,) int64, the chosen ones, ascending.
        values: (step, unit) float16, their states during the span.
        signs: (unit,) int8, -1 or 1: the sign of each one's mean over the span.
        threshold: a unit is active where its state times its sign is at least this.
        off_before, off_after: (unit,) bool: there is a step just before (after) the span, and the unit is not active
            there. Only on these sides does activity outside count against a match.
        steps: of the whole trace.
        width: units of the layer and direction.
    """

    layer: int
    direction: str
    start: int
    stop: int
    units: np.ndarray
    values: np.ndarray
    signs: np.ndarray
    threshold: float
    off_before: np.ndarray
    off_after: np.ndarray
    steps: int
    width: int


@dataclass(frozen=True)
class Match:
    """A span of an image of the index.

    Attributes:
        image: row of the index.
        start, stop: the span, as in ``Selection``.
        score: what the span is ranked by, at most 1.
        inside: how many of the selected units are active at every step of the span.
        outside: how many are active just before or just after it, where in the selection they were not.
    """

    image: int
    start: int
    stop: int
    score: float
    inside: int
    outside: int


def _active(values: np.ndarray, signs: np.ndarray, threshold: float) -> np.ndarray:
    """Which states (..., unit) lie at the threshold or above on the side that each unit's sign names."""
    level = values.dtype.type(threshold)
    active: np.ndarray = np.where(signs > 0, values >= level, values <= -level)
    return active


def _check(states: np.ndarray, start: int, stop: int, threshold: float) -> None:
    if not 0 <= start < stop <= len(states):
        raise ConfigError(
            f"span: expected steps within 0 to {len(states)}, the first before the end, got {start} to {stop}."
        )
    if not 0 < threshold <= 1:
        raise ConfigError(f"threshold: expected a number above 0 and at most 1, got {threshold:g}.")


def select(
    trace: Trace,
    layer: int,
    direction: str,
    start: int,
    stop: int,
    *,
    threshold: float = 0.3,
    units: tuple[int, ...] | None = None,
    is_bounded: bool = False,
) -> Selection:
    """Choose units by what they do in a span of a trace, or name them.

    Args:
        trace: of the opened image; of a module that sweeps a map ``tracing.inside.raster``, so that a span is one of
            places in that order.
        layer: from 0, whose states.
        direction: "forward" or "backward".
        start: the first step of the span, from 0.
        stop: the step after its last.
        threshold: in units of the state, above 0 and at most 1.
        units: the chosen ones; by default all that are active, with one sign, at every step of the span.
        is_bounded: of those, only the units that are not active just before nor just after the span.

    Raises:
        ConfigError: no such span, threshold, layer, direction or unit, or no unit is active.
    """
    name = f"layer{layer}/{direction}/h"
    if name not in trace.arrays:
        raise ConfigError(f"Expected a layer and direction of the trace, got layer {layer}, {direction!r}.")
    states = trace.arrays[name].astype(np.float16)  # rounded as in the index
    _check(states, start, stop, threshold)
    signs = np.where(states[start:stop].astype(np.float64).mean(0) < 0, -1, 1).astype(np.int8)
    active = _active(states, signs, threshold)
    before = ~active[start - 1] if start else np.zeros(len(signs), bool)
    after = ~active[stop] if stop < len(states) else np.zeros(len(signs), bool)
    if units is None:
        is_alone = (before | (start == 0)) & (after | (stop == len(states)))
        chosen = np.flatnonzero(active[start:stop].all(0) & (is_alone | (not is_bounded)))
    else:
        chosen = np.unique(np.asarray(units, np.int64))
    if not len(chosen) or chosen[0] < 0 or chosen[-1] >= states.shape[1]:
        raise ConfigError(
            f"Expected at least one active unit below {states.shape[1]}, got "
            f"{'none' if not len(chosen) else chosen.tolist()}. Lower the threshold or choose another span."
        )
    return Selection(
        layer=layer,
        direction=direction,
        start=start,
        stop=stop,
        units=chosen,
        values=states[start:stop, chosen],
        signs=signs[chosen],
        threshold=threshold,
        off_before=before[chosen],
        off_after=after[chosen],
        steps=len(states),
        width=states.shape[1],
    )


def _count(selection: Selection, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many units are active during each span, and how many just outside: both (image, start) int64."""
    active = _active(states, selection.signs, selection.threshold)
    length = selection.stop - selection.start
    starts = active.shape[1] - length + 1
    during = active[:, :starts].copy()
    for k in range(1, length):
        during &= active[:, k : k + starts]
    outside = np.zeros_like(during)
    outside[:, 1:] |= active[:, :-length] & selection.off_before
    outside[:, :-1] |= active[:, length:] & selection.off_after
    return np.count_nonzero(during, -1), np.count_nonzero(outside, -1)


def _by_threshold(selection: Selection, states: np.ndarray) -> np.ndarray:
    inside, outside = _count(selection, states)
    score: np.ndarray = (inside - outside) / len(selection.units)
    return score


def _by_cosine(selection: Selection, states: np.ndarray) -> np.ndarray:
    wanted, length = selection.values.astype(np.float32), len(selection.values)
    flat = states.reshape(-1, states.shape[-1]).astype(np.float32)
    products = (flat @ wanted.T).reshape(*states.shape[:2], length)
    squares = (flat * flat).sum(-1).reshape(states.shape[:2])
    starts = states.shape[1] - length + 1
    dot = sum(products[:, k : k + starts, k] for k in range(length))
    norm = np.sqrt(sum(squares[:, k : k + starts] for k in range(length)) * float((wanted**2).sum()))
    cosine: np.ndarray = np.divide(dot, norm, out=np.zeros_like(dot), where=norm > 0)
    return cosine


@dataclass(frozen=True)
class Measure:
    """One way to rank spans: what it says, and how it is computed (image, start)."""

    title: str
    says: str
    run: Callable[[Selection, np.ndarray], np.ndarray]


MEASURES = {
    "active": Measure(
        "Active units",
        "The share of the selected units that are active at every step of the span, less the share that are active "
        "just before or after it though they were not in the selection.",
        _by_threshold,
    ),
    "cosine": Measure(
        "Cosine",
        "The cosine between the states of the selected units over the span and over the selected one.",
        _by_cosine,
    ),
}


def check_match(selection: Selection, index: StateIndex) -> None:
    """A selection can be searched for only among states of the same network and reading.

    Raises:
        ReadingError: the numbers of steps or units differ.
    """
    came, known = (selection.steps, selection.width), (index.steps, index.units)
    if came != known:
        raise ReadingError(
            f"Expected a trace of {known[0]} steps and {known[1]} units a layer, got {came[0]} and {came[1]}. "
            "Trace the image with the model of the index."
        )


def match(
    index: StateIndex, selection: Selection, *, by: str = "active", count: int = 50
) -> tuple[Match, ...]:
    """The images of the index whose best span is most like the selected one.

    Args:
        index: of the same model.
        selection: see ``select``.
        by: a key of ``MEASURES``.
        count: at most so many.

    Returns:
        The best span of each image, best image first. Among equals within an image the span nearest to the selected
        steps is taken; between images the one whose states lie closest to the selected ones comes first, then the one
        with the nearest steps, then the one that comes first.

    Raises:
        ConfigError: the measure is unknown, or the model has no such layer or direction.
        ReadingError: the trace is of another network or reading.
    """
    if by not in MEASURES:
        raise ConfigError(f"measure: expected one of {', '.join(MEASURES)}, got {by!r}")
    check_match(selection, index)
    states = index.part(selection.layer, selection.direction)[:, :, selection.units]
    scores = MEASURES[by].run(selection, states)
    away = np.abs(np.arange(scores.shape[1]) - selection.start)
    nearest = np.argsort(away, kind="stable")
    starts = nearest[scores[:, nearest].argmax(1)]
    images, length = np.arange(len(index)), selection.stop - selection.start
    spans = states[images[:, None], starts[:, None] + np.arange(length)].astype(np.float32)
    distance = ((spans - selection.values.astype(np.float32)) ** 2).sum((1, 2))
    best = np.lexsort((images, away[starts], distance, -scores[images, starts]))[:count]
    inside, outside = _count(selection, states[best])
    return tuple(
        Match(
            image=int(k),
            start=int(s),
            stop=int(s) + length,
            score=float(scores[k, s]),
            inside=int(inside[row, s]),
            outside=int(outside[row, s]),
        )
        for row, (k, s) in enumerate(zip(best, starts[best], strict=True))
    )
