"""What all Plotly figures share: colours of the theme, small margins, the research-only line."""

import copy
import html
import textwrap
from collections.abc import Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go

from medrnn.config import DISCLAIMER
from medrnn.models.inference import Inference
from medrnn.plots.theme import CANVAS, GATES

INK = {"light": "#101820", "dark": "#E6EDF3"}
PAGE = {"light": "#FFFFFF", "dark": "#0F1720"}
GRID = {"light": "#CBD5DE", "dark": "#2D3A47"}  # behind the data, never the data
ANSWER = {"light": "#0B6B74", "dark": "#4CC3C9"}
OTHER = {"light": "#7C8B9A", "dark": "#667A8C"}
READABLE = 18  # pixels of text, from the back of a room
WRAP, LINE = 56, 15  # letters of a line under a figure, and its height in pixels


def escaped(name: object) -> str:
    """A name that is not ours, as Plotly shows it: its texts take some HTML, its templates ``%{...}``."""
    return html.escape(str(name), quote=False).replace("{", "&#123;")


def stamp(figure: go.Figure, *inferences: Inference) -> go.Figure:
    """Write below a dressed figure, and so into every picture of it, whether its answers count and how they were made.

    Models that find the same fault with an image say so once.
    """
    if not inferences:
        return figure
    warnings = {one.verdict: one.warning for one in reversed(inferences) if one.warning}
    lines = [line for words in warnings.values() for line in textwrap.wrap(words, WRAP)]
    lines += [one.line for one in inferences]
    margin, more = figure.layout.margin, LINE * len(lines)
    figure.add_annotation(
        text="<br>".join(map(escaped, lines)),
        xref="paper",
        yref="paper",
        x=0,
        y=0,
        yshift=4 - margin.b,
        xanchor="left",
        yanchor="top",
        align="left",
        showarrow=False,
        font={"size": 11},
        opacity=0.85 if warnings else 0.75,
    )
    margin.b += more
    figure.layout.height += more
    return figure


def mark_step(figure: go.Figure, step: int | None, mode: str) -> None:
    """The cursor: a line at a step, counted from 0, on an axis that counts from 1; none for None."""
    if step is not None:
        figure.add_vline(step + 1, line_color=CANVAS[mode]["cursor"], line_width=2)


def draw_path(figure: go.Figure, own: np.ndarray, step: int, mode: str) -> None:
    """The path of the image in view with one step marked; a point's ``customdata`` is its step, counted from 1.

    Args:
        figure: gets two more traces.
        own: (step, component), of which the first two are drawn.
        step: counted from 0.
        mode: "light" or "dark".
    """
    figure.add_scatter(
        x=own[:, 0],
        y=own[:, 1],
        customdata=np.arange(1, len(own) + 1),
        name="in view",
        mode="lines+markers",
        marker={"size": 5},
        line={"color": GATES[mode]["h"], "width": 3},
        hovertemplate="step %{customdata}<extra>in view</extra>",
    )
    figure.add_scatter(
        x=own[step : step + 1, 0],
        y=own[step : step + 1, 1],
        mode="markers+text",
        name=f"step {step + 1}",
        text=[f"step {step + 1}"],
        textposition="top center",
        marker={"color": CANVAS[mode]["cursor"], "size": 14},
        showlegend=False,
    )


def dress(figure: go.Figure, *, dark: bool, height: int, **layout: Any) -> go.Figure:
    """Give a figure the house's colours, its height in pixels, and the line "not for diagnosis"."""
    mode = "dark" if dark else "light"
    below = 24 if figure.layout.xaxis.title.text else 0  # room for the axis' title
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 42 + below},
        paper_bgcolor=PAGE[mode],
        plot_bgcolor=PAGE[mode],
        font={"color": INK[mode], "size": 13, "family": "Source Sans, sans-serif"},
        **layout,
    )
    figure.update_xaxes(gridcolor=GRID[mode], zerolinecolor=GRID[mode], automargin=True, title_standoff=4)
    figure.update_yaxes(gridcolor=GRID[mode], zerolinecolor=GRID[mode], automargin=True)
    figure.add_annotation(
        text=DISCLAIMER,
        xref="paper",
        yref="paper",
        x=1,
        y=0,
        yshift=-22 - below,
        xanchor="right",
        yanchor="top",
        showarrow=False,
        font={"size": 10},
        opacity=0.75,
    )
    return figure


def enlarge(figure: go.Figure) -> go.Figure:
    """The same figure for a projector: no text below 18 pixels, and room for it."""
    larger, size = copy.deepcopy(figure), figure.layout.font.size or 12
    for font in _fonts(larger):
        if font.size:
            font.size = max(READABLE, font.size * READABLE / size)
    layout, by = larger.layout, READABLE / size
    layout.font.size, layout.hoverlabel.font.size = READABLE, READABLE
    for axis in (*larger.select_xaxes(), *larger.select_yaxes()):
        axis.title.font.size = READABLE
    for words in layout.annotations:
        words.yshift = (words.yshift or 0) * by
    for side in ("t", "b"):
        layout.margin[side] = (layout.margin[side] or 0) * by
    layout.height = round((layout.height or 450) * by)
    return larger


def _fonts(figure: go.Figure) -> Iterator[Any]:
    """Every font that is set on its own."""
    for words in figure.layout.annotations:
        yield words.font
    for trace in figure.data:
        for name in ("textfont", "insidetextfont", "outsidetextfont"):
            if name in trace:
                yield trace[name]
        bar = trace.colorbar if "colorbar" in trace else None
        if bar:
            yield from (bar.tickfont, bar.title.font)
