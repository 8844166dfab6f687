"""A module is run, and what its recurrent network really was given and gave is written down."""

import inspect
from typing import Any

from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from medrnn.errors import TraceError
from medrnn.explanation.tracing.find import first_weight
from medrnn.explanation.tracing.given import Given, State, give
from medrnn.models.as_found import as_found
from medrnn.models.cells import Recurrent
from medrnn.models.devices import exact_float32, memory_guard

Values = Tensor | PackedSequence


def _time_major(values: Values, is_batch_first: bool) -> tuple[Tensor, Tensor | None]:
    """(step, batch, ...) and, of a packed sequence, the steps of each sequence."""
    if isinstance(values, PackedSequence):
        padded, lengths = pad_packed_sequence(values)
        return padded, lengths if bool((lengths < len(padded)).any()) else None
    if values.ndim == 2:
        return values[:, None], None
    return values.transpose(0, 1) if is_batch_first else values, None


def _asked(rnn: Recurrent, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Values, State | None]:
    """The input and the state of a call, by position or by name."""
    called = inspect.signature(rnn.forward).bind(*args, **kwargs)
    called.apply_defaults()
    x, state = called.arguments.values()
    return x, state


def _write_down(rnn: Recurrent, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> Given:
    x, state = _asked(rnn, args, kwargs)
    read, lengths = _time_major(x, rnn.batch_first)
    output, _ = _time_major(result[0], rnn.batch_first)
    dtype = first_weight(rnn).dtype
    if output.dtype != dtype:
        raise TraceError(
            f"Expected the network inside to run in {dtype}, as its weights are, got {output.dtype}. "
            "Turn autocast off."
        )
    return give(rnn, read, state, lengths, output.detach())


def record(module: nn.Module, rnn: Recurrent, x: Tensor) -> list[Given]:
    """What the network inside was given and gave, call by call, while the module read ``x`` in evaluation mode.

    The module is handed back as found. Its weights are those of the moment, as a hook of ``weight_norm`` or a
    parametrization makes them.

    Args:
        module: whose forward takes ``x`` alone.
        rnn: the network inside.
        x: as the module takes it.

    Raises:
        TraceError: the network runs in another float type than its weights'.
        DeviceError: the GPU's memory ran out.
        Exception: whatever the module itself raises.
    """
    calls: list[Given] = []

    def hook(rnn: Recurrent, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        calls.append(_write_down(rnn, args, kwargs, result))

    with as_found(module), memory_guard(), exact_float32():
        rnn.register_forward_hook(hook, with_kwargs=True, prepend=True)
        module(x)
    return calls
