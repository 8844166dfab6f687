"""Every gate and state at every step: one fused run a layer, then all gates in batched products over all steps."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from math import isfinite

import numpy as np
import torch
from torch import Tensor, nn

from medrnn.errors import ReadingError, TraceError
from medrnn.explanation.tracing.fused import DIRECTIONS, find_rnn, layer_weights, run_fused
from medrnn.explanation.tracing.gates import PARTS
from medrnn.models.devices import exact_float32, memory_guard
from medrnn.models.tensors import to_tensor
from medrnn.types import Trace

__all__ = ["BatchTrace", "find_rnn", "layer_weights", "trace", "trace_batch"]

BOUND = 1e-5  # float32 on the CPU
CUDA_BOUND = 1e-4
DOUBLE_BOUND = 1e-10  # float64 anywhere
CHECKED = 8  # of a plain RNN, which has no gates to recompute, every 8th sequence of a batch is checked
STATES = ("h", "C")


@dataclass(frozen=True, eq=False)
class BatchTrace:
    """Every gate and state of a recurrent network while it read several sequences.

    Attributes:
        arrays: "layer0/forward/h" and so on as in ``Trace``, each (batch, step, unit) on the module's device
            and in its float type; time-major in memory. Past the end of a sequence gates are NaN; ``h`` and
            ``C`` stay at the last state (forward) or are the zero from which reading begins (backward).
        input: (batch, step, feature) in the same type, as it was given.
        lengths: (batch,) int64 on the CPU, steps read of each sequence.
        error: largest difference between the recomputed states and the fused run, see ``trace``.
    """

    arrays: Mapping[str, Tensor]
    input: Tensor
    lengths: Tensor
    error: float

    def __len__(self) -> int:
        return len(self.input)

    def part(self, layer: int, direction: str = "forward") -> dict[str, Tensor]:
        """The arrays of one layer and direction by their symbol."""
        prefix = f"layer{layer}/{direction}/"
        return {name.removeprefix(prefix): a for name, a in self.arrays.items() if name.startswith(prefix)}

    def one(self, k: int) -> Trace:
        """The trace of sequence k, cut to its length; its error is that of the batch."""
        steps = int(self.lengths[k])
        arrays = {name: _to_numpy(values[k, :steps]) for name, values in self.arrays.items()}
        return Trace(arrays=arrays, input=_to_numpy(self.input[k, :steps]), error=self.error)


def _to_numpy(values: Tensor) -> np.ndarray:
    return np.ascontiguousarray(values.to("cpu", torch.float32).numpy())


class _Padding:
    """Where the steps of a padded batch lie: all masks and orders are (step, batch)."""

    def __init__(self, lengths: Tensor, steps: int, device: torch.device) -> None:
        ends, step = lengths.to(device)[None], torch.arange(steps, device=device)[:, None]
        self.past = (step >= ends)[..., None]
        self.reversed = torch.where(step < ends, ends - 1 - step, step)[..., None]
        self.last = torch.minimum(step, ends - 1)[..., None]

    def close(self, symbol: str, values: Tensor, is_backward: bool) -> Tensor:
        """Say what stands past the end: NaN in gates, the state as it was in ``h`` and ``C``."""
        if symbol not in STATES:
            return values.masked_fill_(self.past, np.nan)
        if is_backward:
            return values.masked_fill(self.past, 0)
        return values.gather(0, self.last.expand_as(values))


def _turn(values: Tensor, padding: _Padding | None) -> Tensor:
    """Steps (step, batch, ...) from the last that counts to the first, or back again."""
    return values.flip(0) if padding is None else values.gather(0, padding.reversed.expand_as(values))


def _gap(rnn: nn.RNNBase, found: Tensor, h: Tensor) -> Tensor:
    """Largest difference of recomputed and fused states, NaN where one is NaN; ``found`` is used up."""
    gap = found.sub_(h).abs_()
    return (gap.div_(h.abs().clamp_(min=1)) if rnn.mode == "RNN_RELU" else gap).amax()


def _read_layers(
    rnn: nn.RNNBase, x: Tensor, padding: _Padding | None
) -> Iterator[tuple[str, dict[str, Tensor], Tensor]]:
    """Name, arrays (step, batch, unit) and gap of each layer and direction, for x (step, batch, feature)."""
    for layer in range(rnn.num_layers):
        outputs = []
        for direction in DIRECTIONS[: 1 + rnn.bidirectional]:
            is_backward = direction == "backward"
            weights = layer_weights(rnn, layer, is_backward)
            read = _turn(x, padding) if is_backward else x
            h = run_fused(rnn, weights, read)
            some = slice(None) if rnn.mode in ("LSTM", "GRU") else slice(None, None, CHECKED)
            found = PARTS[rnn.mode](weights, read[:, some], h[:, some])
            gap = _gap(rnn, found.pop("h"), h[:, some])
            found["h"] = h
            if is_backward:
                found = {symbol: _turn(values, padding) for symbol, values in found.items()}
            outputs.append(found["h"])
            if padding is not None:
                found = {s: padding.close(s, values, is_backward) for s, values in found.items()}
            yield f"layer{layer}/{direction}/", found, gap
        x = outputs[0] if len(outputs) == 1 else torch.cat(outputs, -1)


def _check_gap(gaps: list[Tensor]) -> float:
    """The largest of all.

    Raises:
        TraceError: it is above the bound of the float type and the device, or not a number.
    """
    error, where = float(torch.stack(gaps).amax()), gaps[0]
    bound = DOUBLE_BOUND if where.dtype == torch.float64 else CUDA_BOUND if where.is_cuda else BOUND
    if not error <= bound:
        raise TraceError(
            f"Expected recomputed states within {bound:.0e} of the fused run, they differ from the fused run by "
            f"{error:.1e}. Do not use this trace; look for weights that are not finite, or run in float64."
        )
    return error


def _check_finite(x: Tensor) -> None:
    """Refuse x (step, batch, feature) that holds NaN or infinity; the sum is the quick look."""
    if isfinite(x.sum()) or torch.isfinite(x).all():
        return
    step = int(torch.isfinite(x).all(-1).all(-1).logical_not().nonzero()[0])
    raise ReadingError(
        f"Expected finite values, got NaN or infinity at step {step}, counted from 0. "
        "Replace them, or leave such steps out."
    )


def _run(rnn: nn.RNNBase, x: Tensor, lengths: Tensor | None = None) -> tuple[dict[str, Tensor], float]:
    """All arrays (step, batch, unit) and the largest gap, for x (step, batch, feature)."""
    arrays, gaps = {}, []
    with torch.no_grad(), memory_guard(), exact_float32() if x.is_cuda else nullcontext():
        padding = None if lengths is None else _Padding(lengths, len(x), x.device)
        if padding is not None:
            x = x.masked_fill(padding.past, 0)
        _check_finite(x)
        for name, found, gap in _read_layers(rnn, x, padding):
            arrays |= {name + symbol: values for symbol, values in found.items()}
            gaps.append(gap)
        return arrays, _check_gap(gaps)


def _check_shape(rnn: nn.RNNBase, values: np.ndarray | Tensor, axes: str) -> Tensor:
    x = to_tensor(values)
    if x.ndim != axes.count(",") + 2 or not x.numel() or x.shape[-1] != rnn.input_size:
        raise ReadingError(
            f"Expected ({axes}, {rnn.input_size}) with at least one step, got {tuple(x.shape)}."
        )
    weight = rnn.weight_ih_l0
    return x.detach().to(device=weight.device, dtype=weight.dtype)


def _check_mask(mask: np.ndarray | Tensor, steps: int) -> np.ndarray:
    read = np.asarray(torch.as_tensor(mask).cpu())
    if read.shape != (steps,) or read.dtype != bool or not read.any():
        raise ReadingError(
            f"mask: expected ({steps},) bool with at least one True, got {read.shape} {read.dtype} "
            f"with {np.count_nonzero(read)} True. Give one value for each step, True where it is read."
        )
    return read


def _check_lengths(lengths: Sequence[int] | np.ndarray | Tensor, shape: torch.Size) -> Tensor:
    found = torch.as_tensor(lengths).cpu()
    is_whole = not (found.is_floating_point() or found.is_complex() or found.dtype == torch.bool)
    if found.shape != shape[:1] or not is_whole or found.min() < 1 or found.max() > shape[1]:
        raise ReadingError(
            f"lengths: expected {shape[0]} whole numbers from 1 to {shape[1]}, got {found.tolist()}. "
            "Give the steps of each sequence."
        )
    return found.long()


def _scatter(name: str, values: np.ndarray, read: np.ndarray) -> np.ndarray:
    """Values (read step, unit) back among all steps (step, unit)."""
    count, zero = np.cumsum(read), np.zeros_like(values[:1])
    if name.rpartition("/")[2] not in STATES:
        full = np.full((len(read), values.shape[1]), np.nan, values.dtype)
        full[read] = values
        return full
    if "/backward/" in name:
        return np.concatenate([values, zero])[count - read]
    return np.concatenate([zero, values])[count]


def trace(
    module: nn.Module, sequence: np.ndarray | Tensor, *, mask: np.ndarray | Tensor | None = None
) -> Trace:
    """Read one sequence and keep every gate and state of every layer and direction.

    The states come from torch's fused code, one layer at a time; the gates are recomputed from them with the
    written equations, and the states that follow from these gates are compared with the fused ones. Dropout is
    left out, as in evaluation mode. The module is not touched.

    Args:
        module: an ``nn.RNN`` (tanh or relu), ``nn.LSTM``, ``nn.GRU``, or a module that holds exactly one, in
            float32 or float64.
        sequence: (step, feature), read from the first row to the last, whatever ``batch_first`` says.
        mask: (step,) bool, False for steps that are not read, such as padding: the state stays as it was and
            the result equals that for ``sequence[mask]``. At these steps gates are NaN; ``h`` and ``C`` carry
            the last state, or the zero from which reading begins. The backward direction begins at the last
            step that is read.

    Returns:
        Trace: arrays (step, unit), the index is the step in reading order in both directions; ``h`` is the
        fused state itself. ``error`` is the largest difference of a state; where states exceed 1 (relu), in
        shares of the state.

    Raises:
        ReadingError: the sequence has another number of features, or a value that is read is not finite.
        TraceError: the difference exceeds 1e-5 on the CPU, 1e-4 on CUDA or 1e-10 in float64, or there is
            nothing to trace.
    """
    rnn = find_rnn(module, may_be_relu=True)
    x = _check_shape(rnn, sequence, "step")
    read = None if mask is None else _check_mask(mask, len(x))
    some = x if read is None else x[torch.from_numpy(read).to(x.device)]
    found, error = _run(rnn, some[:, None])
    arrays = {name: _to_numpy(values)[:, 0] for name, values in found.items()}
    if read is not None:
        arrays = {name: _scatter(name, values, read) for name, values in arrays.items()}
    return Trace(arrays=arrays, input=_to_numpy(x), error=error)


def trace_batch(
    module: nn.Module,
    sequences: np.ndarray | Tensor,
    *,
    lengths: Sequence[int] | np.ndarray | Tensor | None = None,
) -> BatchTrace:
    """``trace`` of several sequences at once; the arrays stay on the module's device and in its float type.

    Of an LSTM or GRU every state is compared with the fused run, of a plain RNN those of every 8th sequence:
    it has no gates to recompute, its trace is the fused run itself.

    Args:
        module: see ``trace``.
        sequences: (batch, step, feature).
        lengths: (batch,) steps of each sequence, from 1 to step; what follows is padding and is not read.

    Raises:
        ReadingError: another number of features, lengths out of range, or a value that is read is not finite.
        TraceError: see ``trace``.
        DeviceError: the GPU's memory ran out.
    """
    rnn = find_rnn(module, may_be_relu=True)
    x = _check_shape(rnn, sequences, "batch, step")
    ends = torch.full(x.shape[:1], x.shape[1]) if lengths is None else _check_lengths(lengths, x.shape)
    is_padded = bool((ends < x.shape[1]).any())
    found, error = _run(rnn, x.transpose(0, 1).contiguous(), ends if is_padded else None)
    arrays = {name: values.transpose(0, 1) for name, values in found.items()}
    return BatchTrace(arrays=arrays, input=x, lengths=ends, error=error)
