"""The answer over the steps of a digit and over the empty steps behind it."""

import plotly.graph_objects as go

from medrnn.lessons.images import SIDE
from medrnn.lessons.padding import Padded
from medrnn.plots.layout import ANSWER, GRID, OTHER, dress
from medrnn.plots.theme import CANVAS


def answers_over_padding(found: Padded, *, dark: bool = False) -> go.Figure:
    """The probability of each digit after each step; the empty steps are shaded, the last real one is marked.

    Args:
        found: of one digit.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    steps, label = list(range(1, len(found.steps) + 1)), int(found.label)
    last = int(found.steps[-1].argmax())
    for k in range(found.steps.shape[1]):
        colour, dash = str(OTHER[mode]), "dot"
        if k == label:
            colour, dash = ANSWER[mode], "solid"
        elif k == last:
            colour, dash = str(CANVAS[mode]["positive"]), "dash"
        words = f"{k}, what it shows" if k == label else f"{k}, the answer at the end"
        figure.add_scatter(
            x=steps,
            y=found.steps[:, k].tolist(),
            name=words if k in (label, last) else str(k),
            showlegend=k in (label, last),
            mode="lines",
            line={"color": colour, "dash": dash, "width": 3 if k in (label, last) else 1},
            hovertemplate=f"step %{{x}}: p({k}) = %{{y:.1%}}<extra></extra>",
        )
    if len(steps) > SIDE:
        figure.add_vrect(SIDE + 0.5, len(steps) + 0.5, fillcolor=GRID[mode], opacity=0.35, line_width=0)
    figure.add_vline(SIDE, line_color=CANVAS[mode]["cursor"], line_width=2)
    figure.update_xaxes(title=f"step; after {SIDE} only zeros", range=[0.5, len(steps) + 0.5])
    figure.update_yaxes(title="probability", range=[-0.02, 1.05], tickformat=".0%")
    return dress(figure, dark=dark, height=300, legend={"orientation": "h", "y": 1.15})
