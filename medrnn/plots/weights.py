"""The network by itself, as figures: weights per gate, recurrent spectrum, fixed points."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from medrnn.plots.layout import draw_path, dress
from medrnn.plots.theme import CANVAS, GATES, RUNS


def weight_norms(norms: Mapping[str, tuple[float, float, float]], *, dark: bool = False) -> go.Figure:
    """Norms of the weights of every gate, side by side.

    Args:
        norms: gate to (of the input weights, of the recurrent weights, of the bias).
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    kinds = ("input weights", "recurrent weights", "bias")
    for symbol, values in norms.items():
        figure.add_bar(
            x=kinds,
            y=values,
            name=symbol,
            marker_color=GATES[mode][symbol],
            text=[symbol] * len(kinds),
            textposition="outside",
            textangle=0,
            cliponaxis=False,
            hovertemplate=f"{symbol}, %{{x}}: %{{y:.3g}}<extra></extra>",
        )
    figure.update_yaxes(title="norm")
    return dress(figure, dark=dark, height=360, barmode="group", showlegend=False)


def _circle(figure: go.Figure, mode: str) -> None:
    angle = np.linspace(0, 2 * np.pi, 181)
    figure.add_scatter(
        x=np.cos(angle),
        y=np.sin(angle),
        mode="lines",
        line={"color": CANVAS[mode]["grid"], "dash": "dash"},
        hoverinfo="skip",
        name="unit circle",
    )


def spectrum(eigenvalues: Mapping[str, np.ndarray], *, dark: bool = False) -> go.Figure:
    """Eigenvalues in the complex plane with the unit circle: outside grows, inside fades, the angle is a turn a step.

    Args:
        eigenvalues: gate, or any name, to complex values.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    _circle(figure, mode)
    for k, (name, values) in enumerate(eigenvalues.items()):
        figure.add_scatter(
            x=values.real,
            y=values.imag,
            mode="markers",
            name=name,
            marker={
                "color": GATES[mode].get(name, RUNS[mode][k % len(RUNS[mode])]),
                "size": 6,
                "opacity": 0.85,
            },
            hovertemplate="%{x:.3f} %{y:+.3f}i<extra></extra>",
        )
    figure.update_xaxes(title="real part", constrain="domain")
    figure.update_yaxes(title="imaginary part", scaleanchor="x", scaleratio=1)
    return dress(figure, dark=dark, height=430, legend={"orientation": "h", "y": 1.12})


def fixed_points(
    path: np.ndarray, points: np.ndarray, is_stable: Sequence[bool], *, step: int, dark: bool = False
) -> go.Figure:
    """Fixed points beside the path of the state, both in the path's first two principal components.

    Args:
        path: (step, 2).
        points: (point, 2).
        is_stable: (point,).
        step: the step whose line is read for ever, counted from 0.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    draw_path(figure, path, step, mode)
    stable = np.asarray(is_stable, bool)
    for name, chosen, symbol in (("stable", stable, "circle"), ("unstable", ~stable, "x")):
        figure.add_scatter(
            x=points[chosen, 0],
            y=points[chosen, 1],
            text=np.flatnonzero(chosen) + 1,
            mode="markers",
            name=f"{name} fixed point",
            marker={
                "color": CANVAS[mode]["positive" if name == "unstable" else "link"],
                "symbol": symbol,
                "size": 12,
            },
            hovertemplate=f"{name} fixed point %{{text}}<extra></extra>",
        )
    figure.update_xaxes(title="component 1 of the path")
    figure.update_yaxes(title="component 2")
    return dress(figure, dark=dark, height=430, legend={"orientation": "h", "y": 1.12})
