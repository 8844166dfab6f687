"""Relevance through a recurrent module, from its last step to its first: gates get none, signals all.

Arras et al. 2017 and 2019 (signal-take-all). Every gate and state is known from a run; what is walked back is the path
of the signal alone: the state that is shown, the memory it was made of, the candidate that was written into it, and the
weighted sum inside the candidate, whose inputs are the values of the step and the state before it. The zeros before
the first step are no input and get nothing.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function

from medrnn.errors import ConfigError
from medrnn.explanation.relevance.rules import stabilise
from medrnn.explanation.tracing.fused import DIRECTIONS, layer_weights, run_fused
from medrnn.models.cells import Arrays, Cell, Recurrent, Weights, find_cell
from medrnn.models.cells.sums import shift


class _Sum:
    """What stands inside the candidate at every step: ``W x + b + s (U h + b')``, s of 1 or a gate.

    Attributes:
        on_input, on_state: weights (unit, feature) and (unit, unit).
        scale: (step, batch, unit) or 1: the gate on the recurrent part.
        total: (step, batch, unit) the sum, stabilised.
        rest: likewise, what of it no input contributed: biases and stabiliser.
    """

    def __init__(self, cell: Cell, w: Weights, x: Tensor, before: Tensor, found: Arrays) -> None:
        row = cell.rows.index(cell.candidate)
        unit = before.shape[-1]
        part = {name: values.split(unit)[row] for name, values in w.items() if name != "weight_ch"}
        self.on_input, self.on_state = part["weight_ih"], part["weight_hh"]
        self.scale = found[cell.scaled] if cell.scaled else torch.ones_like(before)
        contributed = x @ self.on_input.T + self.scale * (before @ self.on_state.T)
        self.total = stabilise(contributed + part["bias_ih"] + self.scale * part["bias_hh"])
        self.rest = self.total - contributed


def _kept(cell: Cell, found: Arrays) -> Tensor | None:
    """What a step keeps of the memory before it (step, batch, unit); None of a cell that keeps nothing."""
    if cell.keeps is None:
        return None
    gate = found[cell.keeps.symbol]
    return (1 - gate if cell.keeps.is_reverse else gate) * shift(found[cell.memory[-1]])


def _split(kept: Tensor, memory: Tensor, relevance: Tensor) -> Tensor:
    """What of the relevance of a memory belongs to what was kept of the one before; all else was written."""
    total = stabilise(memory)
    return relevance * (kept + (total - memory) / 2) / total


def walk_back(cell: Cell, w: Weights, x: Tensor, found: Arrays, relevance: Tensor) -> Tensor:
    """The relevance of what one layer and direction read.

    Args:
        cell: which one.
        w: its weights.
        x: (step, batch, feature), in the order in which it was read.
        found: every gate and state, each (step, batch, unit).
        relevance: (step, batch, unit) of the states that it showed.

    Returns:
        (step, batch, feature); its sum is that of ``relevance``.
    """
    memory, before, kept = found[cell.memory[-1]], shift(found["h"]), _kept(cell, found)
    inside = _Sum(cell, w, x, before, found)
    on_state = on_memory = torch.zeros_like(relevance[0])
    shares, evens = torch.empty_like(relevance), torch.empty_like(relevance[..., :1])
    for t in reversed(range(len(x))):
        on_candidate = relevance[t] + on_state + on_memory
        if kept is not None and t:
            on_memory = _split(kept[t], memory[t], on_candidate)
            on_candidate = on_candidate - on_memory
        shares[t] = on_candidate / inside.total[t]
        inputs = x.shape[-1] + (before.shape[-1] if t else 0)
        evens[t] = (shares[t] * inside.rest[t]).sum(-1, keepdim=True) / inputs
        on_state = before[t] * ((shares[t] * inside.scale[t]) @ inside.on_state) + evens[t]
    found_by_input: Tensor = x * (shares @ inside.on_input) + evens
    return found_by_input


class _Layer(Function):
    """One layer and direction: its states forward, relevance backward."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, cell: Cell, w: Weights) -> Tensor:
        """(step, batch, feature) to (step, batch, unit), in the order in which it is read."""
        ctx.save_for_backward(x)
        ctx.cell, ctx.w = cell, w
        h = run_fused(cell, w, x, {})
        ctx.found = cell.batched(w, x, h, {}) | {"h": h}
        return h

    @staticmethod
    def backward(ctx: Any, *relevances: Tensor) -> tuple[Tensor, None, None]:
        """See ``walk_back``."""
        (x,) = ctx.saved_tensors
        return walk_back(ctx.cell, ctx.w, x, ctx.found, relevances[0]), None, None


def _layers(rnn: Recurrent, x: Tensor) -> list[Tensor]:
    """The states of each layer and direction (step, batch, unit) of x (step, batch, feature), in the image's order."""
    apply: Any = _Layer.apply  # torch has no types for it
    cell, shown = find_cell(rnn.mode), []
    for layer in range(rnn.num_layers):
        outputs = []
        for direction in DIRECTIONS[: 1 + rnn.bidirectional]:
            is_backward = direction == "backward"
            read = x.flip(0) if is_backward else x
            found: Tensor = apply(read.contiguous(), cell, layer_weights(rnn, layer, is_backward))
            outputs.append(found.flip(0) if is_backward else found)
        x = torch.cat(outputs, -1)
        shown += outputs
    return shown


def read(rnn: Recurrent, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
    """What a recurrent module gives, so that relevance goes back through it; called in the place of its forward.

    Args:
        rnn: from zeros before the first step, without a projection.
        x: (batch, step, feature) as the module takes it.
        state: before the first step; None.

    Returns:
        the last layer's states, and the last states of every layer as the module gives them. The memory ``C`` among
        them is given without a way back.

    Raises:
        ConfigError: packed sequences, or a state before the first step.
    """
    if not isinstance(x, Tensor) or x.ndim != 3 or state is not None:
        raise ConfigError(
            "gated-relevance: expected a batch of sequences of one length, read from zeros, got a packed one, "
            "one without a batch or a state before the first step. Choose another method for this module."
        )
    shown = _layers(rnn, x.transpose(0, 1) if rnn.batch_first else x)
    ways = 1 + rnn.bidirectional
    outputs = torch.cat(shown[-ways:], -1)
    h = torch.stack([one[0] if k % ways else one[-1] for k, one in enumerate(shown)])
    last = (h, h.detach() * torch.nan) if len(find_cell(rnn.mode).memory) > 1 else h
    return (outputs.transpose(0, 1) if rnn.batch_first else outputs), last


def read_by_walking(module: nn.Module, kinds: tuple[type, ...]) -> None:
    """Let every recurrent module inside a copy of one's own be run by ``read``."""
    for part in module.modules():
        if isinstance(part, kinds):
            vars(part)["forward"] = lambda x, state=None, rnn=part: read(rnn, x, state)
