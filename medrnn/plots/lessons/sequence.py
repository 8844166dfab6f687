"""An image beside the sequence that is made of it, and the answer after each step."""

import numpy as np
import plotly.graph_objects as go

from medrnn.lessons.sequence import OrderedRead
from medrnn.plots.layout import ANSWER, OTHER, PAGE, dress, mark_step
from medrnn.plots.lessons.pixels import frame, grey
from medrnn.plots.theme import CANVAS

HEIGHT = 330
VEIL = 0.62


def image_and_sequence(read: OrderedRead, step: int, *, dark: bool = False) -> go.Figure:
    """Left the image, right its steps from left to right; what is not yet read is veiled, the step is framed.

    Args:
        read: the digit in one order.
        step: the last one that was read, counted from 0.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    grey(figure, read.grid, "image", "x", "row %{y}, column %{x}: %{z:.2f}")
    grey(figure, read.sequence.T, "sequence", "x2", "step %{x}, value %{y}: %{z:.2f}")
    later = read.places > step
    _veil(figure, later, "x", mode)
    _veil(figure, np.broadcast_to(np.arange(len(read.sequence)) > step, read.sequence.T.shape), "x2", mode)
    rows, columns = np.nonzero(read.places == step)
    frame(figure, (columns.min(), rows.min(), columns.max(), rows.max()), "x", mode)
    frame(figure, (step, 0, step, read.sequence.shape[1] - 1), "x2", mode)
    figure.update_layout(
        xaxis={"domain": [0, 0.46], "title": "column of the image", "constrain": "domain"},
        xaxis2={"domain": [0.54, 1], "title": "step", "anchor": "y2", "constrain": "domain"},
        yaxis={"autorange": "reversed", "title": "row", "scaleanchor": "x", "constrain": "domain"},
        yaxis2={
            "autorange": "reversed",
            "title": "value of the step",
            "anchor": "x2",
            "scaleanchor": "x2",
            "constrain": "domain",
        },
    )
    dress(figure, dark=dark, height=HEIGHT)
    figure.update_xaxes(showgrid=False, zeroline=False)
    figure.update_yaxes(showgrid=False, zeroline=False)
    return figure


def _veil(figure: go.Figure, where: np.ndarray, axis: str, mode: str) -> None:
    if not where.any():
        return
    figure.add_heatmap(
        z=[[1 if hidden else None for hidden in row] for row in where],
        x=list(range(1, where.shape[1] + 1)),
        y=list(range(1, where.shape[0] + 1)),
        name="not yet read",
        colorscale=[(0, PAGE[mode]), (1, PAGE[mode])],
        opacity=VEIL,
        showscale=False,
        xaxis=axis,
        yaxis=axis.replace("x", "y"),
        hoverinfo="skip",
    )


def answers(read: OrderedRead, step: int, *, dark: bool = False) -> go.Figure:
    """What the network would answer had the image ended after each step: the true class and the strongest others.

    Args:
        read: the digit in one order.
        step: where the cursor stands, counted from 0.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    true, last = read.classes.index(read.label), int(read.answers[-1].argmax())
    figure = go.Figure()
    steps = list(range(1, len(read.answers) + 1))
    drawn: dict[int, tuple[str, str, str]] = {true: (ANSWER[mode], "solid", f"{read.label}, what it shows")}
    if last != true:
        drawn[last] = (str(CANVAS[mode]["positive"]), "dash", f"{read.answer}, the answer")
    for k, name in enumerate(read.classes):
        colour, dash, words = drawn.get(k, (str(OTHER[mode]), "dot", name))
        figure.add_scatter(
            x=steps,
            y=read.answers[:, k].tolist(),
            name=words,
            line={"color": colour, "dash": dash, "width": 3 if k in drawn else 1},
            showlegend=k in drawn,
            hovertemplate=f"step %{{x}}: p({name}) = %{{y:.1%}}<extra></extra>",
        )
    figure.update_xaxes(title="steps read", range=[0.5, len(steps) + 0.5])
    figure.update_yaxes(title="probability", range=[-0.02, 1.05], tickformat=".0%")
    mark_step(figure, step, mode)
    return dress(figure, dark=dark, height=260, legend={"orientation": "h", "y": 1.15})
