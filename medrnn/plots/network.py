"""A network as a small diagram: image, encoder, core with its sweeps' arrows, read-out, head, from left to right."""

import math
from collections.abc import Sequence
from itertools import groupby

import plotly.graph_objects as go

from medrnn.config import CELLS, ModelConfig, ReadingConfig
from medrnn.config.what import named
from medrnn.models.describe import Layer, count_words, describe_network, field_words, shape_words
from medrnn.plots.layout import dress
from medrnn.plots.theme import CANVAS

TITLES = {"image": "Image", "encoder": "Encoder", "core": "Core", "readout": "Read-out", "head": "Head"}
NAMES = {
    "image": "image",
    "convolution": "3 x 3 convolution",
    "linear": "linear layer on each step",
    "pool": "mean and maximum",
    "attention": "attention",
    "head": "linear layer",
}
CORE_WORDS = {"stack": "layers", "streams": "streams", "sweeps": "sweeps"}
HEIGHT, TOP, BOTTOM = 350, 0.99, 0.55  # pixels; the boxes stand between these shares of the figure
MIDDLE = (TOP + BOTTOM) / 2
MOST_DRAWN = 8  # layers of one part that are drawn by themselves
WIDE = 0.8  # of a column


def layer_name(layer: Layer, config: ModelConfig, reading: ReadingConfig) -> str:
    """What a layer is, such as "LSTM along the rows, both directions"."""
    if layer.kind == "pool" and config.readout == "last":
        return "last state"
    if layer.kind != "recurrent":
        return named(NAMES[layer.kind], reading)
    ways = ", both directions" if config.is_bidirectional else ""
    where = (
        f" along the {layer.axis}" if layer.form == "map" else f" over the {layer.axis}" if layer.axis else ""
    )
    return f"{CELLS[config.cell]}{where}{ways}"


def network_alt(config: ModelConfig, reading: ReadingConfig) -> str:
    """The diagram in words, for those who cannot see it."""
    layers = describe_network(config, reading)
    said = "; ".join(f"{layer_name(one, config, reading)}, {shape_words(one)}" for one in layers)
    total = sum(one.parameters for one in layers)
    cost = count_words(sum(one.multiply_adds for one in layers))
    each = named("an image", reading)
    return f"The network from left to right: {said}. {total:,} parameters, {cost} multiply-adds {each}."


def network(config: ModelConfig, reading: ReadingConfig, *, dark: bool = False) -> go.Figure:
    """A box for each part, drawn of its layers, with shape, parameters, multiply-adds and receptive field under it.

    Args:
        config: the network.
        reading: what it reads.
        dark: colours of the dark theme.
    """
    layers = describe_network(config, reading)
    figure, parts = go.Figure(), [list(group) for _, group in groupby(layers, lambda one: one.part)]
    mode = "dark" if dark else "light"
    for column, part in enumerate(parts):
        _slabs(figure, column, part, config, reading, mode)
        _words(figure, column, part, config, reading)
        if column:
            _arrow(figure, (column - 1 + WIDE / 2, MIDDLE), (column - WIDE / 2, MIDDLE), mode)
    figure.update_xaxes(range=[-0.5, len(parts) - 0.5], visible=False, fixedrange=True)
    figure.update_yaxes(range=[0, 1], visible=False, fixedrange=True)
    return dress(figure, dark=dark, height=HEIGHT, showlegend=False)


def _tall(layer: Layer, side: int) -> float:
    """Height of a layer's box as a share of the tallest: the side of its map, else its values on a log scale."""
    if layer.form == "map":
        return max(0.2, math.log2(1 + layer.shape[0]) / math.log2(1 + side))
    if layer.form == "steps":
        return max(0.2, min(1.0, math.log2(1 + layer.shape[0]) / math.log2(1 + side)))
    return max(0.15, min(0.8, math.log2(1 + layer.shape[0]) / 10))


