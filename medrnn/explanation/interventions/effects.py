"""What an intervention does to the answer to one reading, step by step."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from medrnn.brief import Brief
from medrnn.errors import TraceError
from medrnn.evaluation.evaluate import answer
from medrnn.explanation.interventions.edited_run import run_edited
from medrnn.explanation.interventions.kinds import Intervention
from medrnn.models.cards import Card
from medrnn.models.classifier import Classifier
from medrnn.models.predict import check_reading
from medrnn.models.tensors import to_tensor
from medrnn.types import Reading, Trace

BOUND = 1e-4  # in probability, of the written-out equations beside the fused run


@dataclass(frozen=True)
class Move:
    """What became of an answer.

    Attributes:
        before, after: the most probable class.
        p_before, p_after: probability of the class ``before``.
        margin_before, margin_after: probability of the most probable class less that of the second.
    """

    before: str
    after: str
    p_before: float
    p_after: float
    margin_before: float
    margin_after: float

    @property
    def points(self) -> float:
        """By how many percentage points the probability of the class ``before`` moved, with its sign."""
        return 100 * (self.p_after - self.p_before)


def move_of(classes: Sequence[str], before: np.ndarray, after: np.ndarray) -> Move:
    """What became of the answer ``before`` in ``after``, both (class,) probabilities."""
    first = int(before.argmax())
    margins = [float(np.subtract(*np.sort(p)[::-1][:2])) for p in (before, after)]
    answers = classes[first], classes[int(after.argmax())]
    return Move(*answers, float(before[first]), float(after[first]), *margins)


@dataclass(frozen=True, eq=False, repr=False)
class Effect(Brief):
    """What interventions do to one reading. Before and after are both runs of the same written-out equations.

    Attributes:
        model, digest: id of the model and SHA-256 of its weights.
        classes: names, in the order of the probabilities.
        interventions: what was done, in order.
        before, after: (class,) float64, sum to 1.
        steps_before, steps_after: (step, class) float64, the answer had the image ended after that step.
        moved: "layer0/forward" and so on, each (step,) float32: root mean square over the units of the change of h
            at that step, in units of the state, from 0 to 2.
        edited: (step,) bool: where at least one intervention acts.
        order, read: as in ``EditedRun``.
        trace_before, trace_after: every gate and state of both runs.
        error: largest difference of ``before`` and the fused model's probabilities.
    """

    model: str
    digest: str
    classes: tuple[str, ...]
    interventions: tuple[Intervention, ...]
    before: np.ndarray
    after: np.ndarray
    steps_before: np.ndarray
    steps_after: np.ndarray
    moved: Mapping[str, np.ndarray]
    edited: np.ndarray
    order: np.ndarray
    read: np.ndarray
    trace_before: Trace
    trace_after: Trace
    error: float

    @property
    def is_changed(self) -> bool:
        """True where another class became the most probable one."""
        return bool(self.before.argmax() != self.after.argmax())

    @property
    def move(self) -> Move:
        """What became of the class that was the answer before."""
        return move_of(self.classes, self.before, self.after)

    @property
    def change(self) -> np.ndarray:
        """(step,) float64 in [0, 1]: how much probability moved from one class to another at each step."""
        return probability_moved(self.steps_before, self.steps_after)

    def to_dict(self) -> dict[str, Any]:
        """Plain dict of JSON values, steps counted from 0."""
        rows = zip(self.steps_before, self.steps_after, self.change, self.edited, self.read, strict=True)
        return {
            "model": self.model,
            "edits": [one.to_dict() for one in self.interventions],
            "before": self._by_class(self.before),
            "after": self._by_class(self.after),
            "changed": self.is_changed,
            "move": {**asdict(self.move), "points": self.move.points},
            "steps": [
                {
                    "step": step,
                    "edited": bool(edited),
                    "read": bool(read),
                    "before": self._by_class(before),
                    "after": self._by_class(after),
                    "change": float(change),
                }
                for step, (before, after, change, edited, read) in enumerate(rows)
            ],
            "states_moved": {name: values.tolist() for name, values in self.moved.items()},
            "error": self.error,
        }

    def _by_class(self, probabilities: np.ndarray) -> dict[str, float]:
        return dict(zip(self.classes, probabilities.tolist(), strict=True))


def probability_moved(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Half the sum of absolute differences over the classes (total variation): (..., class) to (...), in [0, 1]."""
    moved: np.ndarray = 0.5 * np.abs(after - before).sum(-1)
    return moved


def check_gap(before: np.ndarray, fused: np.ndarray) -> float:
    """The largest difference of two tables of probabilities, if it is small enough to go on.

    Raises:
        TraceError: it is above the bound, or not a number.
    """
    error = float(np.abs(before - fused).max())
    if not error <= BOUND:
        raise TraceError(
            f"Expected the unchanged run within {BOUND:.0e} of the fused one, it differs by {error:.1e}. "
            "Do not use this effect; look for weights that are not finite, or run in float64."
        )
    return error


def _states_moved(before: Trace, after: Trace) -> dict[str, np.ndarray]:
    return {
        name.removesuffix("/h"): np.sqrt(((after.arrays[name] - values) ** 2).mean(1))
        for name, values in before.arrays.items()
        if name.endswith("/h")
    }


def compare(model: Classifier, card: Card, reading: Reading, interventions: Iterable[Intervention]) -> Effect:
    """The answer to one reading without and with interventions, after the whole image and after each step.

    Args:
        model: on the device that is to run; given back as found.
        card: the model's own.
        reading: made with the card's reading.
        interventions: what to do, see ``run_edited``.

    Raises:
        ConfigError: an intervention does not fit the model or the reading.
        ReadingError: the reading is not the model's.
        TraceError: the unchanged run does not agree with the fused one.
        DeviceError: the GPU's memory ran out.
    """
    check_reading(card, reading)
    before, after = (run_edited(model, reading.sequence, some) for some in ((), tuple(interventions)))
    fused = answer(model, to_tensor(reading.grid)[None], reading.config)
    if before.trace is None or after.trace is None or before.steps is None or after.steps is None:
        raise TraceError("Expected traces and steps of a single reading, got none.")
    steps = len(reading.sequence)
    return Effect(
        model=card.id,
        digest=card.digest,
        classes=card.classes,
        interventions=after.interventions,
        before=before.probabilities[0],
        after=after.probabilities[0],
        steps_before=before.steps[0],
        steps_after=after.steps[0],
        moved=_states_moved(before.trace, after.trace),
        edited=np.logical_or.reduce([one.touches(steps) for one in after.interventions], initial=False)
        | np.zeros(steps, bool),
        order=after.order,
        read=after.read,
        trace_before=before.trace,
        trace_after=after.trace,
        error=check_gap(before.probabilities, fused),
    )
