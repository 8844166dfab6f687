"""The gates of one unit over the steps, and the answer with and without a gate held."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from medrnn.plots.layout import ANSWER, INK, OTHER, dress, mark_step
from medrnn.plots.theme import GATES, MEANINGS

DASH = {"i": "dash", "f": "solid", "o": "dot", "g": "dashdot", "C": "solid", "h": "longdash"}
DASH |= {"z": "solid", "r": "dash", "n": "dashdot"}


def unit_gates(
    values: Mapping[str, np.ndarray], step: int, symbols: Sequence[str], *, title: str, dark: bool = False
) -> go.Figure:
    """Gates or states of one unit, each in its colour and dash.

    Args:
        values: symbol to (step,).
        step: where the cursor stands, counted from 0.
        symbols: which of them are drawn, in this order.
        title: of the axis.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    for symbol in symbols:
        figure.add_scatter(
            x=list(range(1, len(values[symbol]) + 1)),
            y=[float(v) for v in values[symbol]],
            name=f"{symbol}, {MEANINGS[symbol].split(':')[0]}",
            mode="lines",
            line={"color": GATES[mode][symbol], "dash": DASH[symbol], "width": 2.5},
            hovertemplate=f"step %{{x}}: {symbol} = %{{y:.3f}}<extra></extra>",
        )
    every = np.concatenate([np.ravel(values[symbol]) for symbol in symbols])
    low, high = min(0.0, float(every.min())), max(1.0, float(every.max()))
    figure.update_xaxes(title="step", range=[0.5, len(values[symbols[0]]) + 0.5])
    figure.update_yaxes(title=title, range=[low - 0.06 * (high - low), high + 0.06 * (high - low)])
    mark_step(figure, step, mode)
    return dress(figure, dark=dark, height=290, legend={"orientation": "h", "y": 1.18})


def held_answers(before: np.ndarray, after: np.ndarray, *, dark: bool = False) -> go.Figure:
    """The probability of each digit after the whole image, as it is and with the gate held.

    Args:
        before: (class,), as it is.
        after: likewise, with the gate held.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    for name, values, colour in (
        ("as it is", before, OTHER[mode]),
        ("with the gate held", after, ANSWER[mode]),
    ):
        figure.add_bar(
            x=[str(k) for k in range(len(values))],
            y=[float(v) for v in values],
            name=name,
            marker_color=colour,
            hovertemplate=f"{name}: p(%{{x}}) = %{{y:.1%}}<extra></extra>",
        )
    figure.update_xaxes(title="digit", type="category")
    figure.update_yaxes(title="probability", range=[0, 1.02], tickformat=".0%")
    return dress(figure, dark=dark, height=260, legend={"orientation": "h", "y": 1.18}, barmode="group")


def two_forms(torch: np.ndarray, usual: np.ndarray, step: int, *, dark: bool = False) -> go.Figure:
    """The state of one unit of a GRU over the steps, with r after and before the recurrent product.

    Args:
        torch: (step,), h in torch's form.
        usual: likewise in the usual one.
        step: where the cursor stands, counted from 0.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    curves = (("torch's form, r after the product", torch, INK[mode], "solid"),)
    for name, values, colour, dash in (*curves, ("usual form, r before it", usual, ANSWER[mode], "dash")):
        figure.add_scatter(
            x=list(range(1, len(values) + 1)),
            y=[float(v) for v in values],
            name=name,
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2.5},
            hovertemplate="step %{x}: h = %{y:.3f}<extra></extra>",
        )
    figure.update_xaxes(title="step", range=[0.5, len(torch) + 0.5])
    figure.update_yaxes(title="h", range=[-1.08, 1.08])
    mark_step(figure, step, mode)
    return dress(figure, dark=dark, height=260, legend={"orientation": "h", "y": 1.18})
