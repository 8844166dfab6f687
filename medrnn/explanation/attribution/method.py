"""What a method of attribution is, and what it is given."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from medrnn.config import ReadingConfig


def nothing(share: float) -> None:
    """Nobody looks."""


@dataclass(frozen=True, eq=False)
class Asked:
    """What a method is given; the module is in evaluation mode and gradients flow (``devices.differentiable``).

    Attributes:
        module: maps (batch, step, feature) to logits (batch, class); where the answer at a step is asked for it is a
            ``prefix.AtStep`` around the network.
        x: (1, step, feature), in [0, 1].
        base: (1, step, feature), what it is compared with.
        target: index of the class.
        reading: how the steps lie in the image; None of a bare sequence, whose steps are the rows of a picture.
        seed: of everything that is drawn.
        others: (image, step, feature) other images of the model's data, for methods that put their steps in; or None.
        tell: called with the share that is done, 0 to 1; what it raises ends the work.
    """

    module: nn.Module
    x: Tensor
    base: Tensor
    target: int
    reading: ReadingConfig | None = None
    seed: int = 0
    others: Tensor | None = None
    tell: Callable[[float], None] = nothing

    @property
    def generator(self) -> torch.Generator:
        """A new one from the seed, on the CPU: the same draws on every device, and nobody else's are touched."""
        return torch.Generator().manual_seed(self.seed)

    @property
    def batch(self) -> int:
        """So many inputs at a time: few where they are large."""
        return max(1, min(MOST, MOST_VALUES // self.x.numel()))


MOST, MOST_VALUES = 64, 2**20  # inputs of a batch, and values in it


def counted(asked: Asked, total: int) -> Callable[[Tensor], Tensor]:
    """The module, telling after each batch which share of so many inputs has gone through."""
    done = 0

    def forward(x: Tensor) -> Tensor:
        nonlocal done
        found: Tensor = asked.module(x)
        done += len(x)
        asked.tell(min(1.0, done / total))
        return found

    return forward


def batches(count: int, size: int) -> list[range]:
    """The numbers below ``count``, so many at a time."""
    return [range(start, min(start + size, count)) for start in range(0, count, size)]


Refusal = Callable[[nn.Module], str | None]  # why a method is not right for a network, or None


def for_all(module: nn.Module) -> str | None:
    """Right for every network."""
    return None


@dataclass(frozen=True)
class Method:
    """One way to make a map.

    Attributes:
        title: its name in the field.
        says: what a value of the map is, with its source.
        valid_for: of which networks it is right, in words.
        run: (1, step, feature) like the input.
        forwards: passes through the network of (step, pixels of a step), or of (row, column) where ``in_picture``; one
            there and back counts as three.
        is_signed: values speak for and against the class; False where they are magnitudes.
        has_baseline: it compares the image with another.
        is_complete: the values promise to sum to the difference of the scores of image and baseline.
        is_of_steps: one value for each whole step.
        is_of_pixels: the three planes of a pixel share one value.
        in_picture: it takes the steps as the picture they make.
        is_random: it draws, from ``Asked.seed``.
        samples: how many it draws.
        takes_others: it may use ``Asked.others`` in place of the baseline.
        needs_others: it needs ``Asked.others``.
        takes_step: it can be asked for the answer at a step.
        refuses: the reason why it is not right for a network.
    """

    title: str
    says: str
    run: Callable[[Asked], Tensor]
    forwards: Callable[[int, int], int]
    valid_for: str = "every network"
    is_signed: bool = True
    has_baseline: bool = False
    is_complete: bool = False
    is_of_steps: bool = False
    is_of_pixels: bool = False
    in_picture: bool = False
    is_random: bool = False
    samples: int = 0
    takes_others: bool = False
    needs_others: bool = False
    takes_step: bool = True
    refuses: Refusal = for_all

    def cost(self, reading: ReadingConfig) -> int:
        """Passes through the network for an image of that reading, at most; there and back counts as three."""
        if self.in_picture:
            return self.forwards(*reading.size[:: -1 if reading.order == "columns" else 1])
        return self.forwards(reading.steps, reading.features // reading.planes)
