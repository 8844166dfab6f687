"""How a stranger's module takes its input is found out by running it: batch or step first, one sequence or several."""

import torch
from torch import Tensor, nn

from medrnn.errors import MedrnnError, TraceError
from medrnn.explanation.tracing.find import first_weight
from medrnn.explanation.tracing.given import Given
from medrnn.explanation.tracing.recording import record
from medrnn.models.cells import Recurrent

BATCH_FIRST, STEP_FIRST, AS_IT_IS = 0, 1, None


def to_module(module: nn.Module, rnn: Recurrent, values: Tensor) -> Tensor:
    """Values on the module's device, in its float type; whole numbers stay where a module looks them up."""
    weight = first_weight(rnn)
    is_looked_up = any(isinstance(part, nn.Embedding | nn.EmbeddingBag) for part in module.modules())
    if is_looked_up and not values.is_floating_point():
        return values.detach().to(weight.device)
    return values.detach().to(weight)


def _choose(calls: list[Given], call: int | None) -> Given:
    """One of the calls of the network.

    Raises:
        TraceError: there is none, or there are several and none is chosen.
    """
    if not calls:
        raise TraceError(
            "Expected the module to call its network, it did not. Hand over the network itself with its input."
        )
    if call is None and len(calls) > 1:
        raise TraceError(
            f"Expected one call of the network in a forward, got {len(calls)}. Choose one with call=0 to "
            f"{len(calls) - 1}, or hand over the network itself with its input."
        )
    if call is not None and not 0 <= call < len(calls):
        raise TraceError(f"call: expected 0 to {len(calls) - 1}, got {call}.")
    return calls[call or 0]


def _ways(rnn: Recurrent, axes: int) -> list[int | None]:
    """Where the batch axis of one sequence may belong, the likeliest first."""
    if axes > 2:
        return [AS_IT_IS]
    first = [BATCH_FIRST, STEP_FIRST] if rnn.batch_first else [STEP_FIRST, BATCH_FIRST]
    return [*first, AS_IT_IS]


def _with_batch(x: Tensor, way: int | None) -> Tensor:
    return x if way is None else x.unsqueeze(way)


def _try(module: nn.Module, rnn: Recurrent, x: Tensor, call: int | None) -> Given:
    """What the network was given; whatever the module raises becomes a ``TraceError``."""
    try:
        return _choose(record(module, rnn, x), call)
    except MedrnnError:
        raise
    except Exception as error:  # a stranger's module may raise anything
        reason = f"The module cannot read {tuple(x.shape)}: {type(error).__name__}: {error}"
        raise TraceError(reason) from error


def record_one(
    module: nn.Module, rnn: Recurrent, x: Tensor, call: int | None = None
) -> tuple[Given, int | None]:
    """What the network was given while the module read one sequence, and which axis was taken for the batch.

    The axes are right where the network reads one sequence: with the batch axis in the wrong place it would read as
    many as there are steps. The sequence goes in without a batch axis where it cannot be read with one.

    Args:
        module: whose forward takes the sequence alone.
        rnn: the network inside.
        x: (step, feature), (step,) whole numbers, or more axes as the module takes them, its batch of one included.
        call: which call of the network, from 0, where a forward calls it several times.

    Raises:
        TraceError: the module cannot be run so, or its network did not read one sequence, once.
    """
    errors, was_read = [], False
    for way in _ways(rnn, x.ndim):
        if way is AS_IT_IS and was_read:
            break
        try:
            given = _try(module, rnn, _with_batch(x, way), call)
        except MedrnnError as error:
            errors.append(error)
            continue
        if given.x.shape[1] == 1:
            return given, way
        was_read = True
        errors.append(_not_one(given, _with_batch(x, way)))
    raise errors[0]


def _not_one(given: Given, x: Tensor) -> TraceError:
    return TraceError(
        f"Expected its network to read one sequence, got {given.x.shape[1]} for an input of {tuple(x.shape)}. "
        "Give one sequence, or use medrnn.explanation.tracing.trace.trace_batch; a network that sweeps a map is traced "
        "by medrnn.explanation.tracing.inside.trace_inside."
    )


def record_batch(module: nn.Module, rnn: Recurrent, x: Tensor) -> Given:
    """What the network was given while the module read several sequences.

    Args:
        module: whose forward takes the sequences alone.
        rnn: the network inside.
        x: (batch, step, feature), unit-free, or (batch, step) whole numbers.

    Raises:
        TraceError: see ``record_one``; or its network read another number of sequences.
    """
    _, way = record_one(module, rnn, x[0])
    made = torch.transpose(x, 0, 1).contiguous() if way == STEP_FIRST else x
    given = _try(module, rnn, made, None)
    if given.x.shape[1] != len(x):
        raise TraceError(f"Expected its network to read {len(x)} sequences, got {given.x.shape[1]}.")
    return given
