"""The states of a sweep as maps over the image; a click on a place shows the states there in the player."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from medrnn import plots
from medrnn.explanation.memory.ordering import order_units
from medrnn.models.places import Passage
from medrnn.plots.theme import MEANINGS
from medrnn.ui import cached, parts
from medrnn.ui.lab.figure import show
from medrnn.ui.lab.scene import Scene, name_module
from medrnn.ui.state import session

SIDE = 360  # pixels of the picture below the map


def _go_to(passage: Passage, numbers: Sequence[int]) -> None:
    """The place that was clicked is the line and the step of the page."""
    session().line, session().step = passage.at(numbers[0], numbers[1])


def _choose_unit(numbers: Sequence[int]) -> None:
    session().unit = numbers[0]


def _unit(states: np.ndarray) -> int:
    """The chosen unit, else the one whose state differs most from place to place."""
    state, units = session(), states.shape[2]
    if state.unit is None or not 0 <= state.unit < units:
        state.unit = int(states.reshape(-1, units).var(0).argmax())
    return state.unit


def view(scene: Scene) -> None:
    """One unit over the image, large, and all units, small."""
    part = scene.trace.part(scene.layer, scene.direction)
    ways = {"rows": ("left to right", "right to left"), "columns": ("top to bottom", "bottom to top")}
    way = ways[scene.passage.axis][scene.direction == "backward"]
    st.subheader("Over the image", anchor=False)
    symbol = st.pills(
        "Gate or state",
        list(part),
        default="h",
        required=True,
        key=f"lab__map-{scene.card.config.model.cell}",
        help="; ".join(f"{name}: {MEANINGS[name]}" for name in part),
    )
    values, states = scene.over_map(symbol), scene.over_map("h")
    unit, dark = _unit(states), parts.is_dark()
    order = order_units({"h": states.reshape(-1, states.shape[2])}, session().ordering)
    where = f"{name_module(scene.passage)}, {way}"
    left, right = st.columns([2, 3], gap="medium")
    row, column = scene.place
    with left:
        st.markdown(f"**{symbol} of unit {unit}, {where}**")
        picture = cached.picture(scene.study, scene.reading, SIDE)
        figure = plots.state_map(picture, values[..., unit], symbol, place=(row, column), dark=dark)
        show(
            scene,
            figure,
            "map",
            f"{symbol} of unit {unit} of the {where} at every place of the map",
            on_point=lambda numbers: _go_to(scene.passage, numbers),
        )
    with right:
        st.markdown(f"**{symbol} of every unit**")
        figure = plots.unit_atlas(values, symbol, order, chosen=unit, dark=dark)
        show(
            scene,
            figure,
            "atlas",
            f"{symbol} of all {values.shape[2]} units of the {where}",
            on_point=_choose_unit,
        )
    _attention(scene)
    st.caption(
        f"Click a place on the image to see the states there in the player above (now row {row + 1}, column "
        f"{column + 1} of {values.shape[0]} x {values.shape[1]}: {symbol} = {values[row, column, unit]:+.2f}); click a "
        "small map to choose its unit."
    )


def _attention(scene: Scene) -> None:
    """What the read-out takes from each place, where it weighs them."""
    weights = scene.attention
    if weights is None:
        return
    st.markdown("**What the read-out takes from each place**")
    picture = cached.picture(scene.study, scene.reading, SIDE)
    figure = plots.state_map(picture, weights, "a", place=scene.place, dark=parts.is_dark())
    show(
        scene,
        figure,
        "attention",
        "Weight of each place of the map in the read-out",
        on_point=lambda numbers: _go_to(scene.passage, numbers),
    )
    st.caption(
        "Attention: the weights with which the states are added up, 1 in all. They are a part of the mechanism, and no "
        "evidence of what mattered (Jain and Wallace 2019)."
    )
