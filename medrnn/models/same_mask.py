"""Dropout with one mask over all steps: what is left out is left out from the first step of an image to its last.

Torch draws another mask at every step, so that a unit blinks while a sequence is read (Gal and Ghahramani 2016).
"""

from typing import cast

from torch import Tensor, nn

from medrnn.models.cells import Recurrent, find_cell


def same_mask(x: Tensor, share: float) -> Tensor:
    """(batch, step, feature) with a share of each image's features at 0 and the others scaled up; another a call."""
    mask = x.new_empty(len(x), 1, x.shape[-1]).bernoulli_(1 - share) / (1 - share)
    return x * mask


def run_with_same_mask(rnn: Recurrent, x: Tensor, share: float) -> Tensor:
    """The states of the last layer, with such a dropout between the layers.

    Args:
        rnn: of a cell that torch has a function for; batch first, with biases.
        x: (batch, step, feature).
        share: of the values between two layers that are set to 0.

    Returns:
        (batch, step, unit x direction).

    Raises:
        TypeError: another cell.
    """
    cell, ways = find_cell(rnn.mode), 2 if rnn.bidirectional else 1
    if cell.fused is None:
        raise TypeError(f"Expected a cell that torch has a function for, got {cell.name}.")
    all_weights = cast(list[list[nn.Parameter]], rnn.all_weights)
    start = x.new_zeros(ways, len(x), rnn.hidden_size)
    state = tuple(start for _ in cell.memory) if len(cell.memory) > 1 else start
    for layer in range(rnn.num_layers):
        x = x if layer == 0 else same_mask(x, share)
        weights = [one for way in all_weights[layer * ways : (layer + 1) * ways] for one in way]
        x = cell.fused(x, state, weights, True, 1, 0.0, False, rnn.bidirectional, True)[0]
    return x
