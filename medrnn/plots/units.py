"""What one unit does over a data set, as figures. The ``customdata`` of a point is its step, counted from 1."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from medrnn.plots.layout import ANSWER, GRID, INK, OTHER, PAGE, draw_path, dress, escaped, mark_step
from medrnn.plots.theme import CANVAS, DASHES, RUNS


def activity(
    counts: np.ndarray, edges: np.ndarray, own: np.ndarray, *, step: int | None = None, dark: bool = False
) -> go.Figure:
    """How often a unit had which state at each step over a data set, and its path in the image in view.

    Args:
        counts: (step, bin) images.
        edges: (bin + 1,) of the state, from -1 to 1.
        own: (step,) the unit's states in the image in view.
        step: the cursor, counted from 0.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    steps = np.arange(1, len(counts) + 1)
    share = counts.T / np.maximum(counts.sum(1), 1)
    figure = go.Figure(
        go.Heatmap(
            x=steps,
            y=(edges[:-1] + edges[1:]) / 2,
            z=share,
            colorscale=[[0, PAGE[mode]], [1, ANSWER[mode]]],
            colorbar={"title": "share of the set", "thickness": 12, "tickformat": ".0%"},
            hovertemplate="step %{x}, state %{y:.2f}: %{z:.1%} of the set<extra></extra>",
        )
    )
    figure.add_scatter(
        x=steps,
        y=own,
        customdata=steps,
        mode="lines+markers",
        name="in view",
        line={"color": CANVAS[mode]["positive"], "width": 2},
    )
    mark_step(figure, step, mode)
    figure.update_xaxes(title="step")
    seen = np.flatnonzero(counts.sum(0))
    top = max(abs(edges[seen[0]]), abs(edges[seen[-1] + 1]), float(np.abs(own).max())) if seen.size else 1.0
    figure.update_yaxes(title="state h", range=[-1.02 * top, 1.02 * top])
    return dress(figure, dark=dark, height=300, legend={"orientation": "h", "y": 1.12})


def labels_over_steps(
    correlation: np.ndarray, classes: Sequence[str], *, step: int | None = None, dark: bool = False
) -> go.Figure:
    """Pearson's r of a unit's state with "is of this class" at each step.

    Args:
        correlation: (step, class) from -1 to 1, NaN where the state is constant.
        classes: names.
        step: the cursor, counted from 0.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure, steps = go.Figure(), np.arange(1, len(correlation) + 1)
    for k, name in enumerate(classes):
        colour, dash = RUNS[mode][k % len(DASHES)], DASHES[k % len(DASHES)]
        figure.add_scatter(
            x=steps,
            y=correlation[:, k],
            customdata=steps,
            mode="lines+markers",
            marker_size=5,
            name=escaped(name),
            line={"color": colour, "dash": dash},
        )
    mark_step(figure, step, mode)
    figure.update_xaxes(title="step")
    figure.update_yaxes(title="r with the label", range=[-1, 1])
    return dress(figure, dark=dark, height=260, legend={"orientation": "h", "y": 1.15})


def trajectories(
    class_paths: np.ndarray,
    own: np.ndarray,
    classes: Sequence[str],
    explained: np.ndarray,
    *,
    step: int,
    examples: Sequence[np.ndarray] = (),
    dark: bool = False,
) -> go.Figure:
    """The path of the state over the steps in the first two principal components, beside those of other images.

    Args:
        class_paths: (class, step, component), NaN for a class without images.
        own: (step, component) of the image in view.
        classes: names.
        explained: (component,) share of the variance.
        step: the step marked on every path, counted from 0.
        examples: for each class (image, step, component) paths of single images, drawn thin.
        dark: colours of the dark theme.
    """
    mode, figure = "dark" if dark else "light", go.Figure()
    for k, paths in enumerate(examples):
        _thin_paths(figure, paths, escaped(classes[k]), RUNS[mode][k % len(DASHES)])
    for k, name in enumerate(classes):
        _mean_path(
            figure, class_paths[k], escaped(name), step, RUNS[mode][k % len(DASHES)], DASHES[k % len(DASHES)]
        )
    draw_path(figure, own, step, mode)
    figure.update_xaxes(title=f"component 1 ({explained[0]:.0%} of the variance)", zerolinecolor=GRID[mode])
    second = explained[1] if len(explained) > 1 else 0.0
    figure.update_yaxes(title=f"component 2 ({second:.0%})")
    return dress(figure, dark=dark, height=430, legend={"orientation": "h", "y": 1.08})


def _thin_paths(figure: go.Figure, paths: np.ndarray, name: str, colour: str) -> None:
    """One trace for all (image, step, component), broken between images."""
    apart = np.pad(paths.astype(float), ((0, 0), (0, 1), (0, 0)), constant_values=np.nan)
    x, y = apart.reshape(-1, paths.shape[-1])[:, :2].T
    look = {"mode": "lines", "line": {"color": colour, "width": 1}, "opacity": 0.7, "hoverinfo": "skip"}
    figure.add_scatter(x=x, y=y, name=f"examples of {name}", legendgroup=name, **look)


def _mean_path(figure: go.Figure, path: np.ndarray, name: str, step: int, colour: str, dash: str) -> None:
    """The path (step, component) of a class, and where it is at the step."""
    line, said = (
        {"color": colour, "dash": dash, "width": 3},
        f"mean of {name}, step {step + 1}<extra></extra>",
    )
    figure.add_scatter(
        x=path[:, 0], y=path[:, 1], name=f"mean of {name}", mode="lines", line=line, legendgroup=name
    )
    here, look = path[step : step + 1], {"mode": "markers", "marker": {"color": colour, "size": 11}}
    figure.add_scatter(
        x=here[:, 0], y=here[:, 1], showlegend=False, legendgroup=name, hovertemplate=said, **look
    )


def probe_accuracy(
    accuracy: np.ndarray,
    intervals: np.ndarray,
    majority: float,
    *,
    step: int | None = None,
    dark: bool = False,
) -> go.Figure:
    """How well the state after each step tells the class to a linear read-out, with 95 % intervals.

    Args:
        accuracy: (step,).
        intervals: (step, 2).
        majority: what always naming the most frequent class gets.
        step: the cursor, counted from 0.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    steps = np.arange(1, len(accuracy) + 1)
    figure = go.Figure()
    figure.add_scatter(
        x=[*steps, *steps[::-1]],
        y=[*intervals[:, 1], *intervals[::-1, 0]],
        fill="toself",
        mode="lines",
        line={"width": 0},
        fillcolor=ANSWER[mode],
        opacity=0.2,
        hoverinfo="skip",
        name="95 % interval",
    )
    figure.add_scatter(
        x=steps,
        y=accuracy,
        customdata=steps,
        mode="lines+markers",
        marker_size=5,
        name="linear probe",
        line={"color": ANSWER[mode], "width": 2.5},
    )
    figure.add_hline(
        majority,
        line={"color": OTHER[mode], "dash": "dash"},
        annotation={"text": "most frequent class", "font": {"color": INK[mode]}},
    )
    mark_step(figure, step, mode)
    figure.update_xaxes(title="step")
    figure.update_yaxes(title="accuracy", tickformat=".0%")
    return dress(figure, dark=dark, height=300, legend={"orientation": "h", "y": 1.12})
