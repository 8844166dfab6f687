"""How a network learns its images by heart, and how far its answers scatter under masks."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from medrnn.lessons.dropout import Curves, Masked
from medrnn.plots.layout import ANSWER, OTHER, dress
from medrnn.plots.lessons.panels import GREY
from medrnn.plots.theme import RUNS


def losses(chosen: Curves, plain: Curves, *, dark: bool = False) -> go.Figure:
    """Mean loss after each epoch, of images learnt (thin) and kept aside (thick), with the range of the seeds.

    Args:
        chosen: with the dropout that was chosen.
        plain: without dropout.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    drawn = [(plain, RUNS[mode][1], "dash")] + ([(chosen, ANSWER[mode], "solid")] if chosen.share else [])
    for curves, colour, dash in drawn:
        for part, loss, width in (("learnt", curves.train_loss, 1.5), ("kept aside", curves.val_loss, 3)):
            name = f"dropout {curves.share:g}, images {part}"
            epochs = list(range(1, loss.shape[1] + 1))
            _band(figure, epochs, loss, colour)
            figure.add_scatter(
                x=epochs,
                y=loss.mean(0).tolist(),
                name=name,
                line={"color": colour, "width": width, "dash": dash},
                hovertemplate=f"{name}, epoch %{{x}}: %{{y:.3f}}<extra></extra>",
            )
    figure.update_xaxes(title="epoch")
    figure.update_yaxes(title="loss (nats)", rangemode="tozero")
    dress(figure, dark=dark, height=340, legend={"orientation": "h", "y": 1.14})
    return figure


def _band(figure: go.Figure, epochs: list[int], loss: np.ndarray, colour: str) -> None:
    """From the lowest to the highest seed."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    figure.add_scatter(
        x=epochs + epochs[::-1],
        y=loss.max(0).tolist() + loss.min(0)[::-1].tolist(),
        name="range of five seeds",
        fill="toself",
        fillcolor=f"rgba({red},{green},{blue},0.12)",
        line={"width": 0},
        showlegend=False,
        hoverinfo="skip",
    )


def scatter(found: Masked, *, dark: bool = False) -> go.Figure:
    """The digit, and beside it the probability of each class under every mask; a bar where it stands without masks.

    Args:
        found: the answers.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = make_subplots(1, 2, column_widths=[0.22, 0.78], horizontal_spacing=0.08)
    figure.add_heatmap(
        z=found.image.round(3).tolist(),
        name="digit",
        colorscale=GREY,
        showscale=False,
        hoverinfo="skip",
        row=1,
        col=1,
    )
    count, classes = found.answers.shape
    shift = np.random.default_rng(0).uniform(-0.3, 0.3, (count,))  # for the eye: points side by side
    for k in range(classes):
        figure.add_scatter(
            x=[k + by for by in shift.tolist()],
            y=found.answers[:, k].tolist(),
            name=f"class {k}, with masks",
            mode="markers",
            marker={"size": 5, "opacity": 0.45, "color": ANSWER[mode] if k == found.label else OTHER[mode]},
            hovertemplate=f"{k}: %{{y:.1%}}<extra></extra>",
            row=1,
            col=2,
        )
    figure.add_scatter(
        x=list(range(classes)),
        y=found.plain.tolist(),
        name="without masks",
        mode="markers",
        marker={"symbol": "line-ew", "size": 26, "line": {"width": 3, "color": RUNS[mode][1]}},
        hovertemplate="%{x}, without masks: %{y:.1%}<extra></extra>",
        row=1,
        col=2,
    )
    figure.update_yaxes(visible=False, autorange="reversed", scaleanchor="x", constrain="domain", col=1)
    figure.update_xaxes(visible=False, constrain="domain", col=1)
    figure.update_xaxes(dtick=1, col=2)
    figure.update_yaxes(title_text="probability of each digit", tickformat=".0%", range=[-0.03, 1.05], col=2)
    return dress(figure, dark=dark, height=280, showlegend=False)
