"""The frame round every page: configuration, navigation, sidebar, warm-up, and the guard of deep links."""

import base64
import contextvars
import gc
import os
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from medrnn.config import ASSETS, ROOT
from medrnn.ui import address, glossary, look, sidebar, tour
from medrnn.ui.serving import door, garbage, janitor, sockets
from medrnn.ui.state import session

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

PAGES = {
    "Image": {
        "open": ("Open", "folder_open"),
        "read": ("Read", "view_stream"),
        "memory": ("Memory", "grid_on"),
        "map": ("Map", "layers"),
    },
    "Experiment": {
        "data": ("Data", "dataset"),
        "train": ("Train", "play_circle"),
        "runs": ("Runs", "monitoring"),
        "compare": ("Compare", "compare"),
    },
    "Background": {
        "learn": ("Learn", "school"),
        "models": ("Models", "deployed_code"),
        "about": ("About", "info"),
    },
}
_sweeper = garbage.Sweeper(garbage.EVERY_S)
_frame: "contextvars.ContextVar[DeltaGenerator | None]" = contextvars.ContextVar("medrnn_frame", default=None)


def _pages() -> dict[str, list[st.Page]]:
    """The pages in their groups, looked for on the disk once a visitor."""
    state = session()
    state.pages = state.pages or {
        group: [_page(name, *look) for name, look in pages.items()] for group, pages in PAGES.items()
    }
    return state.pages


def _page(name: str, title: str, icon: str) -> st.Page:
    path = ROOT / "pages" / f"{name}.py"
    return st.Page(path, title=title, icon=f":material/{icon}:", default=name == "open")


@cache
def _picture(name: str) -> str:
    """A small picture of the app as an address that holds it."""
    kind = {".png": "image/png", ".svg": "image/svg+xml"}[Path(name).suffix]
    return f"data:{kind};base64,{base64.b64encode((ASSETS / name).read_bytes()).decode()}"


def _load() -> None:
    from medrnn.imaging.guard.batch import warm

    warm()
    janitor.start()
    import medrnn.models.predict
    import medrnn.plots  # noqa: F401

    gc.collect()
    if os.environ.get("MEDRNN_FREEZE", "1") == "1":  # off only for `bench page`
        gc.freeze()  # what is imported once need not be walked whenever garbage is collected


@cache
def _warm() -> threading.Thread:
    """Import torch and plotly in the background, once a server, so that the first answer need not wait for it."""
    sockets.send_at_once()
    thread = threading.Thread(target=_load, name="warm torch", daemon=True)
    thread.start()
    return thread


def main() -> None:
    """Draw the frame and the chosen page in it. ``app.py`` calls it, and ``guard`` on a deep link."""
    st.set_page_config(page_title="medrnn", page_icon=_picture("icon.png"), layout="wide")
    st.logo(_picture("logo.svg"), size="large", icon_image=_picture("icon.png"))
    if not door.is_in():
        st.navigation(_pages(), position="hidden")  # keeps which page was asked for
        door.wait()
    page = st.navigation(_pages())
    address.arrive(page.url_path or "open")
    look.apply()
    sidebar.open_from_address()
    with st.sidebar:
        sidebar.study_and_model()
        place = st.container(key="choices")
        sidebar.device()
        look.switch()
        glossary.words(page.url_path or "open")
        look.follow()
    tour.show(page.url_path or "open")
    token = _frame.set(place)
    try:
        page.run()
    finally:  # also where a page ends early
        _frame.reset(token)
        _warm()
        door.settle()
        _sweeper.sweep()


def choices() -> "DeltaGenerator":
    """The place in the sidebar for one or two choices of the page."""
    return _frame.get() or st.sidebar


def guard() -> None:
    """The first line of every page: on a fresh server a deep link runs the page without ``app.py``."""
    if _frame.get() is None:
        main()
        st.stop()
