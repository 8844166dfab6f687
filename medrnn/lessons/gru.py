"""Lesson 5: the gates of the GRU, the two names of its gates, and the two places where r acts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from medrnn.brief import Brief
from medrnn.lessons.gates import AS_IT_IS
from medrnn.lessons.images import IMAGE, digit, step_knob
from medrnn.lessons.lesson import Knob, Lesson, Question

if TYPE_CHECKING:
    from torch import Tensor

    from medrnn.models.cells import Arrays, Weights
    from medrnn.models.classifier import Classifier

MODEL = "mnist-gru"
UNITS = 128
SETTINGS = {
    AS_IT_IS: "as it is",
    "z-0": "z = 0, make nothing new",
    "z-1": "z = 1, keep nothing",
    "r-0": "r = 0, candidate without past",
    "r-1": "r = 1, candidate with all past",
}
MEASURED = 200  # test digits of the shares below
RIGHT = {AS_IT_IS: 100, "z-0": 10, "z-1": 8, "r-0": 18, "r-1": 22}  # percent, held by a test

LESSON = Lesson(
    id="gru",
    title="The gates of the GRU",
    idea="One gate mixes old and new, another decides how much of the past the new may see.",
    minutes=8,
    knobs=(
        IMAGE,
        step_knob("Step t", 14, "Which row is read. Look at which step z opens and h turns."),
        Knob(
            "unit",
            "Unit",
            tuple(range(UNITS)),
            120,
            "Which of the 128 units of the first layer, counted from 0; 120 moves most on the seven.",
        ),
        Knob(
            "set",
            "Hold a gate, in all layers",
            tuple(SETTINGS),
            AS_IT_IS,
            "Holds a gate of every unit at one value at every step (z in its usual meaning), and computes the rest "
            "anew. Look what becomes of h and of the answer.",
            tuple(SETTINGS.values()),
        ),
    ),
    question=Question(
        "Texts let r act on the state **before** the recurrent product, torch **after** it. Take the weights that were "
        "trained in torch's form and compute in the usual one. What changes?",
        (
            "Nothing: it is the same sum in another order",
            "The states change, by as much as whole units",
            "It cannot be computed, the shapes do not fit",
        ),
        1,
        "The shapes fit, so no program complains. The states differ by up to 1.98 of the largest possible 2, and of "
        "the first 200 test digits 182 are read right, not 200. Weights belong to one form.",
    ),
    sources=(
        "Cho et al. 2014, [Learning phrase representations using RNN encoder-decoder](https://arxiv.org/abs/1406.1078).",
        "The form with r after the product: [torch.nn.GRU]"
        "(https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html), which says that it differs on purpose.",
    ),
)


@dataclass(frozen=True, eq=False, repr=False)
class TwoForms(Brief):
    """The same weights in both forms, in float64.

    Attributes:
        torch, usual: (step, unit), h of the first layer.
        apart: (layer,), largest difference of the states, from 0 to 2.
        answers: (2, class) probabilities, torch's form first.
    """

    torch: np.ndarray
    usual: np.ndarray
    apart: np.ndarray
    answers: np.ndarray


def usual_step(x: "Tensor", state: "Arrays", w: "Weights") -> "Arrays":
    """One step of the form of most texts: ``n = tanh(W x + b + U (r h) + b')``; z in its usual meaning."""
    from_input = (x @ w["weight_ih"].T + w["bias_ih"]).chunk(3, -1)
    u_r, u_z, u_n = w["weight_hh"].chunk(3)
    b_r, b_z, b_n = w["bias_hh"].chunk(3)
    h = state["h"]
    r = (from_input[0] + h @ u_r.T + b_r).sigmoid()
    z = 1 - (from_input[1] + h @ u_z.T + b_z).sigmoid()
    n = (from_input[2] + (r * h) @ u_n.T + b_n).tanh()
    return {"z": z, "r": r, "n": n, "h": (1 - z) * h + z * n}


def states(model: "Classifier", images: np.ndarray, *, is_usual: bool) -> "list[Tensor]":
    """h of every layer, each (image, step, unit) float64, in one of the two forms.

    Args:
        model: of GRU layers over one sequence; given back as found.
        images: (image, step, feature).
        is_usual: r before the recurrent product; else torch's form.
    """
    import torch

    from medrnn.explanation.tracing.trace import layer_weights
    from medrnn.models.cells import CELLS

    step = usual_step if is_usual else CELLS["gru"].step
    rnn, x, found = model.recurrent()["rnn"], torch.from_numpy(images).double(), []
    for layer in range(rnn.num_layers):
        weights = {name: part.detach().double() for name, part in layer_weights(rnn, layer, False).items()}
        state, kept = {"h": x.new_zeros(len(x), rnn.hidden_size)}, []
        for t in range(x.shape[1]):
            state = step(x[:, t], state, weights)
            kept.append(state["h"])
        x = torch.stack(kept, 1)
        found.append(x)
    return found


def answers(model: "Classifier", last: "Tensor") -> np.ndarray:
    """(image, class) probabilities in float64 from the last layer's states (image, step, unit)."""
    head = model.head
    probabilities: np.ndarray = (
        (last[:, -1] @ head.weight.detach().double().T + head.bias.detach().double()).softmax(-1).numpy()
    )
    return probabilities


def two_forms(model: "Classifier", image: str) -> TwoForms:
    """A digit read by the same weights in both forms.

    Args:
        model: ``MODEL``; given back as found.
        image: a key of ``DIGITS``.
    """
    one, other = (states(model, digit(image)[None], is_usual=usual) for usual in (False, True))
    apart = [float((a - b).abs().max()) for a, b in zip(one, other, strict=True)]
    told = np.concatenate([answers(model, one[-1]), answers(model, other[-1])])
    return TwoForms(one[0][0].numpy(), other[0][0].numpy(), np.array(apart), told)
