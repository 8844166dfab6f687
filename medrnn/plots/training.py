"""What a recipe does, before anything is trained."""

import numpy as np
import plotly.graph_objects as go

from medrnn.plots.layout import ANSWER, dress


def learning_rate(rates: np.ndarray, *, dark: bool = False) -> go.Figure:
    """The learning rate over the steps of a run.

    Args:
        rates: (step,) of each step.
        dark: colours of the dark theme.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=list(range(1, len(rates) + 1)),
        y=rates.tolist(),
        line={"color": ANSWER["dark" if dark else "light"], "width": 3},
        hovertemplate="step %{x}: %{y:.2g}<extra></extra>",
        showlegend=False,
    )
    figure.update_xaxes(title_text="step")
    figure.update_yaxes(title_text="learning rate", rangemode="tozero", exponentformat="power")
    return dress(figure, dark=dark, height=230)
