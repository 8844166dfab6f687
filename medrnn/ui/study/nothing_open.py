"""A page without an image: what is missing, what was lost with an earlier session, and how to go on."""

from contextlib import nullcontext
from typing import TYPE_CHECKING

import streamlit as st

from medrnn.ui import address, sidebar
from medrnn.ui.state import MAX_STUDIES, session
from medrnn.ui.study import opening

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

NOTHING_HERE = "No image yet. Choose a sample, or bring an image of your own."
NOTHING = "No image yet. Open the sample chest X-ray, or bring your own on the page Open."
FIRST_SAMPLE = "chest-child-pneumonia-1"


def _lost(count: int) -> str:
    were = "1 image of your own was" if count == 1 else f"{min(count, MAX_STUDIES)} images of your own were"
    return f"{were} open here and ended with the session, as a reload ends it; nothing of them is kept."


def say(place: "DeltaGenerator | None" = None) -> None:
    """What there is to see or was lost, and the way on: one press, or one drop.

    Args:
        place: for the button, on a page that shows a drop zone anyway.
    """
    lost = session().lost
    words = (
        f"{_lost(lost)} Drop them again, or open the sample chest X-ray."
        if lost
        else NOTHING_HERE
        if place
        else NOTHING
    )
    st.info(words, icon=":material/history:" if lost else None)
    with place or nullcontext():
        st.button(
            "Open the sample chest X-ray",
            on_click=sidebar.open_sample,
            args=[FIRST_SAMPLE],
            type="primary",
            help="A real film that ships with the app, to try everything on.",
        )
    if lost and not place:
        opening.drop_zone()
        opening.show_errors()
    address.share()


def say_lost() -> None:
    """Beside an image that came back: those of one's own that did not."""
    if session().lost:
        st.info(f"{_lost(session().lost)} Drop them again under “Your own”.", icon=":material/history:")
