"""A Plotly figure with its picture and its data one press away."""

from typing import Any

import streamlit as st

from medrnn import plots
from medrnn.ui import parts

FORMATS = {"png": "PNG", "svg": "SVG"}


def choose_format() -> None:
    """In which format the camera of every figure saves."""
    st.segmented_control(
        "Pictures as", list(FORMATS), default="png", required=True, format_func=FORMATS.get, key="lab__format"
    )


def show(figure: Any, name: str, alt: str) -> None:
    """Draw a figure.

    Args:
        figure: a ``go.Figure`` in the house's dress, with the research-only line inside.
        name: of the files, and the widget's key.
        alt: what it shows, for those who cannot see it.
    """
    picture = {
        "filename": f"medrnn-{name}",
        "format": st.session_state.get("lab__format") or "png",
        "scale": 2,
    }
    config = parts.PLOTLY | {"toImageButtonOptions": picture}
    st.plotly_chart(figure, theme=None, config=config, key=f"lab__figure-{name}", alt=alt)
    st.download_button(
        "Data (CSV)",
        lambda: plots.figure_table(figure),
        f"medrnn-{name}.csv",
        "text/csv",
        on_click="ignore",
        key=f"lab__data-{name}",
        icon=":material/download:",
    )
