"""The fields of a reading and of a network."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from medrnn.config import (
    CELLS,
    CHANNELS,
    CORES,
    DIRECTIONS,
    ENCODERS,
    MASKS,
    ORDERS,
    READOUTS,
    ModelConfig,
    ReadingConfig,
)
from medrnn.config.network import STEMMED
from medrnn.config.reading import PATCHED
from medrnn.errors import ConfigError
from medrnn.ui.reading_choice import ARROWS
from medrnn.ui.runs import kept

OWN = "own"
STEMS: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "short": ((16, 32), (2, 2)),
    "middle": ((24, 24, 48, 48), (2, 1, 2, 1)),
    "narrow": ((24, 24, 48, 16), (2, 1, 2, 1)),
    "long": ((24, 24, 48, 48, 72, 72, 72), (2, 1, 2, 1, 2, 1, 1)),
}
CHANNEL_WORDS = {"grey": "Grey", "rgb": "Colour"}
PLACES = {"rows": "A pixel, or a place of the stem's map", "raster": "A patch"}  # of a map that is swept
CORE_WORDS = {"stack": "Layers", "streams": "Two streams", "sweeps": "2-D sweeps", "none": "None: a CNN"}
HELPS = {  # of the choices with a few words
    "What reads": "; ".join(CORES.values()) + ".",
    "Pixels": "Colour gives three values a pixel; a model that learns grey cannot tell stains.",
    "What a place is": "What one step of a sweep reads.",
    "Order": "Which part of the image is one step. Wide parts make short sequences, which are easier to remember.",
    "Slices": "From which end a series is read. Of a network in both directions it changes which is called forward.",
    "Direction": "From which end it is read. What is read last is remembered best.",
    "Cell": "What remembers. Gates make long sequences learnable; look at the first epochs of a plain RNN beside them.",
    "Encoder": "What every step goes through before it is read; a stem looks at the whole image first.",
    "Read out": "What the answer is made from: the last state tells what was kept to the end, the others see all.",
    "Dropout mask": "Between layers: a unit that is left out can be so for one step or for the whole image.",
    "Stem": "How many convolutions look at the image first, and how far they shrink it.",
}


def _pills(label: str, options: Sequence[str], default: str, words: Mapping[str, str], key: str) -> str:
    return kept.pills(label, options, default, words, key, HELPS[label])


def _choice(label: str, options: Sequence[str], default: str, words: Mapping[str, str], key: str) -> str:
    return str(kept.choice(label, options, default, words, key, HELPS[label]))


def divisors(rows: int, columns: int) -> list[int]:
    """Sides of a square patch that tile the image more than once, from the largest."""
    return [side for side in range(min(rows, columns), 0, -1) if rows % side == columns % side == 0][1:]


def core(before: ModelConfig, key: str) -> str:
    """What reads."""
    return _pills("What reads", list(CORES), before.core, CORE_WORDS, f"train__core-{key}")


def reading(before: ReadingConfig, core: str, is_colour: bool, key: str) -> ReadingConfig:
    """Size, channels; order, direction and patch as far as they change what the core reads.

    Args:
        before: what the fields begin with.
        core: what reads.
        is_colour: whether the images are in colour; those of a grey set have three equal values.
        key: of the fields.

    Raises:
        ConfigError: they do not go together.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rows, columns = (
            int(
                kept.number(
                    name,
                    side,
                    f"train__{name.lower()}-{key}",
                    step=4,
                    help="Pixels of the image as the network reads it; larger ones take longer.",
                )
            )
            for name, side in zip(("Rows", "Columns"), before.size, strict=True)
        )
        default = before.channels if is_colour else "grey"
        channels = _pills("Pixels", list(CHANNELS), default, CHANNEL_WORDS, f"train__channels-{key}")
    size, order, direction = (rows, columns), "rows", "forward"
    if core == "sweeps":
        default = "raster" if before.is_patched else "rows"
        order = _pills("What a place is", list(PLACES), default, PLACES, f"train__places-{key}")
    if core == "stack":
        with st.container(horizontal=True):
            titles = {order: order.capitalize() for order in ORDERS}
            order = _pills("Order", list(ORDERS), before.order, titles, f"train__order-{key}")
            ways = ARROWS[order]
            direction = _pills(
                "Direction", list(DIRECTIONS), before.direction, ways, f"train__direction-{key}"
            )
    patch = _patch(before, size, key) if order in PATCHED else before.patch
    return ReadingConfig(order, direction, size, patch, channels)


def series(before: ReadingConfig, key: str) -> ReadingConfig:
    """In which direction the slices of a series are read; all else of it follows from the data.

    Args:
        before: the data's own reading.
        key: of the field.
    """
    ways = ARROWS["slices"]
    way = _pills("Slices", list(DIRECTIONS), before.direction, ways, f"train__direction-{key}")
    return replace(before, direction=way)


def _patch(before: ReadingConfig, size: tuple[int, int], key: str) -> int:
    sides = divisors(*size) if min(size) > 0 else []
    if not sides:
        raise ConfigError(f"size: expected rows and columns from 2 to 512, got {size[0]} x {size[1]}")
    wanted = before.patch if before.patch in sides else min(sides, key=lambda side: abs(side - 4))
    words = {side: f"{side} x {side} pixels, {size[0] * size[1] // side**2} steps" for side in sides}
    help = "How much of the image one step reads. Smaller patches make longer sequences."
    return int(kept.choice("Patch", sides, wanted, words, f"train__patch-{size}-{key}", help))


