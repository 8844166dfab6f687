"""Every gate and state of a recurrent network at every step, of one sequence or of a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from medrnn.brief import Brief
from medrnn.errors import ReadingError, TraceError
from medrnn.explanation.tracing.checks import check_input, check_lengths, check_mask
from medrnn.explanation.tracing.find import find_rnn, reads_directly, takes_state
from medrnn.explanation.tracing.fused import layer_weights
from medrnn.explanation.tracing.given import Given, State, give
from medrnn.explanation.tracing.layers import read_layers
from medrnn.explanation.tracing.layouts import record_batch, record_one
from medrnn.explanation.tracing.padding import STATES
from medrnn.models.cells import Recurrent
from medrnn.models.tensors import to_tensor
from medrnn.types import Trace

__all__ = ["BatchTrace", "find_rnn", "layer_weights", "trace", "trace_batch"]


@dataclass(frozen=True, eq=False, repr=False)
class BatchTrace(Brief):
    """Every gate and state of a recurrent network while it read several sequences.

    Attributes:
        arrays: "layer0/forward/h" and so on as in ``Trace``, each (batch, step, unit) on the module's device
            and in its float type; time-major in memory. Past the end of a sequence gates are NaN; ``h`` and
            ``C`` stay at the last state (forward) or are that from which reading begins (backward).
        input: (batch, step, feature) in the same type, what the network itself read.
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

    def cpu(self) -> "BatchTrace":
        """The same on the CPU, to be kept."""
        arrays = {name: values.cpu() for name, values in self.arrays.items()}
        return BatchTrace(arrays, self.input.cpu(), self.lengths, self.error)

    def one(self, k: int) -> Trace:
        """The trace of sequence k, cut to its length; its error is that of the batch."""
        steps = int(self.lengths[k])
        arrays = {name: _to_numpy(values[k, :steps]) for name, values in self.arrays.items()}
        return Trace(arrays=arrays, input=_to_numpy(self.input[k, :steps]), error=self.error)


def _to_numpy(values: Tensor) -> np.ndarray:
    return np.ascontiguousarray(values.to("cpu", torch.float32).numpy())


