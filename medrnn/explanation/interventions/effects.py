"""What an intervention does to the answer to one reading, step by step."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from medrnn.brief import Brief
from medrnn.errors import TraceError
from medrnn.evaluation.evaluate import answer
from medrnn.explanation.interventions.edited_run import run_edited
from medrnn.explanation.interventions.kinds import MEMORY, Intervention
from medrnn.explanation.tracing.inside import choose_module, last_module
from medrnn.explanation.tracing.trace import BatchTrace
from medrnn.models.cards import Card
from medrnn.models.classifier import Classifier
from medrnn.models.places import passages
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
        steps_before, steps_after: (step, class) float64, the answer had the image ended after that step; None of a
            convolutional network.
        module: whose states are compared; "" of a convolutional network.
        moved: "layer0/forward" and so on, each (step,) float32, of that module: root mean square over the units, and
            the lines of a sweep, of the change of h at that step, in units of the state, from 0 to 2.
        edited: (step,) bool: after which steps of the answer at least one intervention acts; of a convolutional
            network the rows of its map.
        edited_states: (step,) bool: at which steps of the module its memory or what it reads is changed on purpose.
        order, read: as in ``EditedRun``.
        traces_before, traces_after: every gate and state of both runs, (line, step, unit), by the module's name.
        error: largest difference of ``before`` and the fused model's probabilities.
    """

    model: str
    digest: str
    classes: tuple[str, ...]
    interventions: tuple[Intervention, ...]
    before: np.ndarray
    after: np.ndarray
    steps_before: np.ndarray | None
    steps_after: np.ndarray | None
    module: str
    moved: Mapping[str, np.ndarray]
    edited: np.ndarray
    edited_states: np.ndarray
    order: np.ndarray
    read: np.ndarray
    traces_before: Mapping[str, BatchTrace]
    traces_after: Mapping[str, BatchTrace]
    error: float

    @property
    def trace_before(self) -> Trace | None:
        """Of a network over one sequence its one trace before; else None."""
        return self.traces_before["rnn"].one(0) if "rnn" in self.traces_before else None

    @property
    def trace_after(self) -> Trace | None:
        """The same after."""
        return self.traces_after["rnn"].one(0) if "rnn" in self.traces_after else None

    @property
    def is_changed(self) -> bool:
        """True where another class became the most probable one."""
        return bool(self.before.argmax() != self.after.argmax())

    @property
    def move(self) -> Move:
        """What became of the class that was the answer before."""
        return move_of(self.classes, self.before, self.after)

    @property
    def change(self) -> np.ndarray | None:
        """(step,) float64 in [0, 1]: how much probability moved from one class to another at each step."""
        if self.steps_before is None or self.steps_after is None:
            return None
        return probability_moved(self.steps_before, self.steps_after)

    def to_dict(self) -> dict[str, Any]:
        """Plain dict of JSON values, steps counted from 0."""
        return {
            "model": self.model,
            "edits": [one.to_dict() for one in self.interventions],
            "before": self._by_class(self.before),
            "after": self._by_class(self.after),
            "changed": self.is_changed,
            "move": {**asdict(self.move), "points": self.move.points},
            "steps": self._steps(),
            "module": self.module or None,
            "states_moved": {name: values.tolist() for name, values in self.moved.items()},
            "error": self.error,
        }

    def _steps(self) -> list[dict[str, Any]] | None:
        if self.steps_before is None or self.steps_after is None or self.change is None:
            return None
        rows = zip(self.steps_before, self.steps_after, self.change, self.edited, self.read, strict=True)
        return [
            {
                "step": step,
                "edited": bool(edited),
                "read": bool(read),
                "before": self._by_class(before),
                "after": self._by_class(after),
                "change": float(change),
            }
            for step, (before, after, change, edited, read) in enumerate(rows)
        ]

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


def states_moved(before: BatchTrace, after: BatchTrace, line: int | None = None) -> dict[str, np.ndarray]:
    """How far the states of a module moved at each step, see ``Effect.moved``; of all lines of a sweep or of one."""
    some, found = slice(None) if line is None else slice(line, line + 1), {}
    for name, values in before.arrays.items():
        if name.endswith("/h"):
            squares = (after.arrays[name] - values)[some].square().mean((0, 2))
            found[name.removesuffix("/h")] = squares.sqrt().float().cpu().numpy()
    return found


def _any(edits: Iterable[Intervention], steps: int) -> np.ndarray:
    found = np.zeros(steps, bool)
    for one in edits:
        found |= one.touches(steps)
    return found


def _is_of_whole(one: Intervention, card: Card) -> bool:
    """True where all steps of the answer follow from it: sweeps before the last have seen more than the rows so far."""
    if card.config.model.core != "sweeps" or one.kind not in MEMORY:
        return False
    return not one.acts_on(list(passages(card.config.model, card.config.reading))[-1])


def _edited(edits: tuple[Intervention, ...], card: Card, steps: int) -> np.ndarray:
    whole = any(_is_of_whole(one, card) for one in edits)
    return np.ones(steps, bool) if whole else _any(edits, steps)


def _edited_states(edits: tuple[Intervention, ...], card: Card, module: str, steps: int) -> np.ndarray:
    is_one = card.config.model.core == "stack"  # a module whose steps are those of the answer
    return _any([one for one in edits if one.acts_on(module) or (is_one and one.kind not in MEMORY)], steps)


def compare(
    model: Classifier, card: Card, reading: Reading, interventions: Iterable[Intervention], module: str = ""
) -> Effect:
    """The answer to one reading without and with interventions, after the whole image and after each step.

    Args:
        model: any network, on the device that is to run; given back as found.
        card: the model's own.
        reading: made with the card's reading.
        interventions: what to do, see ``run_edited``.
        module: whose states are compared, by default the one that reads last.

    Raises:
        ConfigError: an intervention does not fit the model or the reading.
        ReadingError: the reading is not the model's.
        TraceError: the unchanged run does not agree with the fused one, or there is no such module.
        DeviceError: the GPU's memory ran out.
    """
    check_reading(card, reading)
    model = model.as_read(reading.config)
    name = choose_module(model, module) if module else last_module(model) if model.recurrent() else ""
    before, after = (run_edited(model, reading.sequence, some) for some in ((), tuple(interventions)))
    fused = answer(model, to_tensor(reading.grid)[None], reading.config)
    inside = before.traces[name].input.shape[1] if name else 0
    return Effect(
        model=card.id,
        digest=card.digest,
        classes=card.classes,
        interventions=after.interventions,
        before=before.probabilities[0],
        after=after.probabilities[0],
        steps_before=None if before.steps is None else before.steps[0],
        steps_after=None if after.steps is None else after.steps[0],
        module=name,
        moved=states_moved(before.traces[name], after.traces[name]) if name else {},
        edited=_edited(after.interventions, card, len(after.order)),
        edited_states=_edited_states(after.interventions, card, name, inside),
        order=after.order,
        read=after.read,
        traces_before=before.traces,
        traces_after=after.traces,
        error=check_gap(before.probabilities, fused),
    )
