"""What comes next: every page ends with one way on."""

import streamlit as st

from medrnn.ui import address
from medrnn.ui.state import session

NEXT = {  # page: what the button says, where it leads
    "open": ("Watch it read", "memory", "grid_on"),
    "read": ("Watch it read", "memory", "grid_on"),
    "memory": ("See which pixels moved the answer", "map", "layers"),
    "map": ("Compare models on it", "compare", "compare"),
    "data": ("See what was trained", "runs", "monitoring"),
    "train": ("Compare all runs", "runs", "monitoring"),
    "runs": ("Look at the models", "models", "deployed_code"),
    "compare": ("Train a model of your own", "train", "play_circle"),
    "learn": ("Watch a network read an image", "memory", "grid_on"),
    "models": ("Open an image", "open", "folder_open"),
    "about": ("Open an image", "open", "folder_open"),
}
FIRST = {"open", "read"}  # pages whose next step is the first thing to do there


def step(page: str) -> None:
    """The button that leads on from a page; with an image in view those to an empty gallery lead to the image."""
    words, to, icon = NEXT[page]
    if to == "open" and session().study is not None:
        words, to, icon = "Watch this model read", "memory", "grid_on"
    if st.button(
        words,
        key=f"onward__{page}",
        type="primary" if page in FIRST else "secondary",
        icon=f":material/{icon}:",
    ):
        address.go(to)
