"""How open the gates stand and how long units keep what they have, as figures."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from medrnn.plots.layout import OTHER, dress
from medrnn.plots.theme import CANVAS, GATES, MEANINGS

SYMBOLS = {"i": "circle", "f": "diamond", "o": "square", "z": "circle", "r": "diamond"}
LONGEST = 1e4  # steps; what is kept longer is drawn here


def saturation_scatter(
    shares: Mapping[str, tuple[np.ndarray, np.ndarray]], *, dark: bool = False
) -> go.Figure:
    """One point a unit and gate: how often it stands below 0.1 against how often above 0.9.

    Args:
        shares: gate to ((unit,) share of the steps below 0.1, (unit,) share above 0.9).
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1],
        y=[1, 0],
        mode="lines",
        line={"color": CANVAS[mode]["grid"], "dash": "dot"},
        hoverinfo="skip",
        showlegend=False,
        name="saturated at every step",
    )
    for symbol, (closed, open_) in shares.items():
        figure.add_scatter(
            x=closed,
            y=open_,
            customdata=np.arange(len(closed)),
            mode="markers",
            name=f"{symbol}, {MEANINGS[symbol].split(':')[0]}",
            marker={"color": GATES[mode][symbol], "symbol": SYMBOLS[symbol], "size": 8, "opacity": 0.85},
            hovertemplate="unit %{customdata}: closed %{x:.0%}, open %{y:.0%} of the steps<extra></extra>",
        )
    figure.update_xaxes(title="share of steps below 0.1 (closed)", range=[-0.03, 1.03], tickformat=".0%")
    figure.update_yaxes(title="share of steps above 0.9 (open)", range=[-0.03, 1.03], tickformat=".0%")
    return dress(figure, dark=dark, height=400, legend={"orientation": "h", "y": 1.1})


def half_lives(
    steps: np.ndarray, read: int, mm: float | None = None, along: str = "of the image", *, dark: bool = False
) -> go.Figure:
    """The half-life of every unit, the longest first, in steps and in mm of the image.

    Args:
        steps: (unit,) half-life in steps, may be infinite.
        read: how many steps the reading has; a line is drawn there.
        mm: how far the place that is read moves in one step, None where the image has no scale.
        along: what these mm are counted along.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    order = np.argsort(-steps, kind="stable")
    shown = np.clip(steps[order], 1e-2, LONGEST)
    words = [
        f"unit {unit}: {_amount(steps[unit], 'steps')}"
        + ("" if mm is None else f", {_amount(steps[unit] * mm, 'mm')}")
        for unit in order
    ]
    figure = go.Figure()
    figure.add_scatter(
        x=np.arange(1, len(order) + 1),
        y=shown,
        text=words,
        mode="markers",
        name="half-life",
        marker={"color": GATES[mode]["f"], "size": 6},
        hovertemplate="%{text}<extra></extra>",
    )
    figure.add_scatter(
        x=[1, len(order)],
        y=[read, read],
        text=["", f"whole reading, {read} steps"],
        textposition="top left",
        mode="lines+text",
        name="whole reading",
        line={"color": OTHER[mode], "dash": "dash"},
        hoverinfo="skip",
    )
    low, high = float(np.log10(shown.min())) - 0.1, float(np.log10(max(shown.max(), read))) + 0.15
    figure.update_xaxes(title="units, the longest memory first")
    figure.update_yaxes(title="half-life in steps", type="log", range=[low, high], dtick=1)
    if mm is not None:
        figure.add_scatter(x=[None], y=[None], yaxis="y2", showlegend=False, hoverinfo="skip", name="mm")
        shift = float(np.log10(mm))
        axis = {"title": f"in mm {along}", "type": "log", "range": [low + shift, high + shift], "dtick": 1}
        figure.update_layout(yaxis2={**axis, "overlaying": "y", "side": "right", "showgrid": False})
    return dress(figure, dark=dark, height=400, showlegend=False)


def _amount(value: float, unit: str) -> str:
    return f"{value:.3g} {unit}" if np.isfinite(value) else "never forgets"
