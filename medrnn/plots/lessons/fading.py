"""How the gradient fades or grows on its way back, one curve a cell, on a logarithmic axis."""

import numpy as np
import plotly.graph_objects as go

from medrnn.config import CELLS
from medrnn.lessons.fading import Fading
from medrnn.plots.layout import GRID, INK, dress
from medrnn.plots.lessons.axes import log_ticks
from medrnn.plots.theme import DASHES, RUNS

FLOAT32 = float(np.finfo(np.float32).smallest_subnormal)


def gradients(found: Fading, *, is_clipped: bool = False, dark: bool = False) -> go.Figure:
    """The norm of the gradient at every step.

    Args:
        found: of the cells.
        is_clipped: what clipping leaves of it; the gradient before stands beside it, thin, where it is longer.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    steps = list(range(1, found.steps + 1))
    for k, (cell, norms) in enumerate(found.norms.items()):
        by = found.clipped(cell) if is_clipped else 1.0
        if by < 1:
            _line(figure, steps, norms, f"{CELLS[cell]}, not clipped", RUNS[mode][k], "solid", 1)
        _line(figure, steps, by * norms, CELLS[cell], RUNS[mode][k], DASHES[k], 2.5)
    every = np.concatenate(list(found.norms.values()))
    every = every[every > 0]
    values, words = log_ticks(float(every.min()), float(every.max()))
    if every.min() < FLOAT32:
        figure.add_hline(FLOAT32, line={"color": INK[mode], "dash": "dash", "width": 1})
        figure.add_annotation(
            text="below this line float32 holds 0",
            x=0.99,
            xref="paper",
            y=np.log10(FLOAT32),
            yshift=-10,
            showarrow=False,
            xanchor="right",
        )
    figure.update_xaxes(title="step", range=[1 - 0.02 * found.steps, found.steps * 1.02])
    figure.update_yaxes(
        title="norm of the gradient",
        type="log",
        tickvals=values,
        ticktext=words,
        ticks="outside",
        tickcolor=GRID[mode],
    )
    return dress(figure, dark=dark, height=360, legend={"orientation": "h", "y": 1.12})


def _line(
    figure: go.Figure, steps: list[int], norms: np.ndarray, name: str, colour: str, dash: str, width: float
) -> None:
    figure.add_scatter(
        x=steps,
        y=[float(norm) if norm > 0 else None for norm in norms],
        name=name,
        mode="lines",
        showlegend=width > 1,
        line={"color": colour, "dash": dash, "width": width},
        hovertemplate=f"{name}, step %{{x}}: %{{y:.2e}}<extra></extra>",
    )