def _slabs(
    figure: go.Figure,
    column: int,
    part: Sequence[Layer],
    config: ModelConfig,
    reading: ReadingConfig,
    mode: str,
) -> None:
    """Every layer of a part as a box, as tall as its map, with its facts under the pointer."""
    shown = part[:MOST_DRAWN]
    step = WIDE / len(shown)
    colour = CANVAS[mode]["link"] if part[0].part == "core" else CANVAS[mode]["grid"]
    for k, layer in enumerate(shown):
        tall = _tall(layer, max(reading.size)) * (TOP - BOTTOM) / 2
        left = column - WIDE / 2 + k * step + 0.06 * step
        right = left + 0.88 * step
        figure.add_scatter(
            x=[left, right, right, left, left],
            y=[MIDDLE - tall, MIDDLE - tall, MIDDLE + tall, MIDDLE + tall, MIDDLE - tall],
            mode="lines",
            fill="toself",
            fillcolor=CANVAS[mode]["paper"],
            line={"color": colour, "width": 1.5},
            hoveron="fills",
            hoverinfo="text",
            text=_facts(layer, config, reading),
            name=layer_name(layer, config, reading),
        )
        if layer.kind == "recurrent":
            _path(figure, layer, _side(config, reading), (left, right), (MIDDLE - tall, MIDDLE + tall), mode)


def _facts(layer: Layer, config: ModelConfig, reading: ReadingConfig) -> str:
    said = [layer_name(layer, config, reading), f"gives {shape_words(layer)}"]
    if layer.parameters:
        said.append(f"{layer.parameters:,} parameters, {layer.multiply_adds:,} multiply-adds")
    if layer.kind != "image":
        said.append(f"sees {field_words(layer, reading)}")
    return "<br>".join(said)


def _side(config: ModelConfig, reading: ReadingConfig) -> str:
    """Which ends of the arrows have heads: a stack may read from the last line to the first."""
    if config.is_bidirectional:
        return "start+end"
    return "start" if config.core == "stack" and reading.direction == "reverse" else "end"


def _path(
    figure: go.Figure,
    layer: Layer,
    side: str,
    across: tuple[float, float],
    down: tuple[float, float],
    mode: str,
) -> None:
    """The way that a recurrent layer goes: lines side by side along rows or columns, or one line from end to end."""
    (left, right), (low, high) = across, down
    is_level = layer.axis == ("rows" if layer.form == "map" else "columns")
    count = 3 if layer.form == "map" else 1
    aside, above = 0.14 * (right - left), 0.14 * (high - low)
    for k in range(count):
        share = (k + 1) / (count + 1)
        if is_level:
            y = high - share * (high - low)
            _arrow(figure, (left + aside, y), (right - aside, y), mode, side=side)
        else:
            x = left + share * (right - left)
            _arrow(figure, (x, high - above), (x, low + above), mode, side=side)


def _arrow(
    figure: go.Figure, start: tuple[float, float], end: tuple[float, float], mode: str, *, side: str = "end"
) -> None:
    figure.add_annotation(
        x=end[0],
        y=end[1],
        ax=start[0],
        ay=start[1],
        **{"xref": "x", "yref": "y", "axref": "x", "ayref": "y"},
        arrowhead=2,
        startarrowhead=2,
        arrowside=side,
        arrowwidth=1.5,
        arrowcolor=CANVAS[mode]["cursor"],
        text="",
    )


def _what(part: Sequence[Layer], config: ModelConfig, reading: ReadingConfig) -> str:
    """What a part is in a few letters."""
    first, count = part[0], len(part)
    if first.part == "image":
        return "in colour" if reading.is_colour else "grey"
    if first.part == "encoder":
        return "linear" if first.kind == "linear" else f"{count} convolution{'s' if count > 1 else ''}"
    if first.part == "core":
        return f"{CELLS[config.cell].removeprefix('Peephole ')} {CORE_WORDS[config.core]}"
    if first.part == "readout":
        return {"last": "last state", "mean+max": "mean, max"}.get(config.readout, config.readout)
    return "linear"


def _words(
    figure: go.Figure, column: int, part: Sequence[Layer], config: ModelConfig, reading: ReadingConfig
) -> None:
    """Under a part: what it is, what it gives, its size, its cost and what it sees, each short enough for a phone."""
    last, total = part[-1], sum(layer.parameters for layer in part)
    before, _, after = shape_words(last).rpartition(" x ")
    said = [f"<b>{named(TITLES[last.part], reading)}</b>", _what(part, config, reading)]
    said.append(f"{before}<br>x {after}" if before and last.part != "image" else shape_words(last))
    if total:
        cost = count_words(sum(layer.multiply_adds for layer in part))
        said += [f"{count_words(total)}<br>weights", f"{cost}<br>mult.-adds"]
    if last.part in ("encoder", "core"):
        said.append(
            "sees<br>" + field_words(last, reading).replace("the whole", "all the").replace(" pixels", " px")
        )
    figure.add_annotation(
        x=column, y=BOTTOM - 0.03, yanchor="top", text="<br>".join(said), showarrow=False, font={"size": 11}
    )
