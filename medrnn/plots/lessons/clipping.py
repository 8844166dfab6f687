"""Training with and without clipping: the loss, the length of the gradient, the cliff in front of one step."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from medrnn.lessons.clipping import CLIPS, GUESS, Training
from medrnn.plots.layout import ANSWER, INK, OTHER, dress
from medrnn.plots.lessons.axes import log_ticks
from medrnn.plots.theme import CANVAS

HEIGHT = 280


def _add(figure: go.Figure, values: np.ndarray, name: str, colour: str, dash: str) -> None:
    figure.add_scatter(
        x=list(range(1, len(values) + 1)),
        y=values.tolist(),
        name=name,
        mode="lines",
        line={"color": colour, "dash": dash, "width": 2.5},
        hovertemplate=f"{name}, batch %{{x}}: %{{y:.3g}}<extra></extra>",
    )


def losses(found: Mapping[str, Training], *, dark: bool = False) -> go.Figure:
    """The loss of every batch.

    Args:
        found: by clipping, a key of ``CLIPS``; "off" is grey.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    for how, one in found.items():
        colour, dash = (str(OTHER[mode]), "dash") if how == "off" else (ANSWER[mode], "solid")
        _add(figure, one.loss, f"clipping {CLIPS[how]}", colour, dash)
    figure.add_hline(GUESS, line={"color": INK[mode], "dash": "dot", "width": 1})
    figure.add_annotation(
        text="guessing", x=1, xref="paper", xanchor="right", y=GUESS, yshift=9, showarrow=False
    )
    figure.update_xaxes(title="batch")
    figure.update_yaxes(title="loss in nats", rangemode="tozero")
    return dress(figure, dark=dark, height=HEIGHT, legend={"orientation": "h", "y": 1.18})


def norms(one: Training, *, dark: bool = False) -> go.Figure:
    """The length of the gradient before and after clipping, on a logarithmic axis.

    Args:
        one: of one run.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    _add(figure, one.before, "before clipping", str(OTHER[mode]), "dash")
    _add(figure, one.after, "after clipping", ANSWER[mode], "solid")
    figure.update_xaxes(title="batch")
    every = np.concatenate([one.before, one.after])
    values, words = log_ticks(float(every.min()), float(every.max()))
    figure.update_yaxes(title="norm of the gradient", type="log", tickvals=values, ticktext=words)
    return dress(figure, dark=dark, height=HEIGHT, legend={"orientation": "h", "y": 1.18})


def cliff(one: Training, *, dark: bool = False) -> go.Figure:
    """The loss along the gradient of the batch whose gradient was longest, and where two steps land.

    Args:
        one: of one run.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    figure.add_scatter(
        x=one.along.tolist(),
        y=one.cliff.tolist(),
        name="loss along the gradient",
        mode="lines",
        line={"color": INK[mode], "width": 2.5},
        hovertemplate="step of length %{x:.3g}: loss %{y:.3f}<extra></extra>",
    )
    steps = (
        ("a step as long as the gradient asks", one.before, str(CANVAS[mode]["positive"]), "x"),
        ("a step as long as after clipping", one.after, ANSWER[mode], "circle"),
    )
    for name, lengths, colour, symbol in steps:
        length = float(one.rate * lengths[one.longest])
        figure.add_scatter(
            x=[length],
            y=[float(np.interp(length, one.along, one.cliff))],
            name=name,
            mode="markers",
            marker={"color": colour, "size": 13, "symbol": symbol},
            hovertemplate=f"{name}: %{{x:.3g}}, loss %{{y:.3f}}<extra></extra>",
        )
    figure.update_xaxes(title="length of the step")
    figure.update_yaxes(title="loss in nats")
    return dress(figure, dark=dark, height=HEIGHT, legend={"orientation": "h", "y": 1.22})
