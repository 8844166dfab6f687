"""Recurrent modules by the written-out equations, with changes made on the way, in the place of the fused ones."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from medrnn.explanation.interventions.edits import Edits, clamp_weights, edit_after, edit_before
from medrnn.explanation.interventions.kinds import Intervention
from medrnn.explanation.tracing.fused import DIRECTIONS, layer_weights
from medrnn.explanation.tracing.trace import BatchTrace
from medrnn.models.cells import Arrays, Cell, Recurrent, Weights, find_cell
from medrnn.models.classifier import Classifier


class _Layer:
    """One layer and direction: its cell and its weights under each set of edits that is met on the way."""

    def __init__(self, cell: Cell, weights: Weights, edits: Edits, steps: int) -> None:
        self.cell, self.weights = cell, weights
        touched = [(one, one.touches(steps)) for one in edits]
        self.edits = [tuple(one for one, where in touched if where[t]) for t in range(steps)]
        self._edited: dict[tuple[Intervention, ...], Weights] = {(): weights}

    def _weights(self, edits: tuple[Intervention, ...]) -> Weights:
        if edits not in self._edited:
            self._edited[edits] = clamp_weights(self.cell, self.weights, edits)
        return self._edited[edits]

    def run(self, x: Tensor, read: Tensor, order: Iterable[int], symbols: tuple[str, ...]) -> Arrays:
        """Arrays (batch, step, unit) of some symbols, all for none, of x (batch, step, feature).

        Where ``read`` (batch, step) is False nothing happens: the memory stays, gates are NaN.
        """
        width = self.weights["weight_hh"].shape[1]
        state = {symbol: x.new_zeros(len(x), width) for symbol in self.cell.memory}
        is_whole, kept = read.all(0).tolist(), {}
        for t in order:
            edits = self.edits[t]
            before = edit_before(state, edits)
            found = edit_after(self.cell.step(x[:, t], before, self._weights(edits)), before, edits)
            if not is_whole[t]:
                past = {symbol: state.get(symbol, x.new_tensor(torch.nan)) for symbol in found}
                found = {s: torch.where(read[:, t, None], values, past[s]) for s, values in found.items()}
            state = {symbol: found[symbol] for symbol in self.cell.memory}
            kept[t] = {symbol: found[symbol] for symbol in symbols or found}
        return {s: torch.stack([kept[t][s] for t in range(len(kept))], 1) for s in kept[0]}


def run_layers(
    rnn: Recurrent, x: Tensor, read: Tensor, edits: Edits, *, is_traced: bool
) -> tuple[Tensor, Arrays]:
    """All layers over x (batch, step, feature), of which ``read`` (batch, step) says what is read.

    Returns:
        The last layer's states (batch, step, unit x direction), and every array by name where traced.
    """
    cell = find_cell(rnn.mode)
    arrays: Arrays = {}
    for layer in range(rnn.num_layers):
        outputs = []
        for direction in DIRECTIONS[: 1 + rnn.bidirectional]:
            is_backward, steps = direction == "backward", range(x.shape[1])
            some = [one for one in edits if one.acts_in(layer, direction)]
            part = _Layer(cell, layer_weights(rnn, layer, is_backward), some, len(steps))
            found = part.run(x, read, reversed(steps) if is_backward else steps, () if is_traced else ("h",))
            outputs.append(found["h"])
            if is_traced:
                arrays |= {f"layer{layer}/{direction}/{symbol}": values for symbol, values in found.items()}
        x = outputs[0] if len(outputs) == 1 else torch.cat(outputs, -1)
    return x, arrays


class Written(nn.Module):
    """Stands in the place of a recurrent module, and does by the equations what it did, with changes.

    A module that only looks back is run once: what it gives for the first steps of what it has read is already there.
    """

    def __init__(self, rnn: Recurrent, edits: Edits, *, is_traced: bool) -> None:
        super().__init__()
        self.rnn, self.edits, self.is_traced = rnn, edits, is_traced
        self.x = self.outputs = torch.empty(0, 0, 0)
        self.arrays: Arrays = {}

    def _is_known(self, x: Tensor) -> bool:
        steps = x.shape[1]
        is_part = steps == self.x.shape[1] or (steps < self.x.shape[1] and not self.rnn.bidirectional)
        return is_part and torch.equal(x, self.x[:, :steps])

    def forward(self, x: Tensor) -> tuple[Tensor, None]:
        """(batch, step, feature) to the last layer's states (batch, step, unit x direction) and no state."""
        if self._is_known(x):
            return self.outputs[:, : x.shape[1]], None
        is_first = not self.x.numel()
        read = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)
        outputs, arrays = run_layers(self.rnn, x, read, self.edits, is_traced=is_first and self.is_traced)
        if is_first:
            self.x, self.outputs, self.arrays = x, outputs, arrays
        return outputs, None

    def trace(self) -> BatchTrace:
        """What was kept of the first run."""
        return to_trace(self.arrays, self.x)


def write_out(model: Classifier, edits: Edits, *, is_traced: bool) -> dict[str, Written]:
    """Put the equations in the place of every recurrent module of a network that is ours; gives them by name."""
    found = {}
    for name, rnn in model.recurrent().items():
        found[name] = Written(rnn, [one for one in edits if one.acts_on(name)], is_traced=is_traced)
        place, _, last = name.rpartition(".")
        setattr(model.get_submodule(place), last, found[name])
    return found


def to_trace(arrays: Arrays, x: Tensor) -> BatchTrace:
    """Arrays (line, step, unit) of a changed run of x (line, step, feature). No fused run can be changed on the way."""
    return BatchTrace(arrays, x, torch.full((len(x),), x.shape[1]), float("nan"))
