"""Sums over all steps at once: what stands inside the sigmoids and tanhs of a cell."""

import torch
from torch import Tensor, nn

from medrnn.models.cells.cell import Weights


def shift(states: Tensor, start: Tensor | None = None) -> Tensor:
    """The state before each step.

    Args:
        states: (step, batch, unit) after each step.
        start: (batch, unit) before the first step, None for zeros.
    """
    if start is None:
        return nn.functional.pad(states, (0, 0, 0, 0, 1, -1))
    return torch.cat([start[None], states[:-1]])


def gate_sums(w: Weights, x: Tensor, before: Tensor) -> Tensor:
    """``W_x x + b + W_h h + b'``: (gate, step, batch, unit), each gate contiguous, as fast tanh and sigmoid ask.

    Args:
        w: of one layer and direction.
        x: (step, batch, feature).
        before: (step, batch, unit) the state before each step.
    """
    unit = before.shape[-1]
    bias = (w["bias_ih"] + w["bias_hh"]).view(-1, 1, unit)
    gates = len(bias)
    weight_ih, weight_hh = (w[name].view(gates, unit, -1).mT for name in ("weight_ih", "weight_hh"))
    total = torch.baddbmm(bias, x.reshape(1, -1, x.shape[-1]).expand(gates, -1, -1), weight_ih)
    total.baddbmm_(before.reshape(1, -1, unit).expand(gates, -1, -1), weight_hh)
    return total.view(gates, *before.shape)


def rows(factor: Tensor, matrix: Tensor) -> Tensor:
    """Each row (unit, ...) of a matrix times its own factor (unit,): a diagonal matrix from the left."""
    return factor[:, None] * matrix
