"""Loss and accuracy of finished runs."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from medrnn.plots.layout import dress, escaped
from medrnn.plots.theme import DASHES, RUNS


def smooth(values: Sequence[float | None], share: float) -> list[float | None]:
    """Exponential moving average, corrected for its start; 0 leaves the values as they are, a gap stays one."""
    kept, weight = 0.0, 0.0
    made: list[float | None] = []
    for value in values:
        if value is None:
            made.append(None)
            continue
        kept, weight = share * kept + (1 - share) * value, share * weight + (1 - share)
        made.append(kept / weight)
    return made


def run_curves(
    runs: Mapping[str, Sequence[Mapping[str, Any]]], *, smoothing: float = 0.0, dark: bool = False
) -> go.Figure:
    """Training (thin) and validation (thick, with marks) loss and accuracy over steps, one colour and dash a run.

    Args:
        runs: name to the run's events, oldest first.
        smoothing: 0 to below 1, of the training curves.
        dark: colours of the dark theme.
    """
    figure = make_subplots(1, 2, subplot_titles=("Loss (nats)", "Accuracy"), horizontal_spacing=0.08)
    for number, (run, events) in enumerate(runs.items()):
        name = escaped(run)
        colour = RUNS["dark" if dark else "light"][number % len(DASHES)]
        line = {"color": colour, "dash": DASHES[number % len(DASHES)]}
        steps = [e for e in events if e["kind"] == "step"]
        epochs = [e for e in events if e["kind"] == "epoch"]
        for column, quantity in enumerate(("loss", "accuracy"), 1):
            figure.add_scatter(
                x=[e["step"] for e in steps],
                y=smooth([e[quantity] for e in steps], smoothing),
                name=f"{name}, training",
                legendgroup=name,
                showlegend=column == 1,
                line={**line, "width": 1},
                opacity=0.8,
                row=1,
                col=column,
            )
            figure.add_scatter(
                x=[e["step"] for e in epochs],
                y=[e[f"val_{quantity}"] for e in epochs],
                name=f"{name}, validation",
                legendgroup=name,
                showlegend=column == 1,
                line={**line, "width": 2.5},
                mode="lines+markers",
                row=1,
                col=column,
            )
    figure.update_xaxes(title_text="step")
    legend = {"orientation": "h", "y": -0.25}
    dress(figure, dark=dark, height=420, legend=legend)
    return figure.update_layout(margin={"t": 34, "b": 60})
