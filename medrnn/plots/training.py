"""What a recipe does, before anything is trained."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

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


def by_batches(
    losses: Sequence[float], before: Sequence[float], after: Sequence[float], *, dark: bool = False
) -> go.Figure:
    """Left the loss of each batch, right the norm of its gradient before and after clipping.

    Args:
        losses: (step,) in nats.
        before: (step,) L2 norm of the gradient.
        after: (step,) the same after clipping.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = make_subplots(
        1, 2, subplot_titles=("Loss of the batch (nats)", "Norm of the gradient"), horizontal_spacing=0.12
    )
    steps = list(range(1, len(losses) + 1))
    for column, name, values, colour, dash in (
        (1, "loss", losses, ANSWER[mode], "solid"),
        (2, "before clipping", before, OTHER[mode], "dot"),
        (2, "after clipping", after, ANSWER[mode], "solid"),
    ):
        figure.add_scatter(
            x=steps,
            y=list(values),
            name=name,
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2},
            showlegend=column == 2,
            hovertemplate=f"batch %{{x}}, {name}: %{{y:.3g}}<extra></extra>",
            row=1,
            col=column,
        )
    figure.update_xaxes(title_text="batch", tickformat="d")
    figure.update_yaxes(rangemode="tozero")
    dress(figure, dark=dark, height=300, legend={"orientation": "h", "y": -0.32, "x": 0, "xanchor": "left"})
    return figure.update_layout(margin={"t": 30})


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
