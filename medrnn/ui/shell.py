"""The frame round every page: configuration, navigation, sidebar, warm-up, and the guard of deep links."""

import contextvars
import gc
import os
import threading
from typing import TYPE_CHECKING

import streamlit as st

from medrnn.config import ASSETS, ROOT
from medrnn.ui import address, janitor, look, sidebar

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

PAGES = {
    "Image": {
        "open": ("Open", "folder_open"),
        "read": ("Read", "view_stream"),
        "memory": ("Memory", "grid_on"),
        "map": ("Map", "layers"),
    },
    "Experiment": {"train": ("Train", "play_circle"), "runs": ("Runs", "monitoring")},
    "Background": {"models": ("Models", "deployed_code"), "about": ("About", "info")},
}
_frame: "contextvars.ContextVar[DeltaGenerator | None]" = contextvars.ContextVar("medrnn_frame", default=None)


def _navigation() -> dict[str, list[st.Page]]:
    return {
        group: [
            st.Page(
                ROOT / "pages" / f"{name}.py", title=title, icon=f":material/{icon}:", default=name == "open"
            )
            for name, (title, icon) in pages.items()
        ]
        for group, pages in PAGES.items()
    }


def _load() -> None:
    from medrnn.imaging import guard

    guard.warm()
    janitor.start()
    import medrnn.models.predict
    import medrnn.plots  # noqa: F401

    gc.collect()
    if os.environ.get("MEDRNN_FREEZE", "1") == "1":  # off only for `bench page`
        gc.freeze()  # Streamlit collects all garbage after every rerun: what is imported once need not be walked


@st.cache_resource(show_spinner=False)
def _warm() -> threading.Thread:
    """Import torch and plotly in the background, once a server, so that the first answer need not wait for it."""
    thread = threading.Thread(target=_load, name="warm torch", daemon=True)
    thread.start()
    return thread


def main() -> None:
    """Draw the frame and the chosen page in it. ``app.py`` calls it, and ``guard`` on a deep link."""
    st.set_page_config(page_title="medrnn", page_icon=str(ASSETS / "icon.png"), layout="wide")
    st.logo(str(ASSETS / "logo.svg"), size="large", icon_image=str(ASSETS / "icon.png"))
    page = st.navigation(_navigation())
    address.arrive(page.url_path or "open")
    look.apply()
    sidebar.open_from_address()
    with st.sidebar:
        sidebar.study_and_model()
        place = st.container(key="choices")
        sidebar.device()
        look.switch()
        look.follow()
    token = _frame.set(place)
    try:
        page.run()
    finally:  # also where a page ends early
        _frame.reset(token)
        _warm()


def choices() -> "DeltaGenerator":
    """The place in the sidebar for one or two choices of the page."""
    return _frame.get()


def guard() -> None:
    """The first line of every page: on a fresh server a deep link runs the page without ``app.py``."""
    if _frame.get() is None:
        main()
        st.stop()
