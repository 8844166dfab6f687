"""Accuracy over the number of hidden units: measured folds, the rule of thumb, and a width trained now."""

import math

import plotly.graph_objects as go

from medrnn.lessons.width import RULE, Point
from medrnn.plots.layout import ANSWER, OTHER, dress
from medrnn.plots.theme import CANVAS, RUNS


def accuracies(points: tuple[Point, ...], width: int, now: float, *, dark: bool = False) -> go.Figure:
    """Mean and standard error over the folds, each fold as a dot, the rule as a band, the network trained now.

    The dotted line stands one standard error below the best mean.

    Args:
        points: measured.
        width: trained now.
        now: its accuracy on the first fold.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    figure.add_vrect(*RULE, fillcolor=str(CANVAS[mode]["cursor"]), opacity=0.16, line_width=0)
    figure.add_annotation(
        text="rule of thumb",
        x=math.log10(math.sqrt(RULE[0] * RULE[1])),  # annotations of such an axis stand at the logarithm
        y=0.02,
        yref="paper",
        showarrow=False,
    )
    figure.add_scatter(
        x=[point.width for point in points for _ in point.accuracies],
        y=[fold for point in points for fold in point.accuracies],
        name="each fold",
        mode="markers",
        marker={"size": 6, "opacity": 0.6, "color": OTHER[mode]},
        hovertemplate="%{x} units: %{y:.1%}<extra></extra>",
    )
    figure.add_scatter(
        x=[point.width for point in points],
        y=[point.mean for point in points],
        error_y={"array": [point.error for point in points], "thickness": 2},
        name="mean and standard error of 5 folds",
        line={"color": ANSWER[mode], "width": 2.5},
        mode="lines+markers",
        hovertemplate="%{x} units: %{y:.1%}<extra></extra>",
    )
    best = max(points, key=lambda point: point.mean)
    figure.add_hline(best.mean - best.error, line={"color": ANSWER[mode], "dash": "dot", "width": 1})
    figure.add_scatter(
        x=[width],
        y=[now],
        name=f"{width} units, trained now, first fold",
        mode="markers",
        marker={"symbol": "diamond", "size": 15, "color": RUNS[mode][1]},
        hovertemplate="trained now, %{x} units: %{y:.1%}<extra></extra>",
    )
    widths = [point.width for point in points]
    figure.update_xaxes(
        title="hidden units",
        type="log",
        range=[math.log10(7), math.log10(190)],
        tickvals=widths,
        ticktext=list(map(str, widths)),
    )
    figure.update_yaxes(title="accuracy, images kept aside", tickformat=".0%")
    return dress(figure, dark=dark, height=370, legend={"orientation": "h", "y": 1.13})
