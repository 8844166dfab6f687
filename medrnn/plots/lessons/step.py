"""One unit of a plain RNN at one step: the row it reads, the products of a term, the terms over all steps."""

import numpy as np
import plotly.graph_objects as go

from medrnn.lessons.step import UnitRun
from medrnn.plots.layout import INK, dress, mark_step
from medrnn.plots.lessons.pixels import frame, grey
from medrnn.plots.theme import CANVAS, RUNS

NAMES = {"input": "input term", "memory": "memory term", "bias": "bias", "tanh": "tanh"}


def row_read(run: UnitRun, step: int, *, dark: bool = False) -> go.Figure:
    """The image with the row of a step framed, and below it the row alone: its pixels are x_t.

    Args:
        run: of a unit.
        step: counted from 0.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    grey(figure, run.grid, "image", "x2")
    grey(figure, run.grid[step : step + 1], f"row {step + 1}", "x", "value %{x}: %{z:.2f}")
    frame(figure, (0, step, run.grid.shape[1] - 1, step), "x2", mode)
    figure.update_layout(
        yaxis2={
            "autorange": "reversed",
            "domain": [0.24, 1],
            "scaleanchor": "x2",
            "title": "row",
            "anchor": "x2",
        },
        xaxis2={"constrain": "domain", "showticklabels": False, "matches": "x", "anchor": "y2"},
        xaxis={"title": "the row that is read, value by value"},
        yaxis={"domain": [0, 0.13], "showticklabels": False},
    )
    dress(figure, dark=dark, height=380)
    figure.update_xaxes(showgrid=False, zeroline=False)
    figure.update_yaxes(showgrid=False, zeroline=False)
    return figure


def products(run: UnitRun, step: int, term: str, *, dark: bool = False) -> go.Figure:
    """What a term adds up: one bar a product; of tanh the curve with its point.

    Args:
        run: of a unit.
        step: counted from 0.
        term: a key of ``TERMS``.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    if term == "tanh":
        return _curve(run, step, mode)
    if term == "bias":
        return _bars(["b_ih", "b_hh"], run.bias, "torch's two biases of the unit", "%{x}: %{y:.4f}", mode)
    features = run.from_input.shape[1]
    if term == "input":
        values, given, weights = run.from_input[step], run.grid[step], run.weights[:features]
        title, hover = "value k of the row", "w %{customdata[0]:.4f} x value %{customdata[1]:.4f} = %{y:.4f}"
        first = 1
    else:
        values, given, weights = run.from_memory[step], run.states[step], run.weights[features:]
        title, hover = "unit k before the step", "w %{customdata[0]:.4f} x h %{customdata[1]:.4f} = %{y:.4f}"
        first = 0
    return _bars(list(range(first, first + len(values))), values, title, hover, mode, weights, given)


def _bars(
    names: list[int] | list[str],
    values: np.ndarray,
    title: str,
    hover: str,
    mode: str,
    weights: np.ndarray | None = None,
    given: np.ndarray | None = None,
) -> go.Figure:
    more = None if weights is None or given is None else np.stack([weights, given], 1).tolist()
    colours = [str(CANVAS[mode]["positive" if value > 0 else "negative"]) for value in values]
    figure = go.Figure(
        go.Bar(
            x=names,
            y=values.tolist(),
            marker_color=colours,
            customdata=more,
            name="products",
            hovertemplate=f"{hover}<extra></extra>",
        )
    )
    figure.update_xaxes(title=title)
    figure.update_yaxes(title="product" if weights is not None else "value", zeroline=True)
    return dress(figure, dark=mode == "dark", height=380, showlegend=False, bargap=0.15)


def _curve(run: UnitRun, step: int, mode: str) -> go.Figure:
    total, state = float(run.total[step]), float(run.h[step])
    reach = max(3.0, float(np.abs(run.total).max()) * 1.1)
    x = np.linspace(-reach, reach, 161)
    figure = go.Figure()
    figure.add_scatter(
        x=x.tolist(), y=np.tanh(x).tolist(), name="tanh", mode="lines", line={"color": INK[mode]}
    )
    figure.add_scatter(
        x=[total],
        y=[state],
        name=f"step {step + 1}",
        mode="markers+text",
        text=[f"tanh({total:.3f}) = {state:.3f}"],
        textposition="bottom right" if total < 0 else "bottom left",
        marker={"color": CANVAS[mode]["cursor"], "size": 13},
    )
    figure.update_xaxes(title="sum of the terms")
    figure.update_yaxes(title="h", range=[-1.15, 1.15])
    return dress(figure, dark=mode == "dark", height=380, showlegend=False)


def terms_over_steps(run: UnitRun, step: int, *, dark: bool = False) -> go.Figure:
    """The terms and the state of the unit at every step.

    Args:
        run: of a unit.
        step: where the cursor stands, counted from 0.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    steps = list(range(1, len(run.h) + 1))
    curves = {**run.terms, "h": run.h}
    styles = ((RUNS[mode][0], "solid"), (RUNS[mode][1], "dash"), (RUNS[mode][3], "dot"), (INK[mode], "solid"))
    figure = go.Figure()
    for (name, values), (colour, dash) in zip(curves.items(), styles, strict=True):
        figure.add_scatter(
            x=steps,
            y=values.tolist(),
            name=NAMES.get(name, "h = tanh of the sum"),
            line={"color": colour, "dash": dash, "width": 2.5},
            hovertemplate="step %{x}: %{y:.3f}",
        )
    figure.update_xaxes(title="step", range=[0.5, len(steps) + 0.5])
    figure.update_yaxes(title="value")
    mark_step(figure, step, mode)
    return dress(figure, dark=dark, height=300, legend={"orientation": "h", "y": 1.15})
