"""The choice of a reading, and the picture of what a model gets to see."""

from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from medrnn.config import DIRECTIONS, ReadingConfig
from medrnn.config.what import named
from medrnn.models.cards import Card
from medrnn.sequences import check_crop
from medrnn.types import Reading, Study
from medrnn.ui import address, cached, parts, sidebar
from medrnn.ui.foreign import shown
from medrnn.ui.slices import say_frames
from medrnn.ui.state import session

ENLARGED, MOST_ENLARGED = 8, 512  # times, and pixels of the longer side
ARROWS = {
    "rows": {"forward": "↓ down", "reverse": "↑ up"},
    "columns": {"forward": "→ right", "reverse": "← left"},
    "raster": {"forward": "↘ from the top left", "reverse": "↖ from the bottom right"},
    "snake": {"forward": "↘ from the top", "reverse": "↖ from the bottom"},
    "slices": {"forward": "→ from the first slice", "reverse": "← from the last slice"},
}


def chosen(card: Card) -> ReadingConfig:
    """The model's own reading unless another was chosen; an address may bring one."""
    state, own = session(), card.config.reading
    order, direction = address.take("order", own.orders), address.take("direction", DIRECTIONS)
    if order or direction:
        state.reading = replace(own, order=order or own.order, direction=direction or own.direction)
    if state.reading and (_frame(state.reading) != _frame(own) or card.config.model.core != "stack"):
        state.reading = None  # of another model, or one that puts the image together again before it reads
    return state.reading or own


def _frame(config: ReadingConfig) -> tuple[object, ...]:
    """What of a reading does not change with its order."""
    return config.size, config.patch, config.channels


def who_reads(card: Card, reading: ReadingConfig) -> Card | None:
    """The model of the same data that reads so and is most like another: itself, else by cell, directions, layers."""
    known = [
        other
        for other in cached.cards().values()
        if other.config.reading == reading and other.data["name"] == card.data["name"]
    ]
    if card.config.reading == reading:
        return card

    def likeness(other: Card) -> tuple[bool, ...]:
        mine, its = card.config.model, other.config.model
        return tuple(
            getattr(mine, name) == getattr(its, name) for name in ("cell", "is_bidirectional", "layers")
        )

    return max(known, key=likeness, default=None)


def _choose(card: Card, before: ReadingConfig) -> None:
    """Another order or direction takes the model that reads so; where there is none, only this page shows it."""
    state = session()
    wanted = replace(
        before, order=st.session_state["read__order"], direction=st.session_state["read__direction"]
    )
    if wanted == before:
        return
    if other := who_reads(card, wanted):
        sidebar.use_model(other.id)
        state.taken = other.id if other.id != card.id else ""
    else:
        state.reading, state.taken = wanted, ""
    state.compared = []


def controls(card: Card, config: ReadingConfig) -> None:
    """Order and direction, as far as the model's size allows them; nothing where they change nothing."""
    if card.config.model.core != "stack":
        return
    pills = partial(st.pills, on_change=_choose, args=[card, config], required=True, wrap=True)
    st.session_state["read__order"], st.session_state["read__direction"] = config.order, config.direction
    with st.container(horizontal=True):
        said = named(
            "Which part of the image is one step. Another one needs a model that was trained on it.", config
        )
        pills("Order", config.orders, key="read__order", format_func=str.capitalize, help=said)
        arrows, said = (
            ARROWS[config.order],
            "From which end it is read. What is read last is remembered best.",
        )
        pills("Direction", list(DIRECTIONS), key="read__direction", format_func=arrows.__getitem__, help=said)
    _who(card, config)


def _who(card: Card, config: ReadingConfig) -> None:
    """Which model Memory and Map go on with, where that is not plain from what was pressed."""
    own = card.config.reading
    if config == own:
        if session().taken == card.id:
            st.caption(
                f":material/deployed_code: {shown(card.id)} reads so: it is the model now, on every page."
            )
        return
    st.info(f"Memory and Map still use {shown(card.id)}, which reads {shown(own.title)}.")
    other = who_reads(card, config)
    name, words = (other.id, f"Use {shown(other.id)}") if other else (card.id, f"Back to {shown(own.title)}")
    st.button(
        words,
        on_click=sidebar.use_model,
        args=[name],
        icon=":material/swap_horiz:",
        help="Takes the model that was trained on this reading.",
    )


def _use_square() -> None:
    session().crops.pop(session().current, None)


def _crop_by_numbers(study: Study, reading: Reading) -> None:
    """The crop box without a pointer."""
    each = "every slice" if reading.config.is_series else "the image"
    names, ends = ("x", "y", "width", "height"), (study.columns, study.rows) * 2
    with st.expander("Crop box by numbers"), st.form(f"read__crop-{reading.key}", border=False):
        with st.container(horizontal=True):
            x, y, width, height = (
                st.number_input(
                    name.capitalize(),
                    0,
                    end,
                    int(value),
                    width=104,
                    help=f"In pixels of {each}, counted from its top left corner. The model sees nothing "
                    "outside the box.",
                )
                for name, value, end in zip(names, reading.crop, ends, strict=True)
            )
        if st.form_submit_button(
            "Use this box",
            help=f"The model reads this part of {each} instead of the middle. Look how far its answer moves.",
        ):
            with parts.guarded():
                session().crops[study.key] = check_crop(study, (x, y, width, height))
                st.rerun()


def what_the_model_sees(study: Study, reading: Reading) -> None:
    """The model's input at its true size and enlarged, and the crop box it was cut from."""
    rows, columns = reading.config.size
    x, y, width, height = reading.crop
    pixels = np.rint(255 * reading.grid).astype(np.uint8)
    times = max(1, min(ENLARGED, MOST_ENLARGED // max(rows, columns)))
    large = pixels.repeat(times, 0).repeat(times, 1)
    each = ", red, green and blue" if reading.config.is_colour else ""
    tall, broad = reading.config.shown_size
    slices = f"{reading.config.count} of " if reading.config.is_series else ""
    st.markdown(f"**What the model gets: {slices}{tall} x {broad} values from 0 to 1{each}**")
    wide, narrow = st.columns([4, 1], vertical_alignment="bottom")
    wide.image(large, output_format="PNG", caption="enlarged")
    narrow.image(pixels, width=columns, output_format="PNG")
    narrow.caption("true size")
    if reading.config.is_colour and not reading.source.is_colour:
        st.info(
            named(
                "The image is grey, the model reads colour: red, green and blue are equal here.",
                reading.config,
            )
        )
    where = f" of {say_frames(reading, study)}" if reading.config.is_series else ""
    st.caption(
        f"Cut from x {x}, y {y}, {width} x {height} pixels{where}. Draw another box, or set it by numbers."
    )
    _crop_by_numbers(study, reading)
    if session().crop:
        st.button(
            "Use the middle" if reading.config.is_series else "Use the centred square",
            on_click=_use_square,
            icon=":material/crop_square:",
            help=named("Back to the part that every image of the training data was cut to.", reading.config),
        )
