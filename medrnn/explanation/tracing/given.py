"""What a recurrent module is given: its input, its weights and the states it begins with, layer by layer."""

from dataclasses import dataclass

import torch
from torch import Tensor

from medrnn.brief import Brief
from medrnn.errors import ReadingError
from medrnn.explanation.tracing.find import first_weight
from medrnn.explanation.tracing.fused import DIRECTIONS, layer_weights
from medrnn.models.cells import Arrays, Cell, Recurrent, Weights, find_cell

State = Tensor | tuple[Tensor, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Given(Brief):
    """All that the output of a recurrent module depends on.

    Attributes:
        cell: which equations.
        x: (step, batch, feature) in the weights' float type.
        weights: of each layer and direction: layer 0 forward, layer 0 backward, layer 1 forward and so on.
        starts: in the same order the states before the first step by symbol, each (batch, unit); {} for zeros.
        ways: directions, 1 or 2.
        lengths: (batch,) int64 on the CPU, None where every step is read.
        output: (step, batch, unit x direction) that the module really gave, None where it was not run.
    """

    cell: Cell
    x: Tensor
    weights: tuple[Weights, ...]
    starts: tuple[Arrays, ...]
    ways: int
    lengths: Tensor | None = None
    output: Tensor | None = None


def split_state(rnn: Recurrent, state: State | None, batch: int) -> tuple[Arrays, ...]:
    """The states before the first step of each layer and direction.

    Args:
        rnn: the module.
        state: as its forward takes it: (layer x direction, batch, unit), or a tuple of two for ``h`` and ``C``; the
            batch axis may be missing where there is one sequence. None for zeros.
        batch: sequences.

    Raises:
        ReadingError: another shape or number of states.
    """
    places, symbols = rnn.num_layers * (1 + rnn.bidirectional), find_cell(rnn.mode).memory
    if state is None:
        return ({},) * places
    states = [torch.as_tensor(s).detach() for s in (state if isinstance(state, tuple | list) else (state,))]
    whole = [s[:, None] if s.ndim == 2 and batch == 1 else s for s in states]
    shape = (places, batch, rnn.hidden_size)
    if len(whole) != len(symbols) or any(s.shape != shape for s in whole):
        raise ReadingError(
            f"state: expected {' and '.join(symbols)} of shape {shape}, got {[tuple(s.shape) for s in states]}."
        )
    moved = [s.to(first_weight(rnn)) for s in whole]
    return tuple(
        {symbol: s[place] for symbol, s in zip(symbols, moved, strict=True)} for place in range(places)
    )


def give(
    rnn: Recurrent,
    x: Tensor,
    state: State | None = None,
    lengths: Tensor | None = None,
    output: Tensor | None = None,
) -> Given:
    """All of a module as it stands now; x (step, batch, feature).

    Raises:
        ReadingError: the state does not fit.
    """
    ways = DIRECTIONS[: 1 + rnn.bidirectional]
    weights = [
        layer_weights(rnn, layer, way == "backward") for layer in range(rnn.num_layers) for way in ways
    ]
    return Given(
        cell=find_cell(rnn.mode),
        x=x.detach(),
        weights=tuple(weights),
        starts=split_state(rnn, state, x.shape[1]),
        ways=len(ways),
        lengths=lengths,
        output=output,
    )
