"""What a method of attribution is, and what it is given."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn

from medrnn.config import ReadingConfig


def _nothing(share: float) -> None:
    """Nobody looks."""


@dataclass(frozen=True, eq=False)
class Asked:
    """What a method is given; the module is in evaluation mode and gradients flow (``devices.differentiable``).

    Attributes:
        module: maps (batch, step, feature) to logits (batch, class).
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
    tell: Callable[[float], None] = _nothing


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
        forwards: passes through the network of (step, feature), one there and back counts as three.
        is_signed: values speak for and against the class; False where they are magnitudes.
        has_baseline: it compares the image with another.
        is_complete: the values promise to sum to the difference of the scores of image and baseline.
        is_of_steps: one value for each whole step.
        is_random: it draws, from ``Asked.seed``.
        needs_others: it needs ``Asked.others``.
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
    is_random: bool = False
    needs_others: bool = False
    refuses: Refusal = for_all
