"""Lesson 3: why memory fades. The gradient on its way back through the steps, for the three cells."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from medrnn.brief import Brief
from medrnn.config import ModelConfig
from medrnn.lessons.images import DIGITS, SIDE, digit
from medrnn.lessons.lesson import Knob, Lesson, Question

if TYPE_CHECKING:
    from torch import Tensor

    from medrnn.models.classifier import Classifier

PIXELS, WIDTH, SEED = SIDE * SIDE, 128, 0
CELLS = ("rnn", "lstm", "gru")
MODELS = {cell: f"mnist-{cell}" for cell in CELLS}
STARTS = {"torch": "torch's own start", "good": "the good start", "trained": "trained, 28 steps"}
MOST = 1.0  # norm that clipping leaves

LESSON = Lesson(
    id="fading",
    title="Why memory fades",
    idea="On its way back to an early step the gradient is multiplied once a step: by less than 1 it vanishes, by more "
    "it explodes.",
    minutes=10,
    knobs=(
        Knob(
            "start",
            "Weights",
            tuple(STARTS),
            "torch",
            "Untrained as torch draws them, untrained with orthogonal recurrent weights and forget bias 1, or the "
            "networks of this app after training. Look how much reaches step 1.",
            tuple(STARTS.values()),
        ),
        Knob(
            "length",
            "Steps",
            (28, 56, 112, 196, 392, 784),
            28,
            "Cuts the same 784 pixels of a digit into shorter and shorter pieces. Look how the slope stays and the "
            "gradient at step 1 falls.",
        ),
        Knob(
            "scale",
            "Recurrent weights times",
            (0.5, 1.0, 1.5, 2.0, 3.0),
            1.0,
            "Multiplies the untrained recurrent weights. Look for the cell whose gradient explodes first.",
        ),
        Knob(
            "clip",
            "Clip the gradient",
            ("off", "on"),
            "off",
            "Scales the gradient of all weights to a norm of at most 1. Look at the table and at the slope of the "
            "curves.",
        ),
    ),
    question=Question(
        "An LSTM of 128 units, with the weights torch starts it with, reads the 28 rows of a digit. How much of the "
        "gradient at the last row arrives at the first?",
        ("Nearly all: an LSTM keeps its memory", "About a tenth", "Less than a ten-thousandth"),
        2,
        "An LSTM can keep its memory, but at torch's start its forget gates stand near one half, so it forgets. The "
        "start decides: with orthogonal recurrent weights and forget bias 1 more than a hundredth arrives.",
    ),
    sources=(
        "Bengio, Simard, Frasconi 1994, [Learning long-term dependencies with gradient descent is difficult]"
        "(https://doi.org/10.1109/72.279181).",
        "Pascanu, Mikolov, Bengio 2013, [On the difficulty of training recurrent neural networks]"
        "(https://arxiv.org/abs/1211.5063).",
        "Jozefowicz, Zaremba, Sutskever 2015, [An empirical exploration of recurrent network architectures]"
        "(https://proceedings.mlr.press/v37/jozefowicz15.html): forget bias 1.",
    ),
)


@dataclass(frozen=True, eq=False, repr=False)
class Fading(Brief):
    """The gradient of the loss of two digits with respect to what each step reads, by cell; all in float64.

    Attributes:
        norms: cell to (step,), mean over the digits of ||dL/dx_t||.
        weights: cell to the norm of the gradient of all weights.
    """

    norms: Mapping[str, np.ndarray]
    weights: Mapping[str, float]

    @property
    def steps(self) -> int:
        """How many are read."""
        return len(next(iter(self.norms.values())))

    def arrives(self, cell: str) -> float:
        """The gradient at the first step, as a share of that at the last one."""
        return float(self.norms[cell][0] / self.norms[cell][-1])

    def factor(self, cell: str) -> float:
        """By what it is multiplied at each step back, in the geometric mean."""
        return float(self.arrives(cell) ** (1 / (self.steps - 1)))

    def clipped(self, cell: str) -> float:
        """By what clipping multiplies the gradient, 1 where it is short enough."""
        return min(1.0, MOST / self.weights[cell])


def untrained(cell: str, start: str, length: int, scale: float = 1.0, seed: int = SEED) -> "Classifier":
    """One layer of 128 units before its first step of training, in float64.

    Args:
        cell: of ``CELLS``.
        start: "torch" or "good".
        length: steps into which the 784 pixels are cut.
        scale: multiplies the recurrent weights.
        seed: from which the weights are drawn.
    """
    from medrnn.explanation.tracing.fused import layer_weights
    from medrnn.models.networks import build_untrained

    features = PIXELS // length
    config = ModelConfig(cell, features, 10, layers=1, width=WIDTH, dropout=0.0, init=start)
    model = build_untrained(config, None, seed).double()
    for module in model.recurrent().values():
        layer_weights(module, 0, False)["weight_hh"].data *= scale
    return model


def _digits(length: int) -> "tuple[Tensor, Tensor]":
    """(digit, step, feature) float64 and their classes."""
    import torch

    x = np.stack([digit(name) for name in DIGITS]).reshape(len(DIGITS), length, PIXELS // length)
    return torch.from_numpy(x).double(), torch.tensor([int(name.rpartition("-")[2]) for name in DIGITS])


def _back(model: "Classifier", length: int) -> tuple[np.ndarray, float]:
    """||dL/dx_t|| at each step, and the norm of the gradient of all weights."""
    import torch

    x, labels = _digits(length)
    x.requires_grad_()
    weights = [weight.requires_grad_() for weight in model.parameters()]
    with torch.enable_grad():
        loss = torch.nn.functional.cross_entropy(model(x), labels)
        to_input, *to_weights = torch.autograd.grad(loss, [x, *weights])
    every = torch.stack([gradient.norm() for gradient in to_weights]).norm()
    norms: np.ndarray = to_input.norm(dim=2).mean(0).numpy()
    return norms, float(every)


def measure(models: "Mapping[str, Classifier]", length: int) -> Fading:
    """Send the gradient back through a network of each cell.

    Args:
        models: by cell, in float64 and one's own: their weights ask for gradients afterwards.
        length: steps that they read.
    """
    found = {cell: _back(model, length) for cell, model in models.items()}
    return Fading(
        {cell: norms for cell, (norms, _) in found.items()},
        {cell: every for cell, (_, every) in found.items()},
    )


def fade_untrained(start: str, length: int, scale: float, seed: int = SEED) -> Fading:
    """The three cells before training, from one seed; see ``untrained``."""
    return measure({cell: untrained(cell, start, length, scale, seed) for cell in CELLS}, length)


def fade_trained(models: "Mapping[str, Classifier]") -> Fading:
    """The three shipped networks, by cell; they are copied, and handed back as found."""
    return measure({cell: copy.deepcopy(model).double() for cell, model in models.items()}, SIDE)
