"""What a network that learnt from unequal classes says, and how a film is changed for training."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from medrnn.lessons.imbalance import Counted
from medrnn.plots.layout import ANSWER, OTHER, PAGE, dress
from medrnn.plots.lessons.panels import Panel, side_by_side
from medrnn.plots.theme import RUNS


def answers(found: Counted, *, dark: bool = False) -> go.Figure:
    """Left the films of each class by what the network says; right plain and balanced accuracy.

    Args:
        found: the counts.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = make_subplots(
        1,
        2,
        column_widths=[0.64, 0.36],
        horizontal_spacing=0.2,
        subplot_titles=("Share of the films of each class", "Accuracy"),
    )
    names = [f"{name} ({int(sum(row))})" for name, row in zip(found.classes, found.counts, strict=True)]
    colours = (RUNS[mode][2], RUNS[mode][1])
    for k, said in enumerate(found.classes):
        shares = found.counts[:, k] / found.counts.sum(1)
        figure.add_bar(
            y=names,
            x=shares.tolist(),
            orientation="h",
            name=f"answer {said}",
            marker={
                "color": colours[k],
                "pattern": {"shape": "/" if k else "", "fillmode": "overlay", "fgopacity": 0.3},
            },
            text=[str(int(count)) if count else "" for count in found.counts[:, k]],
            insidetextanchor="middle",
            textfont={"color": PAGE[mode]},
            hovertemplate=f"%{{y}}: %{{x:.0%}} answered {said}<extra></extra>",
            row=1,
            col=1,
        )
    values = {"plain": found.accuracy, "balanced": found.balanced}
    figure.add_bar(
        y=list(values),
        x=list(values.values()),
        orientation="h",
        name="accuracy",
        text=[f"{value:.1%}" for value in values.values()],
        textfont={"color": PAGE[mode]},
        marker={"color": [OTHER[mode], ANSWER[mode]]},
        showlegend=False,
        row=1,
        col=2,
    )
    figure.update_xaxes(range=[0, 1], tickformat=".0%")
    figure.update_yaxes(autorange="reversed")
    dress(figure, dark=dark, height=250, barmode="stack", legend={"orientation": "h", "y": -0.2})
    return figure.update_layout(margin={"t": 30, "b": 52})


def changed(pictures: np.ndarray, change: str, *, dark: bool = False) -> go.Figure:
    """A film as it is, and as it is changed.

    Args:
        pictures: (picture, row, column) in [0, 1], the first as it is.
        change: what is done, in words.
        dark: colours of the dark theme.
    """
    names = ["as it is", *(f"{change}, {k}" for k in range(1, len(pictures)))]
    return side_by_side(
        [Panel(one, name) for one, name in zip(pictures, names, strict=True)], dark=dark, height=260
    )
