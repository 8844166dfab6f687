"""The choice of a closer look below the player; nothing is computed before it is chosen."""

import pkgutil

import streamlit as st

from medrnn.ui import address
from medrnn.ui.lab import figure
from medrnn.ui.lab.scene import Scene
from medrnn.ui.state import session

VIEWS = {  # name of the module: what the button says, in the order of display
    "answer": "Answer over time",
    "gates": "All gates",
    "tracks": "Tracks",
    "retention": "Saturation",
    "horizon": "Horizon",
    "trajectory": "Trajectory",
    "units": "Units",
    "match": "Match",
    "whatif": "What if",
    "order": "Scan order",
    "weights": "Weights",
}


FIGURES = {"retention", "trajectory", "units", "whatif", "order", "weights"}  # drawn by Plotly: PNG or SVG


def _keep() -> None:
    session().closer = st.session_state["lab__view"] or ""


def closer(scene: Scene) -> None:
    """One of the views; the step and the part chosen above hold for all of them."""
    session().closer = address.take("view", VIEWS) or session().closer
    st.session_state["lab__view"] = session().closer or None
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        chosen = st.pills(
            "Look closer", list(VIEWS), key="lab__view", on_change=_keep, format_func=VIEWS.get, wrap=True
        )
        if chosen in FIGURES:
            figure.choose_format()
    if chosen:
        pkgutil.resolve_name(f"medrnn.ui.lab.{chosen}:view")(scene)
