"""The written-out equations over a whole sequence: the second path that the fused networks are tested against."""

import torch
from torch import Tensor

from medrnn.models.cells.cell import Arrays, Cell, Weights


def run_layer(cell: Cell, x: Tensor, weights: Weights, start: Arrays | None = None) -> Arrays:
    """One layer over a whole sequence, one step at a time, in any float type.

    Args:
        cell: of ``CELLS``.
        x: (step, feature).
        weights: of one layer and direction, in the cell's layout.
        start: the states before the first step by symbol, each (unit,); zeros by default.

    Returns:
        Each gate and state by its symbol, (step, unit).
    """
    unit = weights["weight_hh"].shape[1]
    state = {symbol: x.new_zeros(unit) for symbol in cell.memory} | (start or {})
    kept = []
    for row in x:
        state = cell.step(row, state, weights)
        kept.append(state)
    return {symbol: torch.stack([step[symbol] for step in kept]) for symbol in kept[0]}
