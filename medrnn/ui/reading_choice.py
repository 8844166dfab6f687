"""The choice of a reading, and the picture of what a model gets to see."""

from dataclasses import replace

import numpy as np
import streamlit as st

from medrnn.config import DIRECTIONS, ReadingConfig
from medrnn.models.catalog import Card
from medrnn.sequences import check_crop
from medrnn.types import Reading
from medrnn.ui import address, parts
from medrnn.ui.state import session

ENLARGED = 8
ARROWS = {
    "rows": {"forward": "↓ down", "reverse": "↑ up"},
    "columns": {"forward": "→ right", "reverse": "← left"},
    "raster": {"forward": "↘ from the top left", "reverse": "↖ from the bottom right"},
    "snake": {"forward": "↘ from the top", "reverse": "↖ from the bottom"},
}


def chosen(card: Card) -> ReadingConfig:
    """The model's own reading unless another was chosen; an address may bring one."""
    state, own = session(), card.config.reading
    asked = {"order": address.take("order", own.orders), "direction": address.take("direction", DIRECTIONS)}
    if found := {name: value for name, value in asked.items() if value}:
        state.reading = replace(own, **found)
    if state.reading and (state.reading.size, state.reading.patch) != (own.size, own.patch):
        state.reading = None  # of another model
    return state.reading or own


def _keep(own: ReadingConfig) -> None:
    order, direction = st.session_state["read__order"], st.session_state["read__direction"]
    session().reading = replace(own, order=order or own.order, direction=direction or own.direction)
    session().compared = []


def controls(card: Card, config: ReadingConfig) -> None:
    """Order and direction, as far as the model's size allows them."""
    keep = {"on_change": _keep, "args": [card.config.reading], "wrap": True}
    st.session_state["read__order"], st.session_state["read__direction"] = config.order, config.direction
    with st.container(horizontal=True):
        st.pills("Order", config.orders, key="read__order", format_func=str.capitalize, **keep)
        st.pills(
            "Direction", list(DIRECTIONS), key="read__direction", format_func=ARROWS[config.order].get, **keep
        )


def _use_square() -> None:
    session().crops.pop(session().current, None)


def _crop_by_numbers(reading: Reading) -> None:
    """The crop box without a pointer."""
    study = session().study
    names, ends = ("x", "y", "width", "height"), (study.columns, study.rows) * 2
    with st.expander("Crop box by numbers"), st.form(f"read__crop-{reading.key}", border=False):
        with st.container(horizontal=True):
            box = tuple(
                st.number_input(name.capitalize(), 0, end, int(value), width=104)
                for name, value, end in zip(names, reading.crop, ends, strict=True)
            )
        if st.form_submit_button("Use this box"):
            with parts.guarded():
                session().crops[study.key] = check_crop(study, box)
                st.rerun()


def what_the_model_sees(reading: Reading) -> None:
    """The model's input at its true size and enlarged, and the crop box it was cut from."""
    rows, columns = reading.config.size
    x, y, width, height = reading.crop
    pixels = np.rint(255 * reading.grid).astype(np.uint8)
    large = pixels.repeat(ENLARGED, 0).repeat(ENLARGED, 1)
    st.markdown(f"**What the model gets: {rows} x {columns} values from 0 to 1**")
    wide, narrow = st.columns([4, 1], vertical_alignment="bottom")
    wide.image(large, output_format="PNG", caption="enlarged")
    narrow.image(pixels, width=columns, output_format="PNG")
    narrow.caption("true size")
    st.caption(f"Cut from x {x}, y {y}, {width} x {height} pixels. Draw another box, or set it by numbers.")
    _crop_by_numbers(reading)
    if session().crop:
        st.button("Use the centred square", on_click=_use_square, icon=":material/crop_square:")
