"""A network layer by layer, from its settings alone: what each gives, how large it is, what it costs, what it sees.

Nothing is built and torch is not loaded; ``tests/models/test_describe.py`` holds every number against the network.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from medrnn.config import ModelConfig, ReadingConfig
from medrnn.config.network import ATTENDED, check_network
from medrnn.config.what import named
from medrnn.models.places import Passage, map_size, passages

Kind = Literal["image", "convolution", "linear", "recurrent", "pool", "attention", "head"]
Part = Literal["image", "encoder", "core", "readout", "head"]
Form = Literal["map", "steps", "values"]
Size = tuple[int, int]
GATES = {"rnn": 1, "lstm": 4, "gru": 3, "peephole": 4}  # rows of the weights for each unit
PEEPHOLES = {"peephole": 3}  # weights more for each unit
KERNEL = 3


@dataclass(frozen=True)
class Layer:
    """One layer of a network.

    Attributes:
        name: of the module inside the network; "" for the image itself and for what has no weights.
        part: where in the network it stands.
        kind: what it is.
        form: what ``shape`` counts: of a "map" rows, columns, channels, of a series slices before them; of "steps"
            steps, values; of "values" values.
        shape: of what it gives for one image; of two streams, of one of them.
        parameters: weights and biases that are learnt.
        multiply_adds: of convolutions, linear layers and the matrix products of recurrent ones, for one image; two
            FLOPs each. Biases, norms, activations, gates' products and means are left out, as counters do.
        field: (rows, columns) of the image's pixels that one place or step, or the last one, can depend on.
        axis: of a sweep "rows" or "columns", along which it runs; else which lines are its steps; "" for patches.
        number: of layers of one module, counted from 0.
    """

    name: str
    part: Part
    kind: Kind
    form: Form
    shape: tuple[int, ...]
    parameters: int = 0
    multiply_adds: int = 0
    field: Size = (1, 1)
    axis: str = ""
    number: int = 0

    @property
    def flops(self) -> int:
        """Two for each multiply-add."""
        return 2 * self.multiply_adds


def describe_network(config: ModelConfig, reading: ReadingConfig) -> tuple[Layer, ...]:
    """Every layer in the order of the way through the network, from the image to the head.

    Raises:
        ConfigError: the network and the reading do not go together.
    """
    check_network(config, reading)
    grid = (reading.slices, *reading.tile) if reading.is_series else reading.size
    layers = [Layer("", "image", "image", "map", (*grid, reading.planes))]
    layers += _encoder(config, reading)
    values, field = _encoded(config, reading, layers)
    layers += _core(config, reading, values, field)
    return (*layers, *_answer(config, reading, layers))


def _convolution(planes: int, out: int, places: int) -> tuple[int, int]:
    """Parameters, with those of the batch norm behind it, and multiply-adds."""
    weights = KERNEL**2 * planes * out
    return weights + 2 * out, weights * places


def _encoder(config: ModelConfig, reading: ReadingConfig) -> Iterator[Layer]:
    if config.encoder == "stem":
        yield from _stem(config, reading)
    elif config.encoder == "linear":
        weights = reading.features * config.encoded
        shape = (reading.steps, config.encoded)
        more = config.encoded + weights, reading.steps * weights
        yield Layer("encoder.layer", "encoder", "linear", "steps", shape, *more, reading.tile)
    elif config.encoder == "steps":
        tall, wide = reading.tile
        for k, planes in enumerate((reading.planes, config.encoded)):
            name = f"encoder.layers.{3 * k}"
            more = _convolution(planes, config.encoded, reading.steps * tall * wide)
            shape = (reading.steps, config.encoded)  # after the mean over its places
            yield Layer(name, "encoder", "convolution", "steps", shape, *more, reading.tile)
    elif config.encoder == "stems":
        yield from _stems(config, reading)


def _stems(config: ModelConfig, reading: ReadingConfig) -> Iterator[Layer]:
    """Of each step, before the mean and the maximum over its places; a convolution sees at most all of its step."""
    (tall, wide), planes = reading.tile, reading.planes
    for k, (out, stride) in enumerate(zip(config.stem, config.strides, strict=True)):
        tall, wide = -(-tall // stride), -(-wide // stride)
        more = _convolution(planes, out, reading.steps * tall * wide)
        shape = (reading.steps, out)
        yield Layer(f"encoder.layers.{3 * k}", "encoder", "convolution", "steps", shape, *more, reading.tile)
        planes = out


def _stem(config: ModelConfig, reading: ReadingConfig) -> Iterator[Layer]:
    reach, jump, planes = 1, 1, reading.planes
    for k, (out, stride) in enumerate(zip(config.stem, config.strides, strict=True)):
        reach, jump = reach + (KERNEL - 1) * jump, jump * stride
        rows, columns = (side // jump for side in reading.size)
        name = f"encoder.layers.{3 * k}"
        more = _convolution(planes, out, rows * columns)
        field = _within(reading, (reach, reach))
        yield Layer(name, "encoder", "convolution", "map", (rows, columns, out), *more, field)
        planes = out


def _within(reading: ReadingConfig, field: Size) -> Size:
    return min(field[0], reading.size[0]), min(field[1], reading.size[1])


def _encoded(config: ModelConfig, reading: ReadingConfig, layers: list[Layer]) -> tuple[int, Size]:
    """Values at each place or step that the core reads (of lines, at each place of them), and the pixels behind one."""
    if config.encoder == "stem":
        return layers[-1].shape[-1], layers[-1].field
    if config.encoder != "none":
        return config.encoded_values, reading.tile
    if config.core == "stack" or (config.core == "sweeps" and reading.is_patched):
        return reading.features, reading.tile
    return reading.planes, (1, 1)


def _recurrent(
    config: ModelConfig, one: Passage, values: int, number: int, shape: tuple[int, ...], field: Size
) -> Layer:
    """One layer of a module that reads so many values at each step, in every direction that the settings say."""
    ways, rows = 2 if config.is_bidirectional else 1, GATES[config.cell] * config.width
    weights = ways * rows * (values + config.width)
    biases = ways * (2 * rows + PEEPHOLES.get(config.cell, 0) * config.width)
    cost = one.lines * one.steps * weights
    form: Form = "map" if one.is_sweep else "steps"
    axis = one.axis or ("" if one.places.is_patched else one.places.order)
    return Layer(
        one.name, "core", "recurrent", form, shape, weights + biases, cost, field, axis=axis, number=number
    )


def states_of(config: ModelConfig) -> int:
    """Values that the head's read-out finds at each place: units of both directions, or a stem's channels."""
    ways = 2 if config.is_bidirectional else 1
    return config.width * ways if config.is_recurrent else config.stem[-1]


def _core(config: ModelConfig, reading: ReadingConfig, values: int, field: Size) -> Iterator[Layer]:
    states, grid = states_of(config), map_size(config, reading)
    for one in passages(config, reading).values():
        if one.is_sweep:
            is_first = one.axis == "rows" and one.pair == 0
            seen = (field[0], reading.size[1]) if is_first else reading.size
            shape = (*grid, states)
            yield _recurrent(config, one, values if is_first else states, 0, shape, seen)
            continue
        across = grid[1] if one.places.order == "rows" else grid[0]
        is_line = config.core == "streams" or config.encoder == "stem"
        first = values * across if is_line else values
        for number in range(config.layers):
            fed = first if number == 0 else states
            yield _recurrent(config, one, fed, number, (one.steps, states), reading.size)


def _answer(config: ModelConfig, reading: ReadingConfig, layers: list[Layer]) -> Iterator[Layer]:
    states, last = states_of(config), layers[-1]
    places = last.shape[0] * last.shape[1] if last.form == "map" else last.shape[0]
    if config.core == "streams":
        states, places = 2 * states, max(map_size(config, reading))
    seen = 2 * states if config.readout == "mean+max" else states
    if config.readout == "attention":
        weights = states * ATTENDED + ATTENDED
        more = weights + ATTENDED + 1, places * weights
        yield Layer("attention", "readout", "attention", "values", (seen,), *more, reading.size)
    else:
        yield Layer("", "readout", "pool", "values", (seen,), field=reading.size)
    weights = seen * config.classes
    more = weights + config.classes, weights
    yield Layer("head", "head", "head", "values", (config.classes,), *more, reading.size)


def shape_words(layer: Layer) -> str:
    """What a layer gives, such as "16 x 16 x 48", "16 steps x 112" or "224 values"."""
    if layer.form == "map":
        shape = layer.shape[:-1] if layer.kind == "image" and layer.shape[-1] == 1 else layer.shape
        return " x ".join(map(str, shape))
    if layer.form == "steps":
        return f"{layer.shape[0]} steps x {layer.shape[1]}"
    return f"{layer.shape[0]} {'classes' if layer.kind == 'head' else 'values'}"


def field_words(layer: Layer, reading: ReadingConfig) -> str:
    """What it sees of the image, such as "19 x 19 pixels" or "the whole image"."""
    if layer.field == reading.size:
        return named("the whole image", reading)
    rows, columns = layer.field
    if (rows, columns) == (1, 1):
        return "1 pixel"
    return f"{rows} x {columns} pixels"


def count_words(count: int) -> str:
    """A number of weights or multiply-adds, short: "936", "34.1 k", "7.5 M"."""
    for unit, size in (("G", 10**9), ("M", 10**6), ("k", 10**4)):
        if count >= size:
            by = 10**3 if unit == "k" else size
            return f"{count / by:.1f} {unit}" if count < 100 * by else f"{count / by:.0f} {unit}"
    return f"{count:,}"
