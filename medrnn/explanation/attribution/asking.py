"""What ``explain`` asks of what it is given, in sentences that say the cure."""

import numpy as np
import torch
from torch import Tensor, nn

from medrnn.errors import ConfigError
from medrnn.explanation.attribution.method import Method
from medrnn.models.tensors import to_tensor


def check_sequence(sequence: np.ndarray | Tensor) -> np.ndarray | Tensor:
    """A sequence as it is.

    Raises:
        ConfigError: it is not (step, feature).
    """
    if sequence.ndim != 2:
        raise ConfigError(
            f"sequence: expected one of (step, feature), got {sequence.ndim} axes. Give one image without a batch."
        )
    return sequence


def tensor_like(module: nn.Module, values: np.ndarray | Tensor) -> Tensor:
    """Values where the module's weights are, and of their kind."""
    weight, x = next(module.parameters(), None), to_tensor(values)
    return x.detach().to(weight) if weight is not None else x.detach()


def answer_of(module: nn.Module, x: Tensor, target: int | None) -> int:
    """The class that is asked for, by default the answer.

    Raises:
        ConfigError: the module gives no logits, or there is no such class.
    """
    with torch.no_grad():
        logits = module(x)
    if not isinstance(logits, Tensor):
        raise ConfigError(
            "module: expected one that maps (batch, step, feature) to logits (batch, class), got one that answers with "
            f"a {type(logits).__name__}, as nn.LSTM does. Wrap it in a module that reads out its states and gives "
            "logits."
        )
    if logits.ndim != 2 or len(logits) != 1:
        raise ConfigError(
            "module: expected logits (1, class) for one sequence (1, step, feature), got the shape "
            f"{tuple(logits.shape)}. Its recurrent part may want batch_first=True, or a read-out is missing."
        )
    if target is None:
        return int(logits.argmax())
    if not 0 <= target < logits.shape[1]:
        raise ConfigError(f"target: expected 0 to {logits.shape[1] - 1}, got {target}.")
    return target


def take_others(how: Method, name: str, others: np.ndarray | Tensor | None, x: Tensor) -> Tensor | None:
    """Other images for a method that takes them, like x; None for the rest.

    Raises:
        ConfigError: they are needed and not given, or of another shape.
    """
    if not how.takes_others or (others is None and not how.needs_others):
        return None
    wanted = " x ".join(map(str, x.shape[1:]))
    if others is None:
        raise ConfigError(f"others: {name} needs other images, (image, step, feature) with {wanted} each.")
    if others.ndim != 3 or tuple(others.shape[1:]) != tuple(x.shape[1:]) or not len(others):
        got = " x ".join(map(str, others.shape))
        raise ConfigError(f"others: expected images of {wanted} (step, feature), got {got}.")
    return to_tensor(others).to(x)
