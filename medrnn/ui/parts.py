"""What pages are put together from."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st

from medrnn.config import DISCLAIMER, ReadingConfig
from medrnn.config.reading import SCALES
from medrnn.errors import DeviceError, MedrnnError
from medrnn.imaging.presets import list_windows
from medrnn.imaging.reslice import edges_of
from medrnn.models.cards import Card
from medrnn.models.inference import Inference
from medrnn.types import Attribution, Reading, Study
from medrnn.ui import address, cached, look
from medrnn.ui.components.viewer import viewer
from medrnn.ui.foreign import plain, say_error
from medrnn.ui.look import is_dark as is_dark
from medrnn.ui.state import session
from medrnn.ui.study import masks, nothing_open

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

SENTENCES = 520  # pixels of what stands beside an answer's scale; in a narrow window the scale goes below
PLOTLY = {
    "displaylogo": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d"],
    "toImageButtonOptions": {"filename": "medrnn"},
}


class Header(NamedTuple):
    """The places of an answer: right of the title, directly under it, and beside the page's sentence on either side."""

    badge: "DeltaGenerator"
    below: "DeltaGenerator"
    left: "DeltaGenerator"
    right: "DeltaGenerator"


def page_header(title: str, sentence: str) -> Header:
    """Title, one sentence and the research-only line; returns the places for the answer."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(title, width="content", anchor=False)
        badge = st.container(
            horizontal=True,
            horizontal_alignment="right",
            vertical_alignment="center",
            gap="small",
            width="content",
        )
    below = st.container(gap="small")
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        left, right = (st.container(gap=None, width=width) for width in (SENTENCES, "content"))
    if not look.is_large():
        left.caption(sentence)
    right.caption(f":material/info: {DISCLAIMER}", width="content")
    return Header(badge, below, left, right)


@contextmanager
def guarded() -> Iterator[None]:
    """Show what medrnn raises as one sentence, with the cure at hand where there is one; the rest goes on."""
    try:
        yield
    except DeviceError as error:
        say_error(error)
        st.button(
            "Run on the CPU",
            on_click=_use_cpu,
            type="primary",
            help="Goes on without the GPU, slower and with the same results.",
        )
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


def require_reading(study: Study, config: ReadingConfig, picture: "DeltaGenerator | None" = None) -> Reading:
    """The study under a reading, or the sentence that says why not, with the cure at hand.

    Args:
        study: in view.
        config: how it is to be read.
        picture: where the image is shown as long as it cannot be read, here by default.
    """
    state = session()
    if study.is_colour and not config.is_colour:
        with guarded():
            read = cached.reading(study, config, state.frame, state.crop, from_colour=True)
        if read.source.is_colour:  # grey stored as three channels is grey
            _require_grey(study, picture)
    with guarded():
        return cached.reading(study, config, state.frame, state.crop, study.key in state.from_colour)


def _keep_grey(study_key: str, key: str) -> None:
    keep = session().from_colour
    (keep.add if st.session_state[key] else keep.discard)(study_key)


def _require_grey(study: Study, picture: "DeltaGenerator | None") -> None:
    """The switch that lets a model of grey values read a colour image; the image and what to do where it is off."""
    state, key = session(), f"grey-{study.key}"
    st.session_state[key] = study.key in state.from_colour
    st.toggle(
        "Convert to grey",
        key=key,
        on_change=_keep_grey,
        args=[study.key, key],
        help="Turns the colours into greys (BT.601) before the model reads them. Look at the "
        "verdict: an image in colour stays another kind of image.",
    )
    if study.key in state.from_colour:
        return
    st.warning(
        "This image is in colour, and the model reads grey values. Convert it to grey to let it read; that makes it no "
        "image of the kind that the model was trained on.",
        icon=":material/warning:",
    )
    with picture or nullcontext():
        study_viewer(study, key="colour")
    address.share()
    st.stop()


def _map_overlay(attribution: Attribution, reading: Reading) -> viewer.Overlay:
    return viewer.Overlay(
        values=attribution.values,
        box=reading.crop,
        limit=float(np.abs(attribution.values).max()) or 1.0,
        signed=attribution.is_signed,
        label=f"{attribution.method.replace('-', ' ')}, {plain(attribution.target, 60)}",
    )


def _reach(study: Study, reading: Reading | None) -> str:
    """What the window of the viewer changes, and what it does not; without a reading of the model that is chosen."""
    if study.is_colour:
        return ""
    window, card = study.window, cached.cards().get(session().model)
    config = reading.config if reading else card.config.reading if card else None
    if config and config.scale == "median":
        scale = f"reads the series {SCALES['median']}"
        return f"For the eye only: window, inversion and zoom do not reach the model, which {scale}."
    own = "the file's own" if window.source == "file" else "a window computed from the values"
    return (
        f"For the eye only: window, inversion and zoom do not reach the model, which reads the image in {own} "
        f"(C {window.center:.5g}, W {window.width:.5g})."
    )


@st.fragment
def study_viewer(
    study: Study,
    *,
    key: str,
    reading: Reading | None = None,
    attribution: Attribution | None = None,
    inference: Inference | None = None,
    way: viewer.Sweep | np.ndarray | None = None,
) -> None:
    """The canvas viewer; the chosen frame, region and crop box are kept. With a reading, its crop box lies over it.

    With an inference, a saved picture says whether the answer counts, and carries how it was made.

    A fragment: more frames on their way to the browser run nothing else of the page.

    Args:
        study: what is shown.
        key: of the page; the widget's key begins with it.
        reading: whose crop box is drawn.
        attribution: a map of that reading, drawn over its crop instead of the study's mask.
        inference: of the answer, for the saved picture.
        way: how the reading goes over the image: a sweep, or boxes (step, 4) in image pixels.
    """
    state = session()
    shown = study.colour if study.colour is not None else study.values
    frame = min(state.frame, study.frames - 1)
    overlay = _map_overlay(attribution, reading) if attribution and reading else masks.overlay(study, frame)
    chosen = viewer.view(
        shown,
        key=f"{key}-viewer",
        digest=study.key,
        window=study.window,
        presets=list_windows(study, frame),
        frame=state.frame,
        unit=study.unit or "",
        inverted=study.inverted,
        spacing_mm=study.spacing_mm,
        pixel_height=study.pixel_height,
        crop=reading.crop if reading else None,
        boxes=way if isinstance(way, np.ndarray) else None,
        sweep=way if isinstance(way, viewer.Sweep) else None,
        overlay=overlay,
        planes=study.overlay_bits,
        edges=edges_of(study),
        reach=_reach(study, reading),
        title=study.sized_name,
        inference=inference,
    )
    if chosen.frame is not None and chosen.frame != state.frame and 0 <= chosen.frame < study.frames:
        state.frames[study.key] = chosen.frame
        st.rerun()
    if chosen.region and chosen.region != state.dragged.get(study.key):
        state.dragged[study.key] = chosen.region
        st.rerun()
    if chosen.crop:
        x, y, width, height = (int(chosen.crop[name]) for name in ("x", "y", "width", "height"))
        box = (x, y, width, height)
        if box != state.crop:
            state.crops[study.key] = box
            st.rerun()