def _scatter(name: str, values: np.ndarray, read: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Values (read step, unit) back among all steps (step, unit); ``start`` (unit,) is the state before the first."""
    count = np.cumsum(read)
    if name.rpartition("/")[2] not in STATES:
        full = np.full((len(read), values.shape[1]), np.nan, values.dtype)
        full[read] = values
        return full
    if "/backward/" in name:
        seen, steps = np.concatenate([values, start[None]]), count - read
    else:
        seen, steps = np.concatenate([start[None], values]), count
    found: np.ndarray = seen[steps]
    return found


def _starts(given: Given) -> dict[str, np.ndarray]:
    """The states before the first step of one sequence by full name, where they are not zero by themselves."""
    ways = ("forward", "backward")
    return {
        f"layer{place // given.ways}/{ways[place % given.ways]}/{symbol}": _to_numpy(values[0])
        for place, states in enumerate(given.starts)
        for symbol, values in states.items()
    }


def _give_one(module: nn.Module, rnn: Recurrent, x: Tensor, state: State | None, call: int | None) -> Given:
    """What the network reads when the module reads one sequence."""
    if state is not None and not takes_state(module, rnn):
        raise TraceError(
            f"state: expected the network itself, got {type(module).__name__}, which gives its network a state of its "
            "own. Leave state out, or hand over the network with its input."
        )
    if reads_directly(module, rnn) and not call:
        return give(rnn, x[:, None], state)
    return record_one(rnn if takes_state(module, rnn) else module, rnn, x, call)[0]


def trace(
    module: nn.Module,
    sequence: np.ndarray | Tensor,
    name: str = "",
    *,
    mask: np.ndarray | Tensor | None = None,
    state: State | None = None,
    call: int | None = None,
) -> Trace:
    """Read one sequence and keep every gate and state of every layer and direction.

    The states come from torch's fused code, one layer at a time; the gates are recomputed from them with the
    written equations, and the states that follow from these gates are compared with the fused ones. Of a module that
    does something to the sequence before its network reads it, or gives it a state or other weights, the module itself
    is run: what is traced is what its network really read, and the last layer's states are compared with what it really
    gave. Dropout is left out, as in evaluation mode. The module is handed back as found.

    Args:
        module: a module of one of ``CELLS``, such as ``nn.LSTM``, or one that holds one and whose forward takes the
            sequence alone, in float32 or float64.
        sequence: (step, feature) or (1, step, feature), read from the first row to the last, whatever ``batch_first``
            says; for a module of your own also (step,) whole numbers that it looks up, or more axes, as it takes them.
        name: which network inside, where there are several, such as "rows". One that reads many lines of a map side by
            side is traced by ``tracing.inside.trace_inside``.
        mask: (step,) bool, False for steps that are not read, such as padding: the state stays as it was and
            the result equals that for ``sequence[mask]``. At these steps gates are NaN; ``h`` and ``C`` carry
            the last state, or that from which reading begins. The backward direction begins at the last
            step that is read.
        state: of a network by itself, ``h`` before the first step, or ``(h, C)``, each (layer x direction, unit) or
            (layer x direction, 1, unit), as its forward takes it; zeros by default.
        call: which call of the network is meant, from 0, where a forward of the module calls it several times.

    Returns:
        Trace: arrays (step, unit), the index is the step in reading order in both directions; ``h`` is the
        fused state itself. ``error`` is the largest difference of a state; where states exceed 1 (relu), in
        shares of the state.

    Raises:
        ReadingError: the sequence has another number of features, or a value that is read is not finite.
        TraceError: the difference exceeds 1e-5 on the CPU, 1e-4 on CUDA or 1e-10 in float64 (more where the sums inside
            the gates are large: rounding grows with them), or there is nothing to trace.
    """
    rnn, x = find_rnn(module, name, may_be_relu=True), to_tensor(sequence)
    x = check_input(module, rnn, x[0] if x.ndim == 3 and len(x) == 1 else x, "step")
    read = None if mask is None else check_mask(mask, len(x))
    some = x if read is None else x[torch.from_numpy(read).to(x.device)]
    given = _give_one(module, rnn, some, state, call)
    found, error = read_layers(given)
    starts, arrays = _starts(given), {name: _to_numpy(values)[:, 0] for name, values in found.items()}
    if read is None:
        return Trace(arrays=arrays, input=_to_numpy(given.x)[:, 0], error=error, start=starts)
    if len(given.x) != read.sum():
        raise ReadingError(
            f"mask: expected a module that reads each step once, its network read {len(given.x)} steps."
        )
    zero = np.zeros(rnn.hidden_size, np.float32)
    arrays = {name: _scatter(name, v, read, starts.get(name, zero)) for name, v in arrays.items()}
    return Trace(arrays=arrays, input=_to_numpy(x), error=error, start=starts)


def _give_batch(module: nn.Module, rnn: Recurrent, x: Tensor, lengths: Tensor | None) -> Given:
    """What the network reads when the module reads several sequences."""
    if reads_directly(module, rnn):
        return give(rnn, x.transpose(0, 1).contiguous(), lengths=lengths)
    if lengths is not None:
        raise TraceError(
            f"lengths: expected the network itself, got {type(module).__name__}, which decides by itself what its "
            "network reads. Leave lengths out, or hand over the network with its input."
        )
    return record_batch(rnn if takes_state(module, rnn) else module, rnn, x)


def trace_batch(
    module: nn.Module,
    sequences: np.ndarray | Tensor,
    name: str = "",
    *,
    lengths: Sequence[int] | np.ndarray | Tensor | None = None,
) -> BatchTrace:
    """``trace`` of several sequences at once; the arrays stay on the module's device and in its float type.

    Where a cell has gates every state is compared with the fused run, of a plain RNN those of every 8th sequence:
    it has no gates to recompute, its trace is the fused run itself.

    Args:
        module: see ``trace``.
        sequences: (batch, step, feature).
        name: see ``trace``.
        lengths: (batch,) steps of each sequence, from 1 to step; what follows is padding and is not read.

    Raises:
        ReadingError: another number of features, lengths out of range, or a value that is read is not finite.
        TraceError: see ``trace``.
        DeviceError: the GPU's memory ran out.
    """
    rnn, x = find_rnn(module, name, may_be_relu=True), to_tensor(sequences)
    x = check_input(module, rnn, x, "batch, step")
    ends = None if lengths is None else check_lengths(lengths, x.shape)
    is_padded = ends is not None and bool((ends < x.shape[1]).any())
    given = _give_batch(module, rnn, x, ends if is_padded else None)
    found, error = read_layers(given)
    arrays = {name: values.transpose(0, 1) for name, values in found.items()}
    if given.lengths is not None:
        ends = given.lengths
    elif ends is None or given.output is not None:
        ends = torch.full((given.x.shape[1],), len(given.x))
    return BatchTrace(arrays=arrays, input=given.x.transpose(0, 1), lengths=ends, error=error)