def network(before: ModelConfig, core: str, read: ReadingConfig, key: str) -> ModelConfig:
    """Encoder, cell and read-out: only what goes with what was chosen above it.

    Raises:
        ConfigError: they do not go together.
    """
    encoder = _choice("Encoder", encoders_for(core, read), before.encoder, ENCODERS, f"train__encoder-{key}")
    changes = _encoder(before, encoder, key)
    if core != "none":
        cell = _pills("Cell", list(CELLS), before.cell, CELLS, f"train__cell-{key}")
        changes |= {"cell": cell} | _sizes(before, core, key)
    readouts = [name for name in READOUTS if name != "last" or core not in ("sweeps", "none")]
    readout = _choice("Read out", readouts, before.readout, READOUTS, f"train__readout-{key}")
    return replace(before, core=core, encoder=encoder, readout=readout, **changes)


def encoders_for(core: str, read: ReadingConfig) -> list[str]:
    """The encoders that a core and a reading go with, in their order."""
    if core == "none":
        return ["stem"]
    if core == "streams":
        return ["none", "stem"]
    if core == "sweeps" and not read.is_patched:
        return ["none", "stem"]
    if read.is_series:
        return [name for name in ENCODERS if name != "stem"]
    known = [name for name in ENCODERS if name != "stem" or core == "sweeps" or not read.is_patched]
    return [name for name in known if name != "stems" or (core == "stack" and read.is_patched)]


def _encoder(before: ModelConfig, encoder: str, key: str) -> dict[str, Any]:
    """What an encoder has of its own."""
    if encoder in ("linear", "steps"):
        return NO_STEM | {
            "encoded": int(
                kept.number(
                    "Values a step",
                    before.encoded,
                    f"train__encoded-{key}",
                    width=150,
                    help="What the encoder makes of each step before the recurrent network reads it.",
                )
            )
        }
    return _stem(before, key) if encoder in STEMMED else NO_STEM


NO_STEM: dict[str, Any] = {"stem": (), "strides": ()}


def _stem(before: ModelConfig, key: str) -> dict[str, Any]:
    """A stem of a name, or channels and strides as they are written."""
    own = (before.stem, before.strides)
    known = {layers: name for name, layers in STEMS.items()}
    words = {name: stem_words(*layers) for name, layers in STEMS.items()} | {OWN: "channels of your own"}
    default = known.get(own, OWN if before.stem else "middle")
    name = _choice("Stem", list(words), default, words, f"train__stem-{key}")
    if name != OWN:
        channels, strides = STEMS[name]
        return {"stem": channels, "strides": strides}
    first = own if before.stem else STEMS["short"]
    with st.container(horizontal=True):
        texts = [
            kept.text(
                label,
                ", ".join(map(str, values)),
                f"train__{label.lower()}-{key}",
                help="One number a layer of the stem, with commas between.",
            )
            for label, values in zip(("Channels", "Strides"), first, strict=True)
        ]
    return {"stem": whole_numbers("stem", texts[0]), "strides": whole_numbers("strides", texts[1])}


def stem_words(channels: Sequence[int], strides: Sequence[int]) -> str:
    """A stem in words, such as "2 convolutions: 16, 32 channels, a map of 1/4"."""
    smaller = 1
    for stride in strides:
        smaller *= stride
    return f"{len(channels)} convolutions: {', '.join(map(str, channels))} channels, a map of 1/{smaller}"


def whole_numbers(name: str, text: str) -> tuple[int, ...]:
    """Numbers from what was typed.

    Raises:
        ConfigError: something else was typed.
    """
    try:
        return tuple(int(part) for part in text.replace(",", " ").split())
    except ValueError:
        raise ConfigError(f"{name}: expected whole numbers such as 24, 48, got {text[:40]!r}") from None


def _sizes(before: ModelConfig, core: str, key: str) -> dict[str, Any]:
    label = "Pairs" if core == "sweeps" else "Layers"
    with st.container(horizontal=True):
        layers = kept.number(
            label,
            before.layers,
            f"train__layers-{key}",
            help="How many recurrent layers lie over each other, or pairs of sweeps.",
        )
        width = kept.number(
            "Units",
            before.width,
            f"train__width-{key}",
            help="Width of the memory. A rule of thumb takes two to three times the values of a step.",
        )
        dropout = kept.number(
            "Dropout",
            before.dropout,
            f"train__dropout-{key}",
            step=0.05,
            help="Share of the units that is left out at random while training, 0 to 1. Look at the gap "
            "between both losses.",
        )
    both = kept.toggle(
        "Read in both directions",
        before.is_bidirectional,
        f"train__both-{key}",
        help="A second network reads from the end, and the answer uses both. It has no answer to "
        "half an image of its own.",
    )
    found = {"layers": layers, "width": width, "dropout": dropout, "is_bidirectional": both}
    return found | {"mask": _mask(before, core, layers, key)}


def _mask(before: ModelConfig, core: str, layers: int, key: str) -> str:
    """What is left out between layers; of a single one nothing is."""
    if core != "stack" or layers < 2:
        return before.mask if core == "stack" else "each"
    return _choice("Dropout mask", list(MASKS), before.mask, MASKS, f"train__mask-{key}")
