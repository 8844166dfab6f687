"""A recurrent classifier run step by step by the written-out equations, with changes made on the way."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from medrnn.brief import Brief
from medrnn.errors import ReadingError
from medrnn.explanation.interventions.edits import Edits, clamp_weights, edit_after, edit_before, edit_input
from medrnn.explanation.interventions.kinds import Intervention, check_interventions
from medrnn.explanation.tracing.find import find_rnn
from medrnn.explanation.tracing.fused import DIRECTIONS, layer_weights
from medrnn.models.cells import CELLS, Arrays, Cell, Weights
from medrnn.models.classifier import Classifier
from medrnn.models.devices import exact_float32, memory_guard
from medrnn.models.tensors import to_tensor
from medrnn.types import Trace


@dataclass(frozen=True, eq=False, repr=False)
class EditedRun(Brief):
    """What a network did while it was changed.

    Attributes:
        interventions: what was done, in order.
        logits: (batch, class) float64, after the whole image.
        prefix_logits: (batch, step, class) float64, had the image ended after that step; None if not asked for.
            Until the first step is read, the answer is that of an empty memory.
        order: (step,) int64: which step of the given sequence is read at each step.
        read: (step,) bool, False where a step was skipped.
        trace: of a single sequence, else None. ``input`` is what was read. Where a step was skipped gates are NaN
            and ``h`` and ``C`` stay as they were. ``error`` is NaN: no fused run can be changed on the way.
    """

    interventions: tuple[Intervention, ...]
    logits: np.ndarray
    prefix_logits: np.ndarray | None
    order: np.ndarray
    read: np.ndarray
    trace: Trace | None = None

    @property
    def probabilities(self) -> np.ndarray:
        """(batch, class) float64, each row sums to 1."""
        return _softmax(self.logits)

    @property
    def steps(self) -> np.ndarray | None:
        """(batch, step, class) float64: the answer had the image ended after that step."""
        return None if self.prefix_logits is None else _softmax(self.prefix_logits)


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(-1, keepdims=True)
    return shares


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


def _run_layers(
    model: Classifier, x: Tensor, read: Tensor, edits: Edits, *, is_traced: bool
) -> tuple[Tensor, Arrays]:
    """The last layer's states (batch, step, unit x direction), and every array by name where traced."""
    rnn, cell = find_rnn(model), CELLS[model.config.cell]
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


def _answer(model: Classifier, seen: Tensor) -> Tensor:
    """Logits (..., class) of what the head sees (..., unit)."""
    logits: Tensor = model.head(seen)
    return logits


def _read_out(model: Classifier, outputs: Tensor, read: Tensor) -> Tensor:
    """Logits (batch, class) of the last layer's states, of which only those that were read count."""
    if model.config.readout == "last":
        return _answer(model, model.read_out(outputs))
    count, unread = read.sum(1, keepdim=True), ~read[..., None]
    mean = outputs.masked_fill(unread, 0).sum(1) / count.clamp(min=1)
    largest = outputs.masked_fill(unread, -torch.inf).amax(1).masked_fill(count == 0, 0)
    return _answer(model, torch.cat([mean, largest], -1))


def _prefixes_forward(model: Classifier, outputs: Tensor, read: Tensor) -> Tensor:
    """Logits (batch, step, class) of every prefix, of a network that only looks back."""
    if model.config.readout == "last":
        return _answer(model, outputs)
    count, unread = read.cumsum(1)[..., None], ~read[..., None]
    mean = outputs.masked_fill(unread, 0).cumsum(1) / count.clamp(min=1)
    largest = outputs.masked_fill(unread, -torch.inf).cummax(1).values.masked_fill(count == 0, 0)
    return _answer(model, torch.cat([mean, largest], -1))


def _prefixes_both(model: Classifier, x: Tensor, read: Tensor, edits: Edits) -> Tensor:
    """The same of a network that looks both ways: the prefixes of a sequence are the rows of one batch."""
    steps = x.shape[1]
    prefix = torch.ones(steps, steps, dtype=torch.bool, device=x.device).tril()
    logits = []
    for one, mask in zip(x, read, strict=True):
        some = prefix & mask
        outputs, _ = _run_layers(model, one.expand(steps, -1, -1), some, edits, is_traced=False)
        logits.append(_read_out(model, outputs, some))
    return torch.stack(logits)


def _to_input(model: Classifier, sequences: np.ndarray | Tensor) -> Tensor:
    """(batch, step, feature) where the model is and in its float type.

    Raises:
        ReadingError: another shape, or a value is not finite.
    """
    x, features = to_tensor(sequences), model.config.features
    x = x[None] if x.ndim == 2 else x
    if x.ndim != 3 or not x.numel() or x.shape[-1] != features:
        raise ReadingError(
            f"Expected (step, {features}) or (batch, step, {features}) with at least one step, "
            f"got {tuple(to_tensor(sequences).shape)}."
        )
    if not torch.isfinite(x).all():
        raise ReadingError(
            "Expected finite values, got NaN or infinity. Replace them, or read another image."
        )
    return x.detach().to(model.head.weight)


def _trace(arrays: Arrays, x: Tensor) -> Trace:
    def to_numpy(values: Tensor) -> np.ndarray:
        return np.ascontiguousarray(values[0].float().cpu().numpy())

    return Trace({name: to_numpy(a) for name, a in arrays.items()}, to_numpy(x), float("nan"))


def run_edited(
    model: Classifier,
    sequences: np.ndarray | Tensor,
    interventions: Iterable[Intervention] = (),
    *,
    prefixes: bool = True,
) -> EditedRun:
    """Run a classifier by the equations of ``medrnn.models.cells`` and change it on the way.

    Order: the image is blanked and shuffled; then at each step of each layer and direction memory is reset, the step
    is taken with the gates that are held, and the memory that it leaves is silenced, frozen or held, each in the
    order given. Nothing happens at a step that is skipped. Dropout is off. The model is not touched.

    Args:
        model: on the device and in the float type that is to run.
        sequences: (step, feature) or (batch, step, feature).
        interventions: what to do; with none the run equals the fused one.
        prefixes: also answer after every step; free where the network only looks back, else one more run of as
            many rows as there are steps for each sequence.

    Raises:
        ConfigError: an intervention does not fit the model or the sequence.
        ReadingError: another number of features, or a value is not finite.
        DeviceError: the GPU's memory ran out.
    """
    with torch.no_grad(), memory_guard(), exact_float32():
        x = _to_input(model, sequences)
        edits = check_interventions(interventions, model.config, x.shape[1])
        x, order, read = edit_input(x, edits)
        mask = torch.from_numpy(read).to(x.device).expand(x.shape[:2])
        outputs, arrays = _run_layers(model, x, mask, edits, is_traced=len(x) == 1)
        logits, steps = _read_out(model, outputs, mask), None
        if prefixes and model.config.is_bidirectional:
            steps = _prefixes_both(model, x, mask, edits)
        elif prefixes:
            steps = _prefixes_forward(model, outputs, mask)
    return EditedRun(
        interventions=edits,
        logits=logits.double().cpu().numpy(),
        prefix_logits=None if steps is None else steps.double().cpu().numpy(),
        order=order,
        read=read,
        trace=_trace(arrays, x) if arrays else None,
    )
