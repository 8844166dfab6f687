"""Every gate and state of all layers and directions as small multiples over one step axis."""

import streamlit as st

from medrnn.plots.scales import Scale, find_scale
from medrnn.ui.components.tracks.rows import Heat
from medrnn.ui.foreign import shown
from medrnn.ui.lab import selected
from medrnn.ui.lab.scene import Scene
from medrnn.ui.lab.unit_order import order

HEIGHT = 96


def _scale(scene: Scene) -> Scale | None:
    """Of all cell states together, so that layers can be compared; None where there is none."""
    parts = [scene.trace.part(*part) for part in scene.parts]
    cells = [part["C"] for part in parts if "C" in part]
    return find_scale(*cells) if cells else None


def view(scene: Scene) -> None:
    """One heat map for each gate and state of each layer and direction."""
    rows, scale = [], _scale(scene)
    for layer, way in scene.parts:
        place, words = order(scene, layer, way), scene.words(layer, way)
        rows += [
            Heat(
                values[:, place], symbol, part=words, labels=place, scale=scale, is_backward=way == "backward"
            )
            for symbol, values in scene.trace.part(layer, way).items()
        ]
    symbols = len(rows) // len(scene.parts)
    st.markdown(f"**Every gate and state of {shown(scene.card.title)}, with the step of the player**")
    selected.show(
        scene,
        rows,
        name="gates",
        title=f"Gates and states of {scene.card.title} reading {scene.study.name}.",
        columns=3 if symbols == 6 else min(4, len(rows)),
        enlarged=None,
        height=HEIGHT,
    )
