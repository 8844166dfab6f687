"""A Plotly figure of the comparison with its picture and its data one press away."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from medrnn import plots
from medrnn.models.inference import Inference
from medrnn.ui import look, parts


def show(figure: Any, name: str, alt: str, inferences: Sequence[Inference] = ()) -> None:
    """Draw a figure.

    Args:
        figure: a ``go.Figure`` in the house's dress.
        name: of the files, and the widget's key.
        alt: what it shows, for those who cannot see it.
        inferences: of the answers in it.
    """
    config = parts.PLOTLY | {
        "toImageButtonOptions": {"filename": f"medrnn-{name}", "format": "png", "scale": 2}
    }
    plots.stamp(figure, *inferences)
    st.plotly_chart(look.fit(figure), theme=None, config=config, key=f"compare__figure-{name}", alt=alt)
    st.download_button(
        "Data (CSV)",
        lambda: plots.figure_table(figure, inferences[0] if inferences else None),
        f"medrnn-{name}.csv",
        "text/csv",
        on_click="ignore",
        key=f"compare__data-{name}",
        icon=":material/download:",
        help="The numbers of this figure. Its camera, which shows when you point at it, saves the picture.",
    )
