"""The frame round every page: configuration, navigation, sidebar, warm-up, and the guard of deep links."""

import contextvars
import gc
import threading

import streamlit as st

from medrnn.config import ASSETS, ROOT
from medrnn.ui import sidebar

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
_active: contextvars.ContextVar[bool] = contextvars.ContextVar("medrnn_shell", default=False)


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
    import medrnn.models.predict
    import medrnn.plots  # noqa: F401

    gc.collect()
    gc.freeze()  # Streamlit collects all garbage after every rerun: what is imported once need not be walked


@st.cache_resource
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
    sidebar.open_from_address()
    token = _active.set(True)
    try:
        with st.sidebar:
            sidebar.study_and_model()
            st.container(key="choices")
        page.run()
    finally:  # also where a page ends early
        _active.reset(token)
        with st.sidebar:
            sidebar.device()
        _warm()


def guard() -> None:
    """The first line of every page: on a fresh server a deep link runs the page without ``app.py``."""
    if not _active.get():
        main()
        st.stop()
