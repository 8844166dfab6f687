"""What is handed over to be traced has the right shape, or the sentence that says what was expected."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from medrnn.errors import ReadingError
from medrnn.explanation.tracing.find import first_weight, reads_directly, takes_state
from medrnn.explanation.tracing.layouts import to_module
from medrnn.models.cells import Recurrent


def _check_shape(rnn: Recurrent, values: Tensor, axes: str) -> Tensor:
    """The values as the network reads them, (axes, feature)."""
    if values.ndim != axes.count(",") + 2 or not values.numel() or values.shape[-1] != rnn.input_size:
        raise ReadingError(
            f"Expected ({axes}, {rnn.input_size}) with at least one step, got {tuple(values.shape)}."
        )
    return values.detach().to(first_weight(rnn))


def check_input(module: nn.Module, rnn: Recurrent, values: Tensor, axes: str) -> Tensor:
    """The values as the module takes them; only those of a stranger's module may have other axes.

    Args:
        module: what is traced.
        rnn: the network inside, or the module itself.
        values: a sequence (step, feature) or a batch (batch, step, feature), unit-free; of a stranger's module as its
            forward takes it.
        axes: what comes before the features: "step" or "batch, step".

    Raises:
        ReadingError: another shape, or nothing in it.
    """
    if reads_directly(module, rnn) or takes_state(module, rnn):
        return _check_shape(rnn, values, axes)
    if values.ndim < axes.count(",") + 1 or not values.numel():
        raise ReadingError(f"Expected ({axes}, ...) with at least one step, got {tuple(values.shape)}.")
    return to_module(module, rnn, values)


def check_mask(mask: np.ndarray | Tensor, steps: int) -> np.ndarray:
    """(step,) bool: which steps are read.

    Raises:
        ReadingError: another shape or type, or no step is read.
    """
    read = np.asarray(torch.as_tensor(mask).cpu())
    if read.shape != (steps,) or read.dtype != bool or not read.any():
        raise ReadingError(
            f"mask: expected ({steps},) bool with at least one True, got {read.shape} {read.dtype} "
            f"with {np.count_nonzero(read)} True. Give one value for each step, True where it is read."
        )
    return read


def check_lengths(lengths: Sequence[int] | np.ndarray | Tensor, shape: torch.Size) -> Tensor:
    """(batch,) int64 on the CPU for sequences of shape (batch, step, ...).

    Raises:
        ReadingError: another number of them, or one is no whole number from 1 to the steps there are.
    """
    found = torch.as_tensor(lengths).cpu()
    is_whole = not (found.is_floating_point() or found.is_complex() or found.dtype == torch.bool)
    if found.shape != shape[:1] or not is_whole or found.min() < 1 or found.max() > shape[1]:
        raise ReadingError(
            f"lengths: expected {shape[0]} whole numbers from 1 to {shape[1]}, got {found.tolist()}. "
            "Give the steps of each sequence."
        )
    return found.long()
