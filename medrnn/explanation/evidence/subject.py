"""What evidence is gathered about: a network, what it read, and how a map of it is made."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from medrnn.brief import Brief
from medrnn.config import ReadingConfig
from medrnn.explanation.attribution.asking import (
    answer_of,
    check_module,
    check_seed,
    check_sequence,
    tensor_like,
)
from medrnn.explanation.attribution.explain import Baseline, base_of, explain
from medrnn.explanation.attribution.methods import METHODS
from medrnn.models.as_found import as_found
from medrnn.models.devices import exact_float32, memory_guard
from medrnn.sequences import lines, place

Tell = Callable[[float], None]  # the share that is done, 0 to 1; what it raises ends the work
MapMaker = Callable[
    [nn.Module, Tensor, int], np.ndarray
]  # module, (step, feature), seed: (row, column), upright
SCORES = {"probability": "the class's probability", "logit": "the class's logit"}
BATCH = 256  # images at once


def nothing(share: float) -> None:
    """Nobody looks."""


@dataclass(frozen=True, eq=False, repr=False)
class Subject(Brief):
    """One network, one image, one class, and how its map is made.

    Attributes:
        module: maps (batch, step, feature) to logits (batch, class); given back as found by all that is done with it.
        x: (step, feature), in [0, 1], on the module's device.
        base: (step, feature), what stands in the place of what is taken away.
        target: index of the class.
        make: makes the map of a network and an image under a seed.
        reading: how the steps lie in the image; None of a bare sequence, whose steps are the rows of a picture.
        seed: of everything that is drawn.
    """

    module: nn.Module
    x: Tensor
    base: Tensor
    target: int
    make: MapMaker
    reading: ReadingConfig | None = None
    seed: int = 0

    def values(
        self, module: nn.Module | None = None, x: Tensor | None = None, seed: int | None = None
    ) -> np.ndarray:
        """The map (row, column), of another network, image or seed where one is given."""
        return self.make(
            self.module if module is None else module,
            self.x if x is None else x,
            self.seed if seed is None else seed,
        )


def method_maker(
    method: str,
    target: int,
    *,
    baseline: Baseline = "black",
    reading: ReadingConfig | None = None,
    images: Tensor | None = None,
) -> MapMaker:
    """How a method of ``attribution.methods`` makes a map of one class.

    Args:
        method: a key of ``METHODS``.
        target: index of the class.
        baseline: a key of ``BASELINES``, or another image (step, feature).
        reading: how the steps lie in the image.
        images: (image, step, feature) other images of the data, for methods that need them or take them in place of
            the baseline; the rest goes without.
    """
    others = images if method in METHODS and METHODS[method].takes_others else None

    def make(module: nn.Module, x: Tensor, seed: int) -> np.ndarray:
        found = explain(
            module,
            x,
            method=method,
            target=target,
            baseline=baseline,
            reading=reading,
            seed=seed,
            others=others,
        )
        return found.values

    return make


def subject_of(
    module: nn.Module,
    sequence: np.ndarray | Tensor,
    *,
    method: str,
    target: int | None = None,
    baseline: Baseline = "black",
    reading: ReadingConfig | None = None,
    seed: int = 0,
    images: Tensor | None = None,
) -> Subject:
    """The subject of a method's map.

    Args:
        module: maps (batch, step, feature) to logits (batch, class).
        sequence: (step, feature), in [0, 1].
        method: a key of ``METHODS``.
        target: index of the class, by default the answer.
        baseline: a key of ``BASELINES`` or another image (step, feature); what is taken away becomes this too.
        reading: how the steps lie in the image; rows from the top where not given.
        seed: of everything that is drawn.
        images: see ``method_maker``.

    Raises:
        ConfigError: what ``explain`` asks of module, sequence, class, baseline and seed is not so.
    """
    check_module(module)
    seed, x = check_seed(seed), tensor_like(module, check_sequence(sequence, reading))
    with as_found(module), memory_guard(), exact_float32():
        target = answer_of(module, x[None], target)
    make = method_maker(method, target, baseline=baseline, reading=reading, images=images)
    base = base_of(baseline, x[None], reading, seed)[0]
    return Subject(module, x, base, target, make, reading, seed)


def logits_of(module: nn.Module, sequences: Tensor, *, batch: int = BATCH) -> Tensor:
    """(image, class) logits of many sequences (image, step, feature); the module is given back as found."""
    with as_found(module), memory_guard(), exact_float32():
        return torch.cat([module(some) for some in sequences.split(batch)])


def scores_of(subject: Subject, sequences: Tensor, score: str = "probability") -> np.ndarray:
    """(image,) float64: the class's score of many sequences, a key of ``SCORES``."""
    logits = logits_of(subject.module, sequences).double()
    found = logits.softmax(-1) if score == "probability" else logits
    scores: np.ndarray = found[:, subject.target].cpu().numpy()
    return scores


def to_picture(sequences: Tensor, reading: ReadingConfig | None) -> Tensor:
    """(..., step, feature) as it lies in the image: (..., row, column, plane), one plane where it is grey."""
    if reading is None:
        return sequences[..., None]
    found = place(sequences, reading)
    return found if reading.is_colour else found[..., None]


def to_sequence(pictures: Tensor, reading: ReadingConfig | None) -> Tensor:
    """The inverse of ``to_picture``."""
    if reading is None:
        return pictures[..., 0]
    return lines(pictures if reading.is_colour else pictures[..., 0], reading)


def by_step(values: np.ndarray, reading: ReadingConfig | None) -> np.ndarray:
    """A map (row, column) in the order of the reading, (step, pixel of a step)."""
    if reading is None:
        return values
    found: np.ndarray = lines(values, replace(reading, channels="grey"))
    return found


def passes_of(method: str, steps: int, pixels: int, size: tuple[int, int]) -> int:
    """Passes through the network that a method takes for one map.

    Args:
        method: a key of ``METHODS``.
        steps: of the sequence.
        pixels: of a step.
        size: (rows, columns) of the picture that they make.
    """
    how = METHODS[method]
    return how.forwards(*size) if how.in_picture else how.forwards(steps, pixels)


def order_of(values: np.ndarray, seed: int) -> np.ndarray:
    """(pixel,) the pixels of a map (row, column), the largest value first; ties in an order drawn from the seed."""
    flat = np.asarray(values, np.float64).ravel()
    return np.lexsort((np.random.default_rng(seed).permutation(flat.size), -flat))
