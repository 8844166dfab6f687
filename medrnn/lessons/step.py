"""Lesson 2: the plain RNN step by step, one unit at one step, every product in view."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from medrnn.brief import Brief
from medrnn.lessons.images import IMAGE, digit, step_knob
from medrnn.lessons.lesson import Knob, Lesson, Question

if TYPE_CHECKING:
    from medrnn.models.classifier import Classifier

MODEL = "mnist-rnn"
UNITS = 128
TERMS = {"input": "from the row", "memory": "from the memory", "bias": "bias", "tanh": "tanh"}

LESSON = Lesson(
    id="step",
    title="The plain RNN, step by step",
    idea="At each step a unit adds what the row says to what the memory says, and squeezes the sum through tanh.",
    minutes=8,
    knobs=(
        IMAGE,
        step_knob("Step t", 10, "Which row is read. Look how the memory term grows from nothing at step 1."),
        Knob(
            "unit",
            "Unit",
            tuple(range(UNITS)),
            0,
            "Which of the 128 units of the first layer, counted from 0. Each has weights of its own.",
        ),
        Knob(
            "term",
            "Take a term apart",
            tuple(TERMS),
            "input",
            "Shows the products that a term of the equation adds up. Look for the few that make most of the sum.",
            tuple(TERMS.values()),
        ),
    ),
    question=Question(
        "From the second step on: which term is larger, as a rule, in this trained network?",
        (
            "The input term: the row is what the unit sees",
            "The memory term: what was read before",
            "Neither, they are about equal",
        ),
        1,
        "Over the first 500 test digits the memory term is the larger one in 84 % of all units and steps after the "
        "first. At step 1 it is nothing: there is no memory yet. The row makes a correction to what the network "
        "already holds.",
    ),
    sources=(
        "Elman 1990, [Finding structure in time](https://doi.org/10.1207/s15516709cog1402_1).",
        "The form of torch: [torch.nn.RNN](https://docs.pytorch.org/docs/stable/generated/torch.nn.RNN.html), which "
        "keeps two bias vectors; $b$ is their sum.",
    ),
)


@dataclass(frozen=True, eq=False, repr=False)
class UnitRun(Brief):
    """One unit of the first layer over a whole image, its sums in float64.

    Attributes:
        grid: (row, column) float32, the image; row t is what step t reads.
        from_input: (step, feature), w_k x_k of each value that is read.
        from_memory: (step, unit), w_k h_k of each unit's state before the step.
        bias: (2,), torch's two biases of the unit.
        states: (step + 1, unit), all states h, first those before step 1, zeros.
        weights: of the unit, (feature + unit,): first on the row, then on the memory.
        torch: (step,) float32, h of the unit as torch's fused code gives it.
    """

    grid: np.ndarray
    from_input: np.ndarray
    from_memory: np.ndarray
    bias: np.ndarray
    states: np.ndarray
    weights: np.ndarray
    torch: np.ndarray

    @property
    def terms(self) -> dict[str, np.ndarray]:
        """The input term, the memory term and the bias at each step, (step,) each."""
        steps = len(self.from_input)
        bias = np.full(steps, self.bias.sum())
        return {"input": self.from_input.sum(1), "memory": self.from_memory.sum(1), "bias": bias}

    @property
    def total(self) -> np.ndarray:
        """What goes into tanh, (step,)."""
        total: np.ndarray = sum(self.terms.values(), np.zeros(len(self.from_input)))
        return total

    @property
    def h(self) -> np.ndarray:
        """What comes out, (step,)."""
        state: np.ndarray = np.tanh(self.total)
        return state


def follow(model: "Classifier", image: str, unit: int) -> UnitRun:
    """Follow one unit of the first layer of the shipped plain RNN.

    Args:
        model: ``MODEL``; given back as found.
        image: a key of ``DIGITS``.
        unit: from 0.
    """
    import torch

    from medrnn.explanation.tracing.trace import layer_weights, trace
    from medrnn.models.cells import CELLS, run_layer

    grid, rnn = digit(image), model.recurrent()["rnn"]
    fused = trace(rnn, grid).part(0)["h"][:, unit]
    weights = {name: w.detach().double() for name, w in layer_weights(rnn, 0, False).items()}
    with torch.inference_mode():
        h = run_layer(CELLS["rnn"], torch.from_numpy(grid).double(), weights)["h"].numpy()
    states = np.concatenate([np.zeros((1, h.shape[1])), h])
    on_input, on_memory = weights["weight_ih"][unit].numpy(), weights["weight_hh"][unit].numpy()
    return UnitRun(
        grid=grid,
        from_input=on_input * grid,
        from_memory=on_memory * states[:-1],
        bias=np.array([float(weights["bias_ih"][unit]), float(weights["bias_hh"][unit])]),
        states=states,
        weights=np.concatenate([on_input, on_memory]),
        torch=fused,
    )
