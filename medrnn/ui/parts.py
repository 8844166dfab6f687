"""What pages are put together from."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from medrnn.config import DISCLAIMER, ReadingConfig
from medrnn.errors import DeviceError, MedrnnError
from medrnn.imaging.presets import list_windows
from medrnn.models.catalog import Card
from medrnn.types import Attribution, Prediction, Reading, Study
from medrnn.ui import cached, masks, nothing_open
from medrnn.ui.components.viewer import viewer
from medrnn.ui.foreign import plain, say_error, shown
from medrnn.ui.state import session

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

PLOTLY = {
    "displaylogo": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d"],
    "toImageButtonOptions": {"filename": "medrnn"},
}


def page_header(title: str, sentence: str) -> "DeltaGenerator":
    """Title, one sentence and the research-only line; returns the place for the answer, right of the title."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(title, width="content", anchor=False)
        place = st.container(width="content")
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.caption(sentence, width="content")
        st.caption(f":material/info: {DISCLAIMER}", width="content")
    return place


def show_answer(place: "DeltaGenerator", prediction: Prediction) -> None:
    """The answer as a badge in the header."""
    name, p = prediction.classes[prediction.answer], prediction.probabilities.max()
    place.badge(f"{shown(name, 60)} {100 * p:.1f} %", icon=":material/analytics:", color="blue")


@contextmanager
def guarded() -> Iterator[None]:
    """Show what medrnn raises as one sentence, with the cure at hand where there is one; the rest goes on."""
    try:
        yield
    except DeviceError as error:
        say_error(error)
        st.button("Run on the CPU", on_click=_use_cpu, type="primary")
        st.stop()
    except MedrnnError as error:
        say_error(error)
        st.stop()


def _use_cpu() -> None:
    session().device = "cpu"


def require_study() -> Study:
    """The study in view; where there is none, what to do about it, and the page ends."""
    study = session().study
    if study is None:
        nothing_open.say()
        st.stop()
    return study


def require_card() -> Card:
    """The chosen model's card; where there is no model at all, a sentence, and the page ends."""
    cards = cached.cards()
    if not cards:
        st.info("No model yet. Train one on the page Train.")
        st.stop()
    if session().model not in cards:
        session().model = next(iter(cards))
    return cards[session().model]


def require_reading(study: Study, config: ReadingConfig) -> Reading:
    """The study under a reading, or the sentence that says why not, with the cure at hand."""
    state = session()
    if study.is_colour:
        _colour_switch(study)
    with guarded():
        return cached.reading(study, config, state.frame, state.crop, study.key in state.from_colour)


def _colour_switch(study: Study) -> None:
    state = session()
    wanted = st.toggle("Convert to grey", value=study.key in state.from_colour, key=f"grey-{study.key}")
    (state.from_colour.add if wanted else state.from_colour.discard)(study.key)


def novelty_line(prediction: Prediction) -> None:
    """Say it where the image is unlike what the model was trained on."""
    novelty = prediction.novelty
    if novelty and novelty.is_unlike:
        st.warning(
            f"This image is unlike the training data of {shown(prediction.model)}, so its answer means little: score "
            f"{novelty.score:.2f}, where 99 % of its validation images stay below {novelty.threshold:.2f}.",
            icon=":material/warning:",
        )


def is_dark() -> bool:
    """True where the visitor's theme is dark."""
    return st.context.theme.type == "dark"


def _map_overlay(attribution: Attribution, reading: Reading) -> viewer.Overlay:
    return viewer.Overlay(
        values=attribution.values,
        box=reading.crop,
        limit=float(np.abs(attribution.values).max()) or 1.0,
        signed=attribution.is_signed,
        label=f"{attribution.method.replace('-', ' ')}, {plain(attribution.target, 60)}",
    )


@st.fragment
def study_viewer(
    study: Study, *, key: str, reading: Reading | None = None, attribution: Attribution | None = None
) -> None:
    """The canvas viewer; the chosen frame, region and crop box are kept. With a reading, its path lies over the image.

    A fragment: more frames on their way to the browser run nothing else of the page.
    """
    state = session()
    shown = study.colour if study.colour is not None else study.values
    if attribution and reading:
        overlay = _map_overlay(attribution, reading)
    else:
        overlay = masks.overlay(study, min(state.frame, study.frames - 1))
    chosen = viewer.view(
        shown,
        key=f"{key}-viewer",
        digest=study.key,
        window=study.window,
        presets=list_windows(study, min(state.frame, study.frames - 1)),
        frame=state.frame,
        unit=study.unit or "",
        inverted=study.inverted,
        spacing_mm=study.spacing_mm,
        crop=reading.crop if reading else None,
        boxes=reading.boxes if reading and not attribution else None,
        overlay=overlay,
        planes=study.overlay_bits,
        title=study.sized_name,
    )
    if chosen.frame is not None and chosen.frame != state.frame and 0 <= chosen.frame < study.frames:
        state.frames[study.key] = chosen.frame
        st.rerun()
    if chosen.region and chosen.region != state.dragged.get(study.key):
        state.dragged[study.key] = chosen.region
        st.rerun()
    if chosen.crop:
        box = tuple(int(chosen.crop[name]) for name in ("x", "y", "width", "height"))
        if box != state.crop:
            state.crops[study.key] = box
            st.rerun()
