"""Any recurrent module inside one of our networks, traced while the network reads an image.

A module that sweeps a map reads all its rows (or columns) side by side: each is a line of its own, with its own states.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from medrnn.errors import ConfigError, ReadingError, TraceError
from medrnn.explanation.tracing.find import find_rnn
from medrnn.explanation.tracing.layers import read_layers
from medrnn.explanation.tracing.recording import record
from medrnn.explanation.tracing.trace import BatchTrace
from medrnn.models.as_found import as_found
from medrnn.models.classifier import Classifier
from medrnn.models.devices import exact_float32, memory_guard
from medrnn.models.places import Passage, map_size
from medrnn.models.tensors import to_tensor
from medrnn.sequences import tile_places
from medrnn.types import Trace


def choose_module(model: Classifier, module: str = "") -> str:
    """The name of a recurrent module of a network: the one asked for, "" for the only one.

    Raises:
        TraceError: there is no such module, or several and none was chosen; the sentence lists them.
    """
    names = list(model.recurrent())
    if not names:
        raise TraceError(
            "Expected a network with recurrent modules, got a convolutional one: it has no states."
        )
    if module in names or (not module and len(names) == 1):
        return module or names[0]
    came = repr(module) if module else f"none, and there are {len(names)}"
    raise TraceError(f"module: expected one of {', '.join(names)}, got {came}. Choose one by its name.")


def last_module(model: Classifier) -> str:
    """The name of the module that reads last; of two streams the columns'.

    Raises:
        TraceError: the network is a convolutional one.
    """
    return list(model.recurrent())[-1] if model.recurrent() else choose_module(model)


def check_sequence(model: Classifier, sequence: np.ndarray | Tensor) -> Tensor:
    """One image as the network takes it: (1, step, feature) where the network is and in its float type.

    Raises:
        ReadingError: another shape. A network over the image takes all steps of its reading, no fewer.
    """
    x, reading = to_tensor(sequence), model.reading
    is_whole = model.config.core != "stack" or model.config.encoder == "stem"
    x = x[0] if x.ndim == 3 and len(x) == 1 else x
    wanted = reading.steps if is_whole else len(x) if x.ndim else 0
    if x.ndim != 2 or not x.numel() or x.shape != (wanted, model.config.features):
        steps = reading.steps if is_whole else "step"
        raise ReadingError(
            f"Expected ({steps}, {model.config.features}) with at least one step, got {tuple(x.shape)}."
        )
    return x[None].detach().to(model.head.weight)


def trace_inside(model: Classifier, sequence: np.ndarray | Tensor, module: str = "") -> BatchTrace:
    """Run a network on one image, and keep every gate and state of one recurrent module inside.

    What the module was really given is read again by torch's fused code, the gates are recomputed by the equations, and
    the states that follow from them, and the last layer's beside what the module really gave, are compared; see
    ``trace``. The model is given back as found.

    Args:
        model: any of ``NETWORKS``, on the device and in the float type that is to run.
        sequence: (step, feature), as the reading gives it.
        module: its name in ``Classifier.recurrent``, such as "sweeps.0.rows"; "" for the only one.

    Returns:
        BatchTrace: arrays (line, step, unit). A sweep has as many lines as the map has rows (or columns), a module that
        reads one sequence has one. ``one(line)`` is the trace of a line, ``models.places.passages`` says where its
        steps lie.

    Raises:
        TraceError: there is no such module, or the states do not agree.
        ReadingError: the sequence is not the network's, or a value is not finite.
        DeviceError: the GPU's memory ran out.
    """
    rnn = find_rnn(model, choose_module(model, module))
    (given,) = record(model, rnn, check_sequence(model, sequence))
    found, error = read_layers(given)
    arrays = {name: values.transpose(0, 1) for name, values in found.items()}
    steps, lines = given.x.shape[:2]
    return BatchTrace(arrays, given.x.transpose(0, 1), torch.full((lines,), steps), error)


def as_map(values: Tensor, passage: Passage) -> np.ndarray:
    """Values (line, step, unit) of a module as the places lie in the image, (row, column, unit) float32."""
    if passage.axis == "columns":
        values = values.transpose(0, 1)
    elif not passage.is_sweep:
        (tall, wide), (rows, columns) = passage.places.tile, passage.places.size
        values = values[0, tile_places(passage.places)].unflatten(0, (rows // tall, columns // wide))
    return np.ascontiguousarray(values.to("cpu", torch.float32).numpy())


def map_of(
    found: BatchTrace, passage: Passage, symbol: str, layer: int = 0, direction: str = "forward"
) -> np.ndarray:
    """A gate or state of a module at every place of its map, as the places lie in the image.

    Args:
        found: of ``trace_inside``.
        passage: of the same module, from ``models.places.passages``.
        symbol: such as "h".
        layer: from 0.
        direction: "forward" or "backward".

    Returns:
        (row, column, unit) float32: of a sweep its map; of a module over one sequence its rows (row, 1, unit), columns
        (1, column, unit) or patches.

    Raises:
        ConfigError: the trace has no such array, or is of another module.
    """
    name = f"layer{layer}/{direction}/{symbol}"
    if name not in found.arrays:
        raise ConfigError(f"Expected one of {', '.join(found.arrays)}, got {name}.")
    values = found.arrays[name]
    if values.shape[:2] != (passage.lines, passage.steps):
        raise ConfigError(
            f"Expected a trace of {passage.name}, {passage.lines} x {passage.steps} steps, "
            f"got {values.shape[0]} x {values.shape[1]}."
        )
    return as_map(values, passage)


def raster(found: BatchTrace, passage: Passage) -> Trace:
    """All lines of a sweep as one trace, its places from the top left, line by line, as an index of states has them.

    Args:
        found: of ``trace_inside``.
        passage: of the same module; one that reads one sequence keeps its own steps.
    """
    if not passage.is_sweep:
        return found.one(0)

    def flat(values: Tensor) -> np.ndarray:
        return as_map(values, passage).reshape(-1, values.shape[-1])

    return Trace(
        {name: flat(values) for name, values in found.arrays.items()}, flat(found.input), found.error
    )


class _Given(Exception):
    """Carries what a module was given out of the forward of its network; nothing behind it is run."""

    def __init__(self, x: Tensor) -> None:
        super().__init__()
        self.x = x


def given_to(model: Classifier, module: str, x: Tensor) -> Tensor:
    """What a recurrent module is given while a network reads images.

    Args:
        model: a copy of one's own (``own_copy``).
        module: its name in ``Classifier.recurrent``.
        x: (batch, step, feature) of the reading.

    Returns:
        (batch x line, step, feature).
    """

    def hook(part: nn.Module, args: tuple[Any, ...]) -> None:
        raise _Given(args[0])

    handle = model.recurrent()[module].register_forward_pre_hook(hook)
    try:
        model(x)
    except _Given as given:
        return given.x
    finally:
        handle.remove()
    raise TraceError(f"Expected {module} to be run by its network, it was not.")


def attention_weights(model: Classifier, sequence: np.ndarray | Tensor) -> np.ndarray:
    """What the read-out takes from each place: how the states are added up, and no evidence of what mattered.

    Args:
        model: whose read-out is "attention"; given back as found.
        sequence: (step, feature), as the reading gives it.

    Returns:
        float32 that sum to 1: (row, column) over the map of sweeps or of a convolutional network, else (step,).

    Raises:
        TraceError: the network reads out in another way.
        ReadingError: the sequence is not the network's.
        DeviceError: the GPU's memory ran out.
    """
    if model.config.readout != "attention":
        raise TraceError(
            f"Expected a read-out with attention, got {model.config.readout!r}: it has no weights."
        )
    kept: list[Tensor] = []

    def hook(part: nn.Module, args: tuple[Any, ...], result: Any) -> None:
        kept.append(model.attention.weights(args[0])[0])

    x = check_sequence(model, sequence)
    with as_found(model), memory_guard(), exact_float32():
        model.attention.register_forward_hook(hook)
        model(x)
    weights: np.ndarray = kept[0].float().cpu().numpy()
    if model.config.core in ("sweeps", "none"):
        weights = weights.reshape(map_size(model.config, model.reading))
    return weights
