"""A map beside the map of chance weights, and where the gradient lies on noise."""

import numpy as np
import plotly.graph_objects as go

from medrnn.lessons.saliency import Checked
from medrnn.plots.layout import ANSWER, OTHER, dress
from medrnn.plots.lessons.panels import Panel, side_by_side
from medrnn.plots.theme import RUNS


def maps(found: Checked, *, has_chance: bool = True, dark: bool = False) -> go.Figure:
    """The film as the network reads it, its map, and the map of the first draw of chance weights.

    Args:
        found: both maps.
        has_chance: the last one is drawn.
        dark: colours of the dark theme.
    """
    kind = "signed" if found.own.is_signed else "unsigned"
    panels = [
        Panel(found.reading.grid, "what is read"),
        Panel(found.own.values, "map, trained", kind),
        Panel(found.other.values, "map, chance", kind),
    ]
    return side_by_side(panels if has_chance else panels[:2], dark=dark)


def lean(found: Checked, *, dark: bool = False) -> go.Figure:
    """Share of the saliency on each row, mean over images of noise.

    Args:
        found: the shares.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    steps = list(range(1, len(found.lean) + 1))
    drawn: tuple[tuple[str, np.ndarray, str, str], ...] = (
        ("trained", found.lean, ANSWER[mode], "solid"),
        ("chance", found.lean_other, RUNS[mode][1], "dash"),
    )
    for name, shares, colour, dash in drawn:
        figure.add_scatter(
            x=steps,
            y=shares.tolist(),
            name=name,
            line={"color": colour, "dash": dash, "width": 2.5},
            hovertemplate=f"{name}, row %{{x}}: %{{y:.1%}}<extra></extra>",
        )
    figure.add_hline(1 / len(steps), line={"color": OTHER[mode], "width": 1, "dash": "dot"})
    figure.update_xaxes(title="row, in the order of reading")
    figure.update_yaxes(title="share of the saliency", tickformat=".0%", rangemode="tozero")
    return dress(figure, dark=dark, height=250, legend={"orientation": "h", "y": 1.18})
