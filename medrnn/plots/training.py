"""What a recipe does, before anything is trained."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from medrnn.plots.layout import ANSWER, OTHER, dress, escaped


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


def cross_validated(
    names: Sequence[str], means: Sequence[float], errors: Sequence[float], chosen: int, *, dark: bool = False
) -> go.Figure:
    """The accuracy of each combination over the folds, with its standard error; the chosen one stands out.

    Args:
        names: of the combinations.
        means: from 0 to 1.
        errors: standard errors of the means.
        chosen: place of the one that is proposed.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    colours = [ANSWER[mode] if place == chosen else OTHER[mode] for place in range(len(names))]
    figure = go.Figure()
    figure.add_scatter(
        x=[escaped(name) for name in names],
        y=[100 * mean for mean in means],
        error_y={"array": [100 * error for error in errors], "color": OTHER[mode]},
        mode="markers",
        marker={
            "color": colours,
            "size": 11,
            "symbol": ["diamond" if place == chosen else "circle" for place in range(len(names))],
        },
        hovertemplate="%{x}: %{y:.1f} %<extra></extra>",
        showlegend=False,
    )
    figure.update_xaxes(type="category")
    figure.update_yaxes(title_text="accuracy, %")
    return dress(figure, dark=dark, height=290)
