"""Answers asked again: a dot a pass, a line a way."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from medrnn.plots.layout import ANSWER, INK, OTHER, dress, escaped

if TYPE_CHECKING:
    from medrnn.compare.uncertain import Spread

ROW, AXIS = 62, 80  # pixels: of a way, and of what is below all of them
STACKED = 0.34  # of a row: how far equal dots are moved apart


def answers_again(
    found: "Sequence[Spread]",
    titles: Sequence[str],
    k: int,
    name: str,
    *,
    limit: float | None = None,
    is_known: bool = True,
    dark: bool = False,
) -> go.Figure:
    """The probability of one class in every pass, with mean and standard deviation; ways without a pass left out.

    Args:
        found: at least one with passes.
        titles: of the ways, one each.
        k: index of the class.
        name: of the class as people read it.
        limit: the least probability with which it stays in a prediction set, drawn as a line.
        is_known: False where the image is not of the kind that the model knows: the dots are grey.
        dark: colours of the dark theme.
    """
    mode, figure = "dark" if dark else "light", go.Figure()
    shown = [(one, title) for one, title in zip(found, titles, strict=True) if one.passes]
    colour = (ANSWER if is_known else OTHER)[mode]
    for row, (one, title) in enumerate(shown):
        said = one.answers[:, k]
        places = np.linspace(-STACKED, STACKED, len(said)) if len(said) > 1 else np.zeros(1)
        figure.add_scatter(
            x=said.tolist(),
            y=(row + places).tolist(),
            mode="markers",
            marker={"size": 7, "color": colour, "opacity": 0.55},
            hovertemplate=f"{escaped(title)}: %{{x:.3f}}<extra></extra>",
            name=escaped(title),
        )
        figure.add_scatter(
            x=[float(one.mean[k])],
            y=[row],
            error_x={
                "type": "data",
                "array": [float(one.spread[k])],
                "color": INK[mode],
                "thickness": 2,
                "width": 7,
            },
            mode="markers",
            marker={"size": 12, "symbol": "diamond", "color": INK[mode]},
            hovertemplate=f"mean %{{x:.3f}}, SD {one.spread[k]:.3f}<extra></extra>",
            name=f"{escaped(title)}, mean and SD",
        )
    if limit is not None and 0 < limit < 1:
        figure.add_vline(limit, line={"color": INK[mode], "dash": "dot", "width": 1.5})
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%", title_text=f"probability of {escaped(name)}")
    figure.update_yaxes(
        range=[len(shown) - 0.5, -0.5],
        tickvals=list(range(len(shown))),
        ticktext=[escaped(title) for _, title in shown],
        showgrid=False,
        zeroline=False,
    )
    return dress(figure, dark=dark, height=AXIS + ROW * len(shown), showlegend=False)
