"""Pixels as they are, without smoothing: a grey image, and a frame round some of them."""

import numpy as np
import plotly.graph_objects as go

from medrnn.plots.theme import CANVAS


def grey(
    figure: go.Figure,
    values: np.ndarray,
    name: str,
    axis: str = "x",
    hover: str = "row %{y}, column %{x}: %{z:.2f}",
) -> None:
    """Draw values of 0 to 1 from black to white; rows and columns count from 1.

    Args:
        figure: gets one more trace.
        values: (row, column).
        name: of the trace.
        axis: "x", "x2", ...; the y axis has the same number.
        hover: a Plotly template.
    """
    figure.add_heatmap(
        z=values.tolist(),
        x=list(range(1, values.shape[1] + 1)),
        y=list(range(1, values.shape[0] + 1)),
        name=name,
        colorscale=[(0, "#000000"), (1, "#FFFFFF")],
        zmin=0,
        zmax=1,
        showscale=False,
        xaxis=axis,
        yaxis=axis.replace("x", "y"),
        hovertemplate=f"{hover}<extra></extra>",
    )


def frame(figure: go.Figure, box: tuple[int, int, int, int], axis: str, mode: str) -> None:
    """A frame round whole pixels: first column and row, last column and row, counted from 0."""
    left, top, right, lower = box
    figure.add_shape(
        type="rect",
        x0=left + 0.5,
        y0=top + 0.5,
        x1=right + 1.5,
        y1=lower + 1.5,
        xref=axis,
        yref=axis.replace("x", "y"),
        line={"color": CANVAS[mode]["cursor"], "width": 2},
    )
