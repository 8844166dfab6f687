"""The answers of several models to one reading, side by side on one scale."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from medrnn.models.class_names import name_class, name_classes
from medrnn.models.sets import say_of
from medrnn.plots.layout import ANSWER, INK, OTHER, PAGE, dress, escaped
from medrnn.types import Prediction

ROW, AXIS = 46, 62  # pixels: of a model, and of what is below all of them
THICK = 0.3  # of a row


def answer_rows(found: Sequence[Prediction], titles: Sequence[str], *, dark: bool = False) -> go.Figure:
    """One bar a model from the middle of one scale: of two classes the second one's probability, else the answer's.

    Args:
        found: at least one answer, all with the same classes; drawn from top to bottom. Grey where the image is not of
            the kind that the model knows.
        titles: of the models, as they stand over their bars.
        dark: colours of the dark theme.
    """
    mode, is_pair = "dark" if dark else "light", len(found[0].classes) == 2
    base = 0.5 if is_pair else 0.0
    values = [float(p.probabilities[1] if is_pair else p.probabilities.max()) for p in found]
    figure = go.Figure(
        go.Bar(
            y=list(range(len(found))),
            x=[value - base for value in values],
            base=base,
            orientation="h",
            width=THICK,
            marker_color=[(ANSWER if p.verdict.is_within else OTHER)[mode] for p in found],
            error_x=_bars(found, values, 1 if is_pair else None, INK[mode]),
            customdata=[[escaped(t), _said(p), _over_seeds(p)] for t, p in zip(titles, found, strict=True)],
            hovertemplate="%{customdata[0]}: %{customdata[1]}%{customdata[2]}<extra></extra>",
        )
    )
    for row, (one, title) in enumerate(zip(found, titles, strict=True)):
        _write(figure, row - THICK / 2, escaped(title), "left", PAGE[mode])
        _write(figure, row - THICK / 2, _told(one), "right", PAGE[mode])
    ends = name_classes(found[0].classes) if is_pair else ("0 %", "100 %")
    for side, end in zip(("left", "right"), ends, strict=True):
        _write(figure, len(found) - 0.6, escaped(end), side, PAGE[mode], "top")
    figure.update_xaxes(range=[0, 1], tickvals=[0.25, 0.5, 0.75], tickformat=".0%")
    figure.update_yaxes(range=[len(found) - 0.6, -0.85], visible=False)
    if is_pair:
        figure.add_vline(0.5, line_color=INK[mode], line_width=1)
    return dress(figure, dark=dark, height=AXIS + ROW * len(found), showlegend=False)


def _bars(found: Sequence[Prediction], values: Sequence[float], k: int | None, colour: str) -> dict[str, Any]:
    """From the lowest to the highest probability over the seeds; none where there is one seed."""
    spreads = [
        one.spread(one.answer if k is None else k) or (v, v) for one, v in zip(found, values, strict=True)
    ]
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - v for (_, high), v in zip(spreads, values, strict=True)],
        "arrayminus": [v - low for (low, _), v in zip(spreads, values, strict=True)],
        "color": colour,
        "thickness": 1.5,
        "width": 4,
        "visible": any(high > low for low, high in spreads),
    }


def _over_seeds(found: Prediction) -> str:
    spread = found.spread(found.answer)
    if spread is None:
        return ""
    return f", over {found.seed_count} seeds {100 * spread[0]:.1f} to {100 * spread[1]:.1f} %"


def _told(found: Prediction) -> str:
    """The answer in bold; in brackets where it means nothing, behind what is left where that is not it."""
    if doubt := say_of(found):
        return f"{escaped(doubt)} ({_said(found)})"
    return f"<b>{_said(found)}</b>" if found.verdict.is_within else f"({_said(found)})"


def _said(found: Prediction) -> str:
    return f"{escaped(name_class(found.classes[found.answer], found.classes))} {100 * found.probabilities.max():.1f} %"


def _write(figure: go.Figure, y: float, text: str, side: str, page: str, anchor: str = "bottom") -> None:
    """A text at the left or right end of the scale; above a bar, or below all of them."""
    figure.add_annotation(
        bgcolor=page,
        text=text,
        x=0 if side == "left" else 1,
        y=y,
        xanchor=side,
        yanchor=anchor,
        yshift=1 if anchor == "bottom" else -1,
        showarrow=False,
        font={"size": 12},
    )
