"""A network along a series: what it says of each slice, how much counts, and where a mask lies."""

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from medrnn.plots.layout import ANSWER, INK, OTHER, dress
from medrnn.plots.theme import CANVAS

if TYPE_CHECKING:
    from medrnn.models.along import Along

TALL = 360


def slice_answers(
    frames: np.ndarray, answers: np.ndarray, weights: np.ndarray, name: str, *, step: int, dark: bool
) -> go.Figure:
    """The answer of each slice that was read, and how much of it counts.

    Args:
        frames: (slice,) of the study, counted from 1.
        answers: (slice,) probability of one class.
        weights: (slice,) sum to 1.
        name: of the class.
        step: the cursor, counted from 0; points' ``customdata`` are the steps, counted from 1.
        dark: colours of the dark theme.
    """
    mode, steps = "dark" if dark else "light", np.arange(1, len(frames) + 1)
    figure = make_subplots(2, 1, shared_xaxes=True, vertical_spacing=0.12)
    figure.add_scatter(
        x=frames,
        y=100 * answers,
        customdata=steps,
        mode="lines+markers",
        line={"color": ANSWER[mode]},
        showlegend=False,
        row=1,
        col=1,
    )
    figure.add_bar(
        x=frames, y=100 * weights, customdata=steps, marker_color=OTHER[mode], showlegend=False, row=2, col=1
    )
    figure.add_vline(float(frames[step]), line_color=CANVAS[mode]["cursor"], line_width=2)
    figure.update_yaxes(title=f"{name}, %", range=[0, 101], row=1, col=1)
    figure.update_yaxes(title="counts, %", rangemode="tozero", row=2, col=1)
    figure.update_xaxes(title="frame", row=2, col=1)
    return dress(figure, dark=dark, height=TALL)


def along_series(found: "Along", name: str, load: np.ndarray | None, *, dark: bool) -> go.Figure:
    """The mean over all blocks at each slice, the most suspicious one, and the mask's area.

    Args:
        found: the answers.
        name: of the last class.
        load: (slice,) area of the mask in cm2; None where there is none.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    frames = found.frames + 1
    figure = make_subplots(1 if load is None else 2, 1, shared_xaxes=True, vertical_spacing=0.08)
    figure.add_scatter(
        x=frames,
        y=100 * found.mean,
        mode="lines",
        name="mean of all blocks",
        line={"color": ANSWER[mode], "width": 2.5},
        row=1,
        col=1,
    )
    figure.add_scatter(
        x=frames,
        y=100 * found.probabilities[:, -1],
        mode="lines",
        name="surest of all blocks",
        line={"color": OTHER[mode], "width": 1.5, "dash": "dot"},
        row=1,
        col=1,
    )
    figure.update_yaxes(title=f"{name}, %", range=[0, 101], row=1, col=1)
    if load is not None:
        figure.add_bar(x=frames, y=load, name="mask", marker_color=INK[mode], row=2, col=1)
        figure.update_yaxes(title="mask, cm²", rangemode="tozero", row=2, col=1)
    figure.update_xaxes(title="frame", row=1 if load is None else 2, col=1)
    figure.update_layout(legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}, margin_t=60)
    return dress(figure, dark=dark, height=TALL)
