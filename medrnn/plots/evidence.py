"""Evidence about a map: its curves, its likeness under random weights, which steps it favours."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from medrnn.plots.layout import ANSWER, GRID, INK, OTHER, dress
from medrnn.plots.theme import CANVAS

if TYPE_CHECKING:
    from medrnn.explanation.evidence.curves import Curve
    from medrnn.explanation.evidence.randomise import Randomisation
    from medrnn.explanation.evidence.time_bias import TimeBias

TALL = 320
PUT = {"deletion": "taken away", "insertion": "put in", "road": "filled in"}


def _with_legend(figure: go.Figure) -> go.Figure:
    """The legend in a line of its own above the axes."""
    legend = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}
    return figure.update_layout(legend=legend, margin_t=72)


def perturbation_curve(curve: "Curve", unit: str, *, dark: bool = False) -> go.Figure:
    """The class's score while pixels go or come: in the order of the map, and in every random order.

    Args:
        curve: of one kind.
        unit: of the score, in words.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    for k, scores in enumerate(curve.random):
        figure.add_scatter(
            x=100 * curve.shares,
            y=scores,
            mode="lines",
            name="in random order",
            showlegend=not k,
            legendgroup="random",
            line={"color": OTHER[mode], "width": 1.5, "dash": "dot"},
        )
    figure.add_scatter(
        x=100 * curve.shares,
        y=curve.scores,
        mode="lines+markers",
        name="in the order of the map",
        line={"color": ANSWER[mode], "width": 2.5},
        marker={"size": 5},
    )
    figure.update_xaxes(title=f"pixels {PUT[curve.kind]}, %", range=[-1, 101])
    figure.update_yaxes(title=unit)
    return _with_legend(dress(figure, dark=dark, height=TALL))


def randomised_ranks(found: "Randomisation", warns: float, fails: float, *, dark: bool = False) -> go.Figure:
    """How alike the map stays while more and more weights are random, from the head down.

    Args:
        found: the stages and the rank correlations.
        warns: from where on the last one is a warning.
        fails: from where on it is a failure.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    names = [f"{k + 1}  {title}" for k, title in enumerate(found.stages)]
    figure = go.Figure(
        go.Bar(
            y=names,
            x=[None if np.isnan(one) else float(one) for one in found.rank],
            orientation="h",
            marker_color=[OTHER[mode]] * (len(names) - 1) + [ANSWER[mode]],
            text=["none" if np.isnan(one) else f"{one:.2f}" for one in found.rank],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.2f}<extra></extra>",
        )
    )
    for limit, words in ((warns, "warning"), (fails, "fails")):
        figure.add_vline(limit, line_color=INK[mode], line_width=1, line_dash="dot")
        figure.add_annotation(
            x=limit, y=1, yref="paper", yanchor="bottom", text=words, showarrow=False, font={"size": 11}
        )
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_xaxes(title="rank correlation with the map of the trained network", range=[-0.4, 1.15])
    dress(figure, dark=dark, height=120 + 26 * len(names))
    return figure.update_layout(margin_t=36)


def step_shares(found: "TimeBias", *, dark: bool = False) -> go.Figure:
    """The share of a map on each step: of the image, of its steps shuffled, of one even grey.

    Args:
        found: the shares.
        dark: colours of the dark theme.
    """
    mode, steps = "dark" if dark else "light", np.arange(1, len(found.image) + 1)
    figure = go.Figure()
    lines: Sequence[tuple[str, np.ndarray, str, str]] = (
        ("this image", found.image, ANSWER[mode], "solid"),
        ("its steps in random order", found.shuffled, str(CANVAS[mode]["cursor"]), "dash"),
        ("an even grey", found.uniform, OTHER[mode], "dot"),
    )
    for name, values, colour, dash in lines:
        figure.add_scatter(
            x=steps, y=100 * values, mode="lines", name=name, line={"color": colour, "dash": dash, "width": 2}
        )
    figure.add_hline(100 / len(steps), line_color=GRID[mode], line_width=1)
    figure.update_xaxes(title="step of the reading")
    figure.update_yaxes(title="share of the map, %", rangemode="tozero")
    return _with_legend(dress(figure, dark=dark, height=TALL))
