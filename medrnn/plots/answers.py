"""Class probabilities of one answer as bars."""

import plotly.graph_objects as go

from medrnn.models.class_names import name_classes
from medrnn.plots.layout import ANSWER, OTHER, dress, escaped
from medrnn.types import Prediction


def answer_bars(prediction: Prediction, *, dark: bool = False) -> go.Figure:
    """One bar a class from 0 to 1, the answer in colour, each with its percentage.

    Args:
        prediction: the answer; its classes are drawn from top to bottom.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    colours = [
        ANSWER[mode] if k == prediction.answer else OTHER[mode] for k in range(len(prediction.classes))
    ]
    bars = go.Bar(
        x=prediction.probabilities,
        y=[escaped(name) for name in name_classes(prediction.classes)],
        orientation="h",
        marker_color=colours,
        text=[f"{100 * p:.1f} %" for p in prediction.probabilities],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.4f}<extra></extra>",
    )
    figure = go.Figure(bars)
    figure.update_xaxes(range=[0, 1.12], tickvals=[0, 0.25, 0.5, 0.75, 1], tickformat=".0%")
    figure.update_yaxes(autorange="reversed", type="category", showgrid=False)
    return dress(figure, dark=dark, height=62 + 27 * len(prediction.classes), bargap=0.25)
