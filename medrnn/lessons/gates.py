"""What the lessons on gates share: a shipped network run by its written equations, with a gate held or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from medrnn.brief import Brief
from medrnn.lessons.images import digit

if TYPE_CHECKING:
    from medrnn.models.classifier import Classifier

AS_IT_IS = "as-it-is"


@dataclass(frozen=True, eq=False, repr=False)
class GateRun(Brief):
    """One digit read by a network, of which a gate may be held.

    Attributes:
        grid: (row, column) float32, the image.
        values: gate or state to (step, unit) of the first layer.
        answers: (step, class) float64, the answer had the image ended after the step.
        label: what the image shows.
    """

    grid: np.ndarray
    values: Mapping[str, np.ndarray]
    answers: np.ndarray
    label: str

    @property
    def answer(self) -> str:
        """After the last step; the classes of digits are their names."""
        return str(int(self.answers[-1].argmax()))

    @property
    def sure(self) -> float:
        """The probability of the answer."""
        return float(self.answers[-1].max())

    def at(self, symbol: str, step: int, unit: int) -> float:
        """A gate or state of a unit at a step, both from 0; before the first step memories are 0."""
        return float(self.values[symbol][step, unit]) if step >= 0 else 0.0


def held(setting: str) -> tuple[str, float] | None:
    """A setting such as "f-0" as gate and value; None for ``AS_IT_IS``."""
    symbol, _, value = setting.partition("-")
    return None if setting == AS_IT_IS else (symbol, float(value))


def run(model: "Classifier", image: str, setting: str) -> GateRun:
    """A digit read with a gate held at one value in all layers, units and steps, or with none.

    Args:
        model: a shipped network of digits in evaluation mode; given back as found.
        image: a key of ``DIGITS``.
        setting: ``AS_IT_IS``, or a gate and its value such as "f-0".
    """
    from medrnn.explanation.interventions.edited_run import run_edited
    from medrnn.explanation.interventions.kinds import Intervention

    what, grid = held(setting), digit(image)
    edits = [Intervention("clamp", symbol=what[0], value=what[1])] if what else []
    found = run_edited(model, grid, edits)
    assert found.trace is not None and found.steps is not None, "one network reads one line after another"
    return GateRun(grid, found.trace.part(0), found.steps[0], image.rpartition("-")[2])
