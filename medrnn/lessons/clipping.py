"""Lesson 7: gradient clipping, by norm and by value, in a few dozen real steps of training."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from medrnn.brief import Brief
from medrnn.config import ModelConfig
from medrnn.lessons.lesson import Knob, Lesson, Question

if TYPE_CHECKING:
    from torch import Tensor

    from medrnn.models.classifier import Classifier

WIDTH, BATCH, STEPS = 64, 64, 60
NORM, VALUE = 1.0, 0.01  # what clipping leaves at most: of the whole, of each entry
AHEAD = 33  # points along the gradient at which the loss is measured
CLIPS = {"off": "off", "norm": f"by norm (at most {NORM:g})", "value": f"by value (at most {VALUE:g})"}
GUESS = float(np.log(10))  # the loss of one who says 10 % to each digit

LESSON = Lesson(
    id="clipping",
    title="Gradient clipping",
    idea="Now and then a recurrent network meets a cliff in its loss; clipping keeps the step short there.",
    minutes=7,
    knobs=(
        Knob(
            "rate",
            "Learning rate",
            (0.03, 0.1, 0.3, 1.0),
            0.3,
            "How far a step of training goes along the gradient. Look from which rate on the loss does not fall "
            "without clipping.",
        ),
        Knob(
            "clip",
            "Clip the gradient",
            tuple(CLIPS),
            "norm",
            "Shortens the whole gradient to a length of at most 1, or cuts each of its entries at 0.01. Look at the "
            "loss and at the angle.",
            tuple(CLIPS.values()),
        ),
        Knob(
            "seed",
            "Seed",
            (0, 1, 2),
            0,
            "From which the first weights are drawn. Look what is luck and what not.",
        ),
    ),
    question=Question(
        "A gradient is ten times as long as it may be. What does clipping **by norm** keep of it?",
        ("Its length, not its direction", "Its direction, not its length", "Only its largest entries"),
        1,
        "By norm every entry is multiplied by the same number, so the direction stays. By value each entry is cut by "
        "itself, so the step turns: look at the angle below.",
    ),
    sources=(
        "Pascanu, Mikolov, Bengio 2013, [On the difficulty of training recurrent neural networks]"
        "(https://arxiv.org/abs/1211.5063): the cliff, and clipping by norm.",
        "Digits: MNIST (LeCun, Cortes, Burges), CC BY-SA 3.0.",
    ),
)


@dataclass(frozen=True, eq=False, repr=False)
class Training(Brief):
    """A few dozen steps of plain SGD; the loss along the gradient at the step whose gradient was longest.

    Attributes:
        loss: (step,) mean cross-entropy of each batch before its step, in nats.
        before: (step,) norm of the gradient of all weights.
        after: (step,) the same after clipping.
        cosine: (step,) of the angle between both, 1 where the direction stays.
        along: (point,) lengths of a step along the gradient.
        cliff: (point,) the loss of the same batch after a step so long.
        longest: which step that was, from 0.
        rate: the learning rate.
    """

    loss: np.ndarray
    before: np.ndarray
    after: np.ndarray
    cosine: np.ndarray
    along: np.ndarray
    cliff: np.ndarray
    longest: int
    rate: float

    @property
    def ended(self) -> float:
        """Mean loss of the last ten batches."""
        return float(self.loss[-10:].mean())

    @property
    def degrees(self) -> float:
        """Largest angle by which clipping turned a step."""
        return float(np.degrees(np.arccos(np.clip(self.cosine, -1, 1))).max())


def _batches() -> "Iterator[tuple[Tensor, Tensor]]":
    """The first images of the training part, in their order."""
    import torch

    from medrnn.datasets import load_dataset

    train = load_dataset("mnist").train.first(BATCH * STEPS)
    images = torch.from_numpy(train.images / np.float32(255))
    yield from zip(images.split(BATCH), torch.from_numpy(train.labels).split(BATCH), strict=True)


def _start(seed: int) -> "Classifier":
    from medrnn.models.networks import build_untrained

    config = ModelConfig("rnn", 28, 10, layers=1, width=WIDTH, dropout=0.0, init="good")
    return build_untrained(config, None, seed).requires_grad_(True)


def clip(gradients: "list[Tensor]", how: str) -> "list[Tensor]":
    """The gradients of all weights as clipping leaves them.

    Args:
        gradients: of each weight.
        how: a key of ``CLIPS``.
    """
    import torch

    if how == "value":
        return [g.clamp(-VALUE, VALUE) for g in gradients]
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    by = min(1.0, NORM / float(norm)) if how == "norm" else 1.0
    return [g * by for g in gradients]


@dataclass(frozen=True, eq=False)
class _Place:
    """Where training stood before a step."""

    step: int
    weights: "list[Tensor]"
    gradients: "list[Tensor]"
    images: "Tensor"
    labels: "Tensor"


def train(rate: float, how: str, seed: int) -> Training:
    """Train a plain RNN of 64 units on digits for ``STEPS`` batches of SGD without momentum.

    Args:
        rate: the learning rate.
        how: a key of ``CLIPS``.
        seed: of the first weights.
    """
    import torch

    model, rows, place = _start(seed), [], None
    weights = list(model.parameters())
    for step, (images, labels) in enumerate(_batches()):
        with torch.enable_grad():
            loss = torch.nn.functional.cross_entropy(model(images), labels)
            gradients = list(torch.autograd.grad(loss, weights))
        used = clip(gradients, how)
        rows.append((float(loss.detach()), *_compare(gradients, used)))
        if place is None or rows[-1][1] > rows[place.step][1]:
            place = _Place(step, [w.detach().clone() for w in weights], gradients, images, labels)
        with torch.no_grad():
            for weight, gradient in zip(weights, used, strict=True):
                weight.sub_(rate * gradient)
    assert place is not None, "there is at least one batch"
    losses, before, after, cosine = (np.array(column) for column in zip(*rows, strict=True))
    along = np.linspace(0, 1.15 * rate * before[place.step], AHEAD)
    return Training(losses, before, after, cosine, along, _cliff(model, place, along), place.step, rate)


def _compare(gradients: "list[Tensor]", used: "list[Tensor]") -> tuple[float, float, float]:
    """Norms before and after clipping, and the cosine of the angle between."""
    import torch

    a, b = (torch.cat([g.flatten() for g in one]).double() for one in (gradients, used))
    return float(a.norm()), float(b.norm()), float(a @ b / (a.norm() * b.norm()))


def _cliff(model: "Classifier", place: _Place, along: np.ndarray) -> np.ndarray:
    """The loss of the batch after steps of several lengths along its gradient; the model is left at the last one."""
    import torch

    norm = torch.cat([g.flatten() for g in place.gradients]).norm()
    found = []
    with torch.no_grad():
        for length in along:
            for weight, start, gradient in zip(
                model.parameters(), place.weights, place.gradients, strict=True
            ):
                weight.copy_(start - float(length) * gradient / norm)
            found.append(float(torch.nn.functional.cross_entropy(model(place.images), place.labels)))
    return np.array(found)
