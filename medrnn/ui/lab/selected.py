"""Tracks in the laboratory: they share the player's step, and the steps that are dragged over hold for Match."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from medrnn.ui.components.tracks import tracks
from medrnn.ui.components.tracks.rows import Heat, Row
from medrnn.ui.components.tracks.table import rows_table
from medrnn.ui.lab.scene import Scene
from medrnn.ui.state import session


def show(scene: Scene, rows: Sequence[Row], *, name: str, title: str, **look: Any) -> None:
    """Show rows of this reading; the step, span and units that come back are the session's.

    Args:
        scene: of the page.
        rows: see ``tracks.show``.
        name: of the picture and the widget.
        title: stands over the saved picture.
        look: more of ``tracks.show``.
    """
    state, inference = session(), scene.inference

    def keep(chosen: tracks.Chosen) -> None:
        state.span, state.units = chosen.span, chosen.units
        row = None if chosen.row is None else rows[chosen.row]
        if chosen.units and isinstance(row, Heat):
            state.units_of = row.part

    chosen = tracks.show(
        rows,
        steps=scene.steps,
        key=f"lab-{name}",
        title=title,
        link=scene.link,
        line=scene.line,
        places=scene.places,
        step=state.step,
        span=scene.span,
        inference=inference,
        on_span=keep,
        **look,
    )
    st.download_button(
        "Data (CSV)",
        lambda: rows_table(rows, inference),
        f"medrnn-{name}.csv",
        "text/csv",
        on_click="ignore",
        key=f"lab__data-{name}",
        icon=":material/download:",
        help="The rows as a table, one line a step.",
    )
    if chosen.step is not None:
        state.step = chosen.step
    if chosen.units:
        keep(chosen)
    elif chosen.span != scene.span:
        state.span, state.units = chosen.span, ()
