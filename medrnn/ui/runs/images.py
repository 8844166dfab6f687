"""Which images a network learns from: how much each class counts, and how images are changed at random."""

from dataclasses import fields, replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from medrnn.config import AUGMENTS, CLASS_WEIGHTS, MIRRORS, SAMPLERS, Strength, TrainConfig
from medrnn.config.augmentation import LIMITS
from medrnn.config.what import named
from medrnn.datasets.as_study import as_address
from medrnn.ui.runs import kept

if TYPE_CHECKING:
    import numpy as np

SIDEWAYS = (
    "Mirroring left and right makes the heart lie on the other side and turns letters of a film round. Leave it out "
    "where the side can matter."
)
CHANGES = {  # of a strength set by hand: its title and what to look for
    "shift": ("Shift", "Of the image's side, in any direction."),
    "degrees": ("Rotation", "Degrees, to either side."),
    "scale": ("Scale", "How much larger or smaller."),
    "crop": ("Random crop", "Share of the side that may be cut off; what is left fills the image."),
    "gain": ("Contrast", "Gain of grey values."),
    "offset": ("Brightness", "Added to grey values of 0 to 1."),
    "blur": ("Blur", "Standard deviation in pixels."),
    "coarse": ("Coarser pixels", "The image is made so many times smaller and brought back."),
    "stain": ("Stain", "Gain of each colour by itself; of grey images nothing."),
    "erase": ("Erasing", "Share of the area under a square of the image's mean."),
}
PREVIEWS = 3  # changed copies of each image


def images(config: TrainConfig, shown: "np.ndarray", key: str) -> TrainConfig:
    """The settings behind a heading that opens, with a preview.

    Args:
        config: what they begin with.
        shown: (image, row, column) or (image, row, column, 3) uint8, a few training images.
        key: of the fields.
    """
    with st.expander("What it learns from", key=f"train__images-{key}", on_change="rerun") as box:
        config = _classes(config, key)
        config = _changes(config, key)
        if box.open and config.augment != "none":
            _preview(config, shown)
        return config


def _classes(config: TrainConfig, key: str) -> TrainConfig:
    say = partial(named, reading=config.reading)
    weights = kept.choice(
        "Weights of classes",
        list(CLASS_WEIGHTS),
        config.class_weights,
        {name: say(words) for name, words in CLASS_WEIGHTS.items()},
        f"train__weights-{key}",
        "Where one class is rare, a network that never names it is right mostly: look at the balanced accuracy.",
    )
    sampler = kept.choice(
        "Drawing",
        list(SAMPLERS),
        config.sampler,
        {name: say(words) for name, words in SAMPLERS.items()},
        f"train__sampler-{key}",
        say(
            "The other way to make up for rare classes: their images come more often. Both at once would count them "
            "twice."
        ),
    )
    limit = kept.number(
        say("Training images"),
        config.limit,
        f"train__limit-{key}",
        width=150,
        step=500,
        help="The first so many; 0 takes all.",
    )
    return replace(config, class_weights=weights, sampler=sampler, limit=limit)


def _changes(config: TrainConfig, key: str) -> TrainConfig:
    say = partial(named, reading=config.reading)
    augment = kept.choice(
        say("Change training images at random"),
        list(AUGMENTS),
        config.augment,
        AUGMENTS,
        f"train__augment-{key}",
        say(
            "Shifts, turns and grey values that change at every epoch, so that no image can be learnt by heart."
        ),
    )
    config = replace(config, augment=augment)
    return replace(config, strength=_by_hand(config, key)) if augment == "own" else config


def _by_hand(config: TrainConfig, key: str) -> Strength:
    begun, found, say = config.strength, {}, partial(named, reading=config.reading)
    columns = st.columns(2, gap="medium")
    for number, (name, (title, about)) in enumerate(CHANGES.items()):
        with columns[number % 2]:
            least = 1.0 if name == "coarse" else 0.0
            value, most = getattr(begun, name), LIMITS[name]
            found[name] = kept.slider(
                title, most, value, f"train__{name}-{key}", least=least, help=say(about)
            )
    mirror = kept.choice(
        "Mirror",
        list(MIRRORS),
        begun.mirror,
        MIRRORS,
        f"train__mirror-{key}",
        say(f"Each in half of the images. {SIDEWAYS}"),
    )
    assert {*found, "mirror"} == {one.name for one in fields(Strength)}
    return Strength(mirror=mirror, **found)


def _preview(config: TrainConfig, shown: "np.ndarray") -> None:
    """Each image as it is, then as it may come to the network."""
    import torch

    from medrnn.evaluation.evaluate import to_grids
    from medrnn.training.augment import draw, strength_of, vary

    strength, what = strength_of(config), named("images", config.reading)
    if strength is None or not len(shown):
        return
    if strength.mirror in ("across", "both"):
        st.warning(SIDEWAYS, icon=":material/flip:")
    generator, grids = torch.Generator().manual_seed(config.seed), to_grids(shown, config.reading)
    rows = [grids] + [
        vary(grids, config.reading, draw(len(grids), generator, strength), strength) for _ in range(PREVIEWS)
    ]
    cells = "".join(
        f'<img src="{as_address((255 * one).round().byte().numpy())}" alt="" '
        'style="width:100%;image-rendering:pixelated;border-radius:4px">'
        for row in rows
        for one in row
    )
    st.caption("Above as they are, below as they may come: other numbers are drawn at each epoch.")
    st.html(
        f'<div role="img" aria-label="{len(grids)} training {what}, and {PREVIEWS} changed copies of each" '
        f'style="display:grid;grid-template-columns:repeat({len(grids)},1fr);gap:6px">{cells}</div>'
    )
