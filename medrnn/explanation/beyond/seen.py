"""The state that the head sees of each of many images: all that a network kept of it for its answer."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from medrnn import sequences
from medrnn.evaluation.evaluate import to_grids
from medrnn.explanation.own_copy import own_copy
from medrnn.models.classifier import Classifier
from medrnn.models.devices import exact_float32, memory_guard

BATCH = 256
Tell = Callable[[float], None]


def seen_of(model: Classifier, x: Tensor) -> tuple[Tensor, Tensor]:
    """The states that the head sees (image, state) and the logits (image, class) of x (image, step, feature)."""
    own, kept = own_copy(model), []

    def hook(part: nn.Module, args: tuple[Any, ...]) -> None:
        kept.append(args[0])

    own.head.register_forward_pre_hook(hook)
    with torch.inference_mode(), memory_guard(), exact_float32():
        logits = own(x.to(own.head.weight))
    return kept[0], logits


def see(
    model: Classifier, images: np.ndarray, *, tell: Tell = lambda share: None
) -> tuple[np.ndarray, np.ndarray]:
    """What the head sees of many images, and the answers.

    Args:
        model: on the device that is to run; given back as found.
        images: (image, row, column) or (image, row, column, 3) uint8, cut and resized where the model reads another
            size.
        tell: called with the share that is done after each batch; what it raises ends the work.

    Returns:
        (image, state) float32, and (image, class) float32 probabilities.

    Raises:
        DeviceError: the GPU's memory ran out.
    """
    states, answers = [], []
    for start in range(0, len(images), BATCH):
        grids = to_grids(images[start : start + BATCH], model.reading)
        seen, logits = seen_of(model, sequences.lines(grids, model.reading))
        states.append(seen.float().cpu().numpy())
        answers.append(logits.softmax(-1).float().cpu().numpy())
        tell(min(1.0, (start + BATCH) / len(images)))
    return np.concatenate(states), np.concatenate(answers)
