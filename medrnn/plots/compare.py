"""Maps and answers beside each other: agreement, differences, what small changes do."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from medrnn.plots.layout import INK, PAGE, dress, escaped
from medrnn.plots.theme import CANVAS, between

CELL = 40  # pixels of a cell with a number
SIDE = 260  # of a difference map
LETTERS = 22  # of a title under a column
NUMBER = 13  # pixels of a number in a cell


def _short(title: str) -> str:
    words = escaped(title)
    return words if len(words) <= LETTERS else f"{words[: LETTERS - 1]}…"


def _soft(mode: str) -> list[tuple[float, str]]:
    """The same under numbers, which are written in the colour of text: half as strong."""
    page = PAGE[mode]
    return [(place, between(colour, page)) for place, colour in _signed(mode)]


def _signed(mode: str) -> list[tuple[float, str]]:
    colours = CANVAS[mode]
    return [(0.0, str(colours["negative"])), (0.5, str(colours["paper"])), (1.0, str(colours["positive"]))]


def agreement_matrix(rank: np.ndarray, titles: Sequence[str], *, dark: bool = False) -> go.Figure:
    """Rank correlation of every pair of maps, with its number.

    Args:
        rank: (map, map), -1 to 1, NaN where it is not defined.
        titles: of the maps.
        dark: colours of the dark theme.
    """
    mode, names = "dark" if dark else "light", [_short(title) for title in titles]
    numbers = [f"{k + 1}" for k in range(len(names))]
    labels = [f"{number}  {name}" for number, name in zip(numbers, names, strict=True)]
    figure = go.Figure(
        go.Heatmap(
            z=rank,
            x=numbers,
            y=labels,
            zmin=-1,
            zmax=1,
            colorscale=_soft(mode),
            textfont={"size": NUMBER, "color": INK[mode]},
            text=[["none" if np.isnan(v) else f"{v:.2f}" for v in row] for row in rank],
            texttemplate="%{text}",
            xgap=2,
            ygap=2,
            colorbar={"thickness": 12, "title": "rank corr.", "tickvals": [-1, 0, 1]},
            hovertemplate="%{y} and %{x}: %{text}<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(type="category", side="top")
    return dress(figure, dark=dark, height=110 + CELL * len(names))


def difference_maps(differences: np.ndarray, *, dark: bool = False) -> go.Figure:
    """Every map less the first one, on one signed scale; maps are called by their numbers.

    Args:
        differences: (map, row, column) without the first, in shares of the whole map.
        dark: colours of the dark theme.
    """
    mode, count = "dark" if dark else "light", len(differences)
    limit = float(np.abs(differences).max()) or 1.0
    names = [f"{k + 2} − 1" for k in range(count)]
    across = min(5, count)
    figure = make_subplots(-(-count // across), across, subplot_titles=names, horizontal_spacing=0.04)
    for k, values in enumerate(differences):
        figure.add_heatmap(
            z=100 * values,
            zmin=-100 * limit,
            zmax=100 * limit,
            colorscale=_signed(mode),
            showscale=k == 0,
            colorbar={"thickness": 12, "title": "% of the map"},
            hovertemplate="row %{y}, column %{x}, counted from 0: %{z:+.3f} % of the map<extra></extra>",
            row=1 + k // across,
            col=1 + k % across,
        )
    for words in figure.layout.annotations:
        words.font.size = 12
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", constrain="domain")
    for axis in range(1, count + 1):
        end = "" if axis == 1 else str(axis)
        figure.layout[f"yaxis{end}"].scaleanchor = f"x{end}"
    dress(figure, dark=dark, height=SIDE * -(-count // across) + 80)
    figure.layout.margin.t = 32
    return figure


def movements(
    moved: np.ndarray, flips: np.ndarray, changes: Sequence[str], titles: Sequence[str], *, dark: bool = False
) -> go.Figure:
    """How far each small change moves the probability of a class, in points, with a mark where the answer turns.

    Args:
        moved: (change, model) points, -100 to 100.
        flips: (change, model) bool: another class is the answer.
        changes: what was done, in words.
        titles: of the models.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    limit = max(10.0, float(np.abs(moved).max()))
    numbers = [str(k + 1) for k in range(len(titles))]
    text = [
        [f"<b>{v:+.1f} turns</b>" if turned else f"{v:+.1f}" for v, turned in zip(row, marks, strict=True)]
        for row, marks in zip(moved, flips, strict=True)
    ]
    figure = go.Figure(
        go.Heatmap(
            z=moved,
            x=numbers,
            y=list(changes),
            zmin=-limit,
            zmax=limit,
            colorscale=_soft(mode),
            textfont={"size": NUMBER, "color": INK[mode]},
            text=text,
            texttemplate="%{text}",
            xgap=2,
            ygap=2,
            colorbar={"thickness": 12, "title": "points"},
            customdata=[[escaped(title) for title in titles] for _ in changes],
            hovertemplate="%{customdata}, %{y}: %{text} points<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed")
    ticks = [f"{number}  {_short(title)}" for number, title in zip(numbers, titles, strict=True)]
    figure.update_xaxes(
        type="category", side="top", tickvals=numbers, ticktext=ticks, tickfont_color=INK[mode]
    )
    return dress(figure, dark=dark, height=80 + 30 * len(changes))
