"""How far an answer moves where it might have been another: under other seeds, small shifts, and dropout at test time.

Each asks something else: other seeds what training left to chance, shifts what the place of the patient does, dropout
(Gal and Ghahramani 2016, the same mask at every step) what networks near by in weight would say. None of them tells of
images unlike the training data; that is what the verdict is for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
import torch
from torch import Tensor, nn

from medrnn.brief import Brief
from medrnn.compare.perturb import SHIFT, TURN, perturb
from medrnn.config import ReadingConfig
from medrnn.evaluation.evaluate import answer
from medrnn.models.as_found import as_found
from medrnn.models.cells import find_cell
from medrnn.models.classifier import ANY, Classifier, RecurrentClassifier
from medrnn.models.devices import exact_float32, memory_guard
from medrnn.models.same_mask import run_with_same_mask
from medrnn.models.sweeps import SweepClassifier
from medrnn.models.tensors import to_tensor
from medrnn.sequences import change_each
from medrnn.types import Reading

PASSES = 30  # with dropout
MOVES = (("", "up", "down"), ("", "left", "right"), ("", "turned-left", "turned-right"))
WAYS = {  # name: title, what it says
    "seeds": (
        "Other seeds",
        "the same recipe trained again: what the start and the order of images left to chance",
    ),
    "shifts": (
        "Small shifts and turns",
        f"the image moved by {100 * SHIFT:g} % of its side, turned by {TURN:g} degrees: what the patient's place does",
    ),
    "dropout": (
        "Dropout at test time",
        "values left out at random, the same at every step: what networks close to this one would say",
    ),
}
NO_SEEDS = "the weights of one seed alone are kept"
NO_DROPOUT = "it was trained without dropout"


@dataclass(frozen=True, eq=False, repr=False)
class Spread(Brief):
    """The answers of one way.

    Attributes:
        way: a key of ``WAYS``.
        answers: (pass, class) probabilities; no pass where this model has no such way.
        networks: how many networks were run; the cost is as many passes as there are answers.
        where: what dropout leaves out; why there is no answer where there is none.
        seed: of what was drawn at random, None where nothing was.
    """

    way: str
    answers: np.ndarray
    networks: int
    where: str = ""
    seed: int | None = None

    @property
    def passes(self) -> int:
        """Forward passes through a network, which is what it costs."""
        return len(self.answers)

    @property
    def mean(self) -> np.ndarray:
        """(class,) mean probability."""
        found: np.ndarray = self.answers.mean(0)
        return found

    @property
    def spread(self) -> np.ndarray:
        """(class,) standard deviation over the passes."""
        found: np.ndarray = self.answers.std(0)
        return found

    def agree(self, k: int) -> int:
        """In how many passes a class is the answer."""
        return int((self.answers.argmax(1) == k).sum())


class SameMask(nn.Module):
    """Dropout that leaves out the same channels (last axis) at every step or place of an image, others in the next."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, x: Tensor) -> Tensor:
        """(image, ..., channel), scaled up by what is left out."""
        mask = x.new_empty(len(x), *[1] * (x.ndim - 2), x.shape[-1])
        return x * mask.bernoulli_(1 - self.share) / (1 - self.share)


def moved(grid: np.ndarray, config: ReadingConfig = ANY) -> np.ndarray:
    """(27, row, column[, 3]): the image itself first, then shifted by one small step in every way and turned.

    Args:
        grid: what is read.
        config: how; of a series every slice is moved alike.
    """
    found = []
    for names in product(*MOVES):
        values = np.asarray(grid, np.float32)
        for name in filter(None, names):
            values = change_each(values, config, partial(perturb, name=name))
        found.append(values)
    return np.stack(found)


def _dropped(model: Classifier, x: Tensor) -> Tensor:
    """Logits with dropout, the same mask over time, of a network whose own is a ``SameMask``."""
    if isinstance(model, RecurrentClassifier) and _has_between(model):
        outputs = run_with_same_mask(model.rnn, model.encode(x), model.config.dropout)
        return model.answer(model.read_out(outputs))
    logits: Tensor = model(x)
    return logits


def _has_between(model: RecurrentClassifier) -> bool:
    """Whether there are layers between which a mask can be the same: cells that torch has no function for have none."""
    return model.config.layers > 1 and find_cell(model.rnn.mode).fused is not None


def _where(model: Classifier) -> str:
    if isinstance(model, RecurrentClassifier) and _has_between(model):
        return "between the layers and before the head"
    if isinstance(model, SweepClassifier) and model.config.layers > 1:
        return "between the pairs of sweeps and before the head"
    return "before the head"


def with_dropout(model: Classifier, reading: Reading, *, passes: int = PASSES, seed: int = 0) -> Spread:
    """The answers with the dropout of the training, each pass with masks of its own; the model is given back as found.

    Args:
        model: on the device where it is to run.
        reading: made with its own reading.
        passes: how many.
        seed: of the masks; torch's own generators stay where they are.

    Raises:
        DeviceError: the GPU's memory ran out.
    """
    share = model.config.dropout
    if not share:
        return Spread("dropout", np.zeros((0, model.config.classes)), 0, NO_DROPOUT)
    device = next(model.parameters()).device
    x = to_tensor(reading.sequence)[None].to(device)
    x = x.expand(passes, *x.shape[1:]).contiguous()
    devices = [device] if device.type == "cuda" else []
    with as_found(model), torch.random.fork_rng(devices), memory_guard(), exact_float32():
        torch.manual_seed(seed)
        model.dropout = SameMask(share)  # type: ignore[assignment]
        found = _dropped(model, x).softmax(-1).cpu().double().numpy()
    return Spread("dropout", found, 1, _where(model), seed)


def ask_again(
    model: Classifier,
    reading: Reading,
    seeds: Sequence[Classifier] = (),
    *,
    passes: int = PASSES,
    seed: int = 0,
) -> tuple[Spread, ...]:
    """The answers of all ``WAYS``, in their order; the networks are given back as found.

    Args:
        model: on the device where it is to run.
        reading: made with the model's own reading.
        seeds: the same recipe's networks under further seeds.
        passes: with dropout.
        seed: of the masks.

    Raises:
        DeviceError: the GPU's memory ran out.
    """
    own = torch.from_numpy(np.array(reading.grid, np.float32)[None])
    config = reading.config
    others = np.concatenate([answer(one, own, config) for one in (model, *seeds)]).astype(np.float64)
    shifted = answer(model, torch.from_numpy(moved(reading.grid, config)), config).astype(np.float64)
    return (
        Spread("seeds", others, len(others)) if seeds else Spread("seeds", others[:0], 0, NO_SEEDS),
        Spread("shifts", shifted, 1),
        with_dropout(model, reading, passes=passes, seed=seed),
    )
