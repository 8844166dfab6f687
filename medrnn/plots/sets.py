"""Several models on one data set: their ROC curves, and what accuracy costs."""

from typing import Any

import plotly.graph_objects as go

from medrnn.compare.figures import Comparison
from medrnn.evaluation.ranking import roc
from medrnn.models.class_names import name_class
from medrnn.plots.layout import dress, escaped
from medrnn.plots.theme import CANVAS, DASHES, RUNS

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x")
COSTS = {"parameters": "parameters", "ms": "milliseconds an image"}


def _look(number: int, mode: str) -> tuple[str, str, str]:
    """Colour, dash and symbol of a model: never colour alone."""
    k = number % len(DASHES)
    return RUNS[mode][k], DASHES[k], SYMBOLS[k]


def roc_curves(found: Comparison, *, dark: bool = False) -> go.Figure:
    """The ROC curve of every model for the class of the comparison, one against the rest, with the chosen specificity.

    Args:
        found: the comparison; without images of its class, or of others, there is no curve.
        dark: colours of the dark theme.
    """
    mode, compared = "dark" if dark else "light", found.compared
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": CANVAS[mode]["grid"], "width": 1.5},
        name="chance",
        hoverinfo="skip",
        showlegend=False,
    )
    is_class = compared.labels == found.target
    for number, one in enumerate(compared.models if 0 < is_class.sum() < len(is_class) else ()):
        colour, dash, _ = _look(number, mode)
        alarms, hits, thresholds = roc(one.probabilities[:, found.target], is_class)
        figure.add_scatter(
            x=alarms.tolist(),
            y=hits.tolist(),
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2.5},
            name=escaped(one.model),
            text=[f"threshold {value:.3f}" for value in thresholds],
            hovertemplate="sensitivity %{y:.3f}, 1 - specificity %{x:.3f}, %{text}",
        )
    figure.add_vline(1 - found.specificity, line_dash="dot", line_width=1.5, line_color=CANVAS[mode]["grid"])
    name = escaped(name_class(compared.classes[found.target], compared.classes))
    figure.update_xaxes(title_text="1 - specificity", range=[-0.01, 1.01], constrain="domain")
    figure.update_yaxes(title_text=f"sensitivity for {name}", range=[-0.01, 1.01])
    legend = {"x": 0.98, "y": 0.04, "xanchor": "right", "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"}
    return dress(figure, dark=dark, height=430, legend=legend)


def accuracy_costs(found: Comparison, against: str, *, dark: bool = False) -> go.Figure:
    """Accuracy with its interval over what it costs, one point a model.

    Args:
        found: the comparison.
        against: a key of ``COSTS``.
        dark: colours of the dark theme.
    """
    mode, figure = "dark" if dark else "light", go.Figure()
    title = found.compared.named(COSTS[against])
    for number, (one, told) in enumerate(zip(found.compared.models, found.measured, strict=True)):
        colour, _, symbol = _look(number, mode)
        value, ends = 100 * (told.values["accuracy"] or 0.0), told.intervals["accuracy"]
        figure.add_scatter(
            x=[one.parameters if against == "parameters" else one.elapsed_ms],
            y=[value],
            error_y=_bar(value, ends),
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 12},
            name=escaped(one.model),
            hovertemplate="%{y:.1f} %, %{x:,.3~s} " + title,
        )
    figure.update_xaxes(title_text=title, rangemode="tozero")
    figure.update_yaxes(title_text="accuracy (%)")
    return dress(figure, dark=dark, height=430, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"})


def _bar(value: float, ends: tuple[float, float] | None) -> dict[str, Any]:
    if ends is None:
        return {"visible": False}
    low, high = (100 * end for end in ends)
    return {
        "type": "data",
        "symmetric": False,
        "array": [max(0.0, high - value)],
        "arrayminus": [max(0.0, value - low)],
        "thickness": 1.5,
        "width": 5,
    }
