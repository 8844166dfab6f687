"""What ``explain`` asks of what it is given, in sentences that say the cure."""

import operator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from medrnn.config import ReadingConfig
from medrnn.errors import ConfigError
from medrnn.explanation.attribution.method import Method
from medrnn.explanation.attribution.prefix import AtStep
from medrnn.models.classifier import Classifier
from medrnn.models.tensors import to_tensor

MOST_SEED = 2**31 - 1


def check_seed(seed: int) -> int:
    """A seed as a plain whole number.

    Raises:
        ConfigError: it is none, or not from 0 to ``MOST_SEED``.
    """
    try:
        found = operator.index(seed)
    except TypeError:
        raise ConfigError(f"seed: expected a whole number, got {seed!r}.") from None
    if not 0 <= found <= MOST_SEED:
        raise ConfigError(f"seed: expected 0 to {MOST_SEED:,}, got {found}.")
    return found


def check_module(module: nn.Module) -> None:
    """A module that is one.

    Raises:
        ConfigError: it is a function or something else.
    """
    if not isinstance(module, nn.Module):
        raise ConfigError(
            f"module: expected a torch.nn.Module, got a {type(module).__name__}. Put the function into the forward of "
            "one."
        )


def check_finite(name: str, values: np.ndarray | Tensor) -> None:
    """An array or tensor of real, finite numbers.

    Raises:
        ConfigError: it is something else.
    """
    if not isinstance(values, np.ndarray | Tensor):
        raise ConfigError(f"{name}: expected an array or a tensor, got {type(values).__name__}.")
    is_real = not values.is_complex() if isinstance(values, Tensor) else values.dtype.kind in "fiub"
    if not is_real:
        raise ConfigError(f"{name}: expected real numbers, got {values.dtype}.")
    if not bool(torch.isfinite(to_tensor(values)).all()):
        raise ConfigError(
            f"{name}: expected finite numbers, got NaN or inf. Replace them first, such as with 0 (numpy.nan_to_num)."
        )


def check_sequence(
    sequence: np.ndarray | Tensor, reading: ReadingConfig | None = None
) -> np.ndarray | Tensor:
    """A sequence as it is.

    Raises:
        ConfigError: it is not (step, feature) of finite numbers, is empty, or not what the reading makes.
    """
    check_finite("sequence", sequence)
    if sequence.ndim != 2:
        raise ConfigError(
            f"sequence: expected one of (step, feature), got {sequence.ndim} axes. Give one image without a batch."
        )
    got = " x ".join(map(str, sequence.shape))
    if 0 in sequence.shape:
        raise ConfigError(f"sequence: expected at least one step and one feature, got {got}.")
    if reading and tuple(sequence.shape) != (reading.steps, reading.features):
        raise ConfigError(
            f"sequence: expected {reading.steps} x {reading.features} (step, feature) as the reading says, got {got}."
        )
    return sequence


def tensor_like(module: nn.Module, values: np.ndarray | Tensor) -> Tensor:
    """A copy of values where the module's weights are, and of their kind."""
    weight, x = next(module.parameters(), None), to_tensor(values)
    return (x.detach().to(weight) if weight is not None else x.detach()).clone()


def answer_of(module: nn.Module, x: Tensor, target: int | None) -> int:
    """The class that is asked for, by default the answer.

    Raises:
        ConfigError: the module gives no logits, or there is no such class.
    """
    given = x.clone()
    logits = _answers(module, given)
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
    if not torch.equal(given, x):
        raise ConfigError(
            "module: it writes to the image that it is given. Let its forward begin with x = x.clone()."
        )
    if not isinstance(module, Classifier | AtStep):
        _check_apart(module, x, logits)
    if target is None:
        return int(logits.argmax())
    try:
        target = operator.index(target)
    except TypeError:
        raise ConfigError(f"target: expected the index of a class, got {target!r}.") from None
    if not 0 <= target < logits.shape[1]:
        raise ConfigError(f"target: expected 0 to {logits.shape[1] - 1}, got {target}.")
    return target


def _answers(module: nn.Module, x: Tensor) -> Any:
    try:
        with torch.no_grad():
            return module(x)
    except torch.cuda.OutOfMemoryError:
        raise
    except (RuntimeError, ValueError, TypeError, IndexError) as fault:
        raise ConfigError(
            f"module: expected it to answer inputs of {' x '.join(map(str, x.shape))} (batch, step, feature), got "
            f"{type(fault).__name__}: {str(fault).splitlines()[0] if str(fault) else 'no reason'}"
        ) from fault


def _check_apart(module: nn.Module, x: Tensor, logits: Tensor) -> None:
    """An image between two others has the answer that it has alone.

    Raises:
        ConfigError: it has another.
    """
    generator = torch.Generator().manual_seed(0)
    before, after = (torch.rand(x.shape, generator=generator).to(x) for _ in range(2))
    found = _answers(module, torch.cat([before, x, after]))
    near = torch.finfo(logits.dtype).eps ** 0.5
    if found.shape != (3, logits.shape[1]) or not torch.allclose(
        found[1:2], logits, rtol=near, atol=near, equal_nan=True
    ):
        raise ConfigError(
            "module: expected the same answer to an image alone and among others, got two. Images of a batch must not "
            "see each other (its recurrent part may want batch_first=True), and nothing may be drawn in evaluation."
        )


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
    check_finite("others", others)
    if others.ndim != 3 or tuple(others.shape[1:]) != tuple(x.shape[1:]) or not len(others):
        got = " x ".join(map(str, others.shape))
        raise ConfigError(f"others: expected images of {wanted} (step, feature), got {got}.")
    return to_tensor(others).to(x)
