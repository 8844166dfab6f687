"""A Plotly figure with its picture and its data one press away, wherever it stands."""

from collections.abc import Callable
from typing import Any, Literal

import streamlit as st

from medrnn import plots
from medrnn.models.inference import Inference
from medrnn.ui import look, parts


def draw(
    figure: Any,
    name: str,
    alt: str,
    *,
    place: str,
    picture: str = "png",
    inference: Inference | None = None,
    heard: Callable[[], None] | None = None,
) -> None:
    """Draw a figure and the button that saves its numbers; its camera saves the picture.

    Args:
        figure: a ``go.Figure`` in the house's dress, with the research-only line inside.
        name: of the files.
        alt: what it shows, for those who cannot see it.
        place: begins the keys of its widgets: "lab" or "learn".
        picture: "png" or "svg".
        inference: of the answer that it shows, which goes into every picture of it and its table.
        heard: is called when a point was clicked; the widget's state stands under ``{place}__figure-{name}``.
    """
    save = {"filename": f"medrnn-{name}", "format": picture, "scale": 2}
    on_select: Callable[[], None] | Literal["ignore"] = heard or "ignore"
    plots.stamp(figure, *((inference,) if inference else ()))
    st.plotly_chart(
        look.fit(figure),
        theme=None,
        config=parts.PLOTLY | {"toImageButtonOptions": save},
        key=f"{place}__figure-{name}",
        alt=alt,
        on_select=on_select,
        selection_mode="points",
    )
    st.download_button(
        "Data (CSV)",
        lambda: plots.figure_table(figure, inference),
        f"medrnn-{name}.csv",
        "text/csv",
        on_click="ignore",
        key=f"{place}__data-{name}",
        icon=":material/download:",
    )
