"""A counterfactual: few steps of an image that, were they others, would turn the answer.

Steps (rows, columns, patches) are replaced one after another by those of a baseline or of another image, each time the
one that brings the answer nearest to turning (its logit less the highest of the others). Once it has turned, every step
that is not needed is put back, the least needed first. So no single step of what is found can be left out; that there
is no smaller set elsewhere is not promised, as finding the smallest would mean trying all sets.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from medrnn.brief import Brief
from medrnn.errors import ConfigError, ReadingError
from medrnn.explanation.attribution.baselines import BASELINES, make_baseline
from medrnn.models.cards import Card
from medrnn.models.classifier import Classifier
from medrnn.models.devices import evaluating, exact_float32, memory_guard
from medrnn.models.predict import check_reading
from medrnn.models.tensors import to_tensor
from medrnn.sequences import place
from medrnn.types import Reading

BATCH = 256
Tell = Callable[[float], None]


@dataclass(frozen=True, eq=False, repr=False)
class Counterfactual(Brief):
    """What was changed so that the answer turned.

    Attributes:
        model, digest: which model.
        classes: their names.
        towards: a key of ``BASELINES``, or "case" for another image.
        is_found: False where the answer stays even with every step replaced.
        steps: (changed,) steps that were replaced, ascending, counted from 0; all where none is found.
        tried: how many steps had been replaced when the answer first turned, before any was put back.
        before, after: (class,) probabilities of the image and of the changed one.
        sequence: (step, feature) float32, the changed image as it is read.
        grid: (row, column) or (row, column, 3) float32, the same upright.
        line: what a step is: "row", "column" or "patch".
    """

    model: str
    digest: str
    classes: tuple[str, ...]
    towards: str
    is_found: bool
    steps: np.ndarray
    tried: int
    before: np.ndarray
    after: np.ndarray
    sequence: np.ndarray
    grid: np.ndarray
    line: str

    @property
    def share(self) -> float:
        """Of the steps, those that were replaced."""
        return len(self.steps) / len(self.sequence)

    @property
    def answer_before(self) -> str:
        """The class that the model says of the image."""
        return self.classes[int(self.before.argmax())]

    @property
    def answer_after(self) -> str:
        """The class that it says of the changed one."""
        return self.classes[int(self.after.argmax())]


class _Answers:
    """A model, an image and what its steps may become."""

    def __init__(self, model: Classifier, x: Tensor, other: Tensor) -> None:
        weight = next(model.parameters())
        self.model, self.x, self.other = model, x.to(weight), other.to(weight)
        self.answer = int(self.logits(torch.zeros(1, len(x), dtype=torch.bool)).argmax())

    def changed(self, replaced: Tensor) -> Tensor:
        """Images (set, step, feature) of sets (set, step) of replaced steps."""
        return torch.where(replaced[..., None].to(self.x.device), self.other, self.x)

    def logits(self, replaced: Tensor) -> Tensor:
        """(set, class) of sets (set, step)."""
        parts = [self.model(self.changed(some)) for some in replaced.split(BATCH)]
        return torch.cat(parts).cpu()

    def margins(self, replaced: Tensor) -> Tensor:
        """(set,) how far the answer is from turning: its logit less the highest other; below 0 it has turned."""
        logits = self.logits(replaced)
        rest = logits.clone()
        rest[:, self.answer] = -torch.inf
        return logits[:, self.answer] - rest.amax(1)


def _each(replaced: Tensor, steps: Tensor, value: bool) -> Tensor:
    """The set (step,) with each of some steps put to a value by itself: (step of ``steps``, step)."""
    found = replaced.repeat(len(steps), 1)
    found[torch.arange(len(steps)), steps] = value
    return found


def _grow(answers: _Answers, tell: Tell) -> tuple[Tensor, bool]:
    """Replace steps one by one until the answer turns: the set, and whether it did."""
    count = len(answers.x)
    replaced = torch.zeros(count, dtype=torch.bool)
    for k in range(count):
        left = (~replaced).nonzero()[:, 0]
        margins = answers.margins(_each(replaced, left, True))
        best = int(margins.argmin())
        replaced[left[best]] = True
        tell((k + 1) / count)
        if margins[best] < 0:
            return replaced, True
    return replaced, False


def _prune(answers: _Answers, replaced: Tensor) -> Tensor:
    """Put steps back as long as the answer stays turned, each time the one without which it is furthest turned."""
    while replaced.sum() > 1:
        some = replaced.nonzero()[:, 0]
        margins = answers.margins(_each(replaced, some, False))
        best = int(margins.argmin())
        if margins[best] >= 0:
            break
        replaced[some[best]] = False
    return replaced


def _other(towards: str | np.ndarray | Tensor, x: Tensor, reading: Reading) -> tuple[str, Tensor]:
    if isinstance(towards, str):
        if towards not in BASELINES:
            raise ConfigError(
                f"towards: expected one of {', '.join(BASELINES)} or another image, got {towards!r}"
            )
        return towards, make_baseline(towards, x, reading.config)
    other = to_tensor(towards)
    if other.shape != x.shape:
        raise ReadingError(
            f"Expected another image of {tuple(x.shape)} (step, feature), got {tuple(other.shape)}."
        )
    return "case", other


def find_counterfactual(
    model: Classifier,
    card: Card,
    reading: Reading,
    *,
    towards: str | np.ndarray | Tensor = "mean",
    tell: Tell = lambda share: None,
) -> Counterfactual:
    """Few steps that turn the answer.

    Args:
        model: the card's own, on the device that is to run; given back as found.
        card: of the model.
        reading: the image as the model reads it.
        towards: a key of ``BASELINES``, or another image (step, feature), such as the nearest case of another class.
        tell: called after each step with the share of all that is replaced; what it raises ends the work.

    Raises:
        ConfigError: unknown baseline.
        ReadingError: the reading is not the model's, or the other image is of another shape.
        DeviceError: the GPU's memory ran out.
    """
    check_reading(card, reading)
    x = to_tensor(reading.sequence)
    name, other = _other(towards, x, reading)
    with evaluating(model), torch.inference_mode(), memory_guard(), exact_float32():
        answers = _Answers(model, x, other)
        replaced, is_found = _grow(answers, tell)
        tried = int(replaced.sum())
        replaced = _prune(answers, replaced) if is_found else replaced
        both = answers.logits(torch.stack([torch.zeros_like(replaced), replaced])).softmax(-1).numpy()
        sequence = answers.changed(replaced[None])[0].float().cpu().numpy()
    grid = np.ascontiguousarray(place(sequence, reading.config))
    steps = replaced.nonzero()[:, 0].numpy()
    return Counterfactual(
        *(card.id, card.digest, card.classes, name, is_found, steps, tried),
        *(both[0], both[1], sequence, grid, reading.config.line),
    )
