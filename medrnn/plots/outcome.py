"""One model on its test split: who was taken for whom, its curves with a point on them, whether p comes true."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from medrnn.evaluation.calibration import Bin
from medrnn.evaluation.confusion import Figure
from medrnn.evaluation.ranking import precision_recall, roc
from medrnn.evaluation.thresholds import Rates
from medrnn.models.class_names import name_classes
from medrnn.plots.layout import ANSWER, INK, PAGE, dress, escaped
from medrnn.plots.theme import CANVAS, DASHES, RUNS, between

CELL, LEAST, MOST = 58, 300, 620  # pixels of a cell; of the whole picture
CORNER = (72, 44)  # pixels left of the matrix and above it, at least
CURVE = 360  # pixels of a curve's height
LETTERS = 14  # of a class below its column; more are turned
SMALLEST, LARGEST = 6, 22  # pixels of a bin's mark


def confusion_matrix(
    counts: np.ndarray, classes: Sequence[str], *, chosen: tuple[int, int] | None = None, dark: bool = False
) -> go.Figure:
    """Images by label (row) and answer (column) with the share of the row. Cells can be clicked.

    Right answers and mistakes have a colour each, and mistakes a scale of their own: it ends at the largest of their
    shares, else a few in a hundred could not be seen.

    Args:
        counts: (label, answer) images.
        classes: names.
        chosen: (label, answer) of the cell that is outlined.
        dark: colours of the dark theme.

    Returns:
        A figure; the ``customdata`` of a point is (label, answer), counted from 0.
    """
    mode, names = "dark" if dark else "light", [escaped(name) for name in name_classes(classes)]
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    is_right = np.eye(len(names), dtype=bool)
    figure, words = go.Figure(), np.array(_cell_words(counts, shares))
    for name, some, colour, most in (
        ("right", is_right, ANSWER[mode], 1.0),
        ("mistakes", ~is_right, str(CANVAS[mode]["positive"]), float(shares[~is_right].max()) or 1.0),
    ):
        figure.add_heatmap(
            z=np.where(some, shares, np.nan),
            zmin=0,
            zmax=most,
            colorscale=[(0.0, PAGE[mode]), (1.0, between(colour, PAGE[mode]))],
            showscale=False,
            text=np.where(some, words, ""),
            texttemplate="%{text}",
            textfont={"size": 13 if len(names) < 6 else 11, "color": INK[mode]},
            xgap=2,
            ygap=2,
            hoverinfo="skip",
            name=f"share of its label, {name}",
        )
    down, across = (part.ravel() for part in np.indices(counts.shape))
    figure.add_scatter(
        x=across.tolist(),
        y=down.tolist(),
        customdata=np.stack([down, across], 1).tolist(),
        text=[
            f"labelled {names[k]}, answered {names[j]}: {counts[k, j]:,} of {counts[k].sum():,}"
            for k, j in zip(down, across, strict=True)
        ],
        mode="markers",
        marker={"symbol": "square", "size": CELL - 12 if len(names) < 6 else 30, "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
        name="cells",
    )
    if chosen is not None:
        y, x = chosen
        edge = {"color": CANVAS[mode]["cursor"], "width": 3}
        figure.add_shape(type="rect", x0=x - 0.5, x1=x + 0.5, y0=y - 0.5, y1=y + 0.5, line=edge)
    ticks = {"tickvals": list(range(len(names))), "ticktext": names, "showgrid": False, "zeroline": False}
    turned = 0 if max(map(len, names)) * len(names) <= 3 * LETTERS else -90
    figure.update_xaxes(side="top", range=_ends(len(names)), tickangle=turned, **ticks)
    figure.update_yaxes(range=_ends(len(names))[::-1], **ticks)
    height = min(MOST, max(LEAST, CELL * len(names) + 150))
    dress(figure, dark=dark, height=height, showlegend=False)
    figure.layout.margin.l, figure.layout.margin.t = CORNER  # the axes are named where no class is
    figure.add_annotation(
        text="answer →<br>label ↓",
        xref="paper",
        yref="paper",
        x=0,
        y=1,
        xshift=-8,
        yshift=6,
        xanchor="right",
        yanchor="bottom",
        align="right",
        showarrow=False,
        font={"size": 12},
    )
    return figure


def _cell_words(counts: np.ndarray, shares: np.ndarray) -> list[list[str]]:
    """The count over the share of its row; of no images the count alone."""
    return [
        [f"{count:,}<br>{_percent(share)}" if count else "0" for count, share in zip(row, part, strict=True)]
        for row, part in zip(counts, shares, strict=True)
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.005 else "< 1 %"


def _ends(count: int) -> list[float]:
    return [-0.5, count - 0.5]


def _bar(value: float, ends: tuple[float, float] | None) -> dict[str, Any]:
    """From one end of an interval to the other."""
    low, high = ends or (value, value)
    return {
        "type": "data",
        "symmetric": False,
        "array": [max(0.0, high - value)],
        "arrayminus": [max(0.0, value - low)],
        "thickness": 1.5,
        "width": 5,
    }


def _point(
    figure: go.Figure, x: Figure, y: Figure, rates: Rates, mode: str, *, is_flipped: bool = False
) -> None:
    """Where the threshold lies on the curve, with the intervals of both shares; nothing where one is not defined."""
    if x.value is None or y.value is None or x.interval is None:
        return
    at, ends = x.value, x.interval
    if is_flipped:
        at, ends = 1 - at, (1 - ends[1], 1 - ends[0])
    figure.add_scatter(
        x=[at],
        y=[y.value],
        error_x=_bar(at, ends),
        error_y=_bar(y.value, y.interval),
        mode="markers",
        marker={"color": CANVAS[mode]["cursor"], "size": 13, "line": {"color": INK[mode], "width": 1}},
        name=f"threshold {100 * rates.threshold:.1f} %",
        hovertemplate="%{x:.3f}, %{y:.3f}",
    )


def _square(figure: go.Figure, across: str, up: str) -> None:
    figure.update_xaxes(title_text=across, range=[-0.02, 1.02], constrain="domain")
    figure.update_yaxes(title_text=up, range=[-0.02, 1.02])


def _said(figure: go.Figure, words: str, y: float) -> None:
    """A figure of the curve, written into a corner where it does not run."""
    figure.add_annotation(
        text=words,
        xref="paper",
        yref="paper",
        x=0.97,
        y=y,
        xanchor="right",
        showarrow=False,
        font={"size": 13},
    )


def roc_point(
    scores: np.ndarray, is_class: np.ndarray, rates: Rates, words: str, *, dark: bool = False
) -> go.Figure:
    """The ROC curve of a class against the rest with the point of a threshold.

    Args:
        scores: (image,) probabilities of the class.
        is_class: (image,) bool, both kinds present.
        rates: at the threshold.
        words: the area with its interval, written below the curve.
        dark: colours of the dark theme.
    """
    mode, figure = "dark" if dark else "light", go.Figure()
    grid = {"color": CANVAS[mode]["grid"], "width": 1.5, "dash": "dot"}
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=grid, name="chance", hoverinfo="skip")
    alarms, hits, thresholds = roc(scores, is_class)
    figure.add_scatter(
        x=alarms.tolist(),
        y=hits.tolist(),
        mode="lines",
        line={"color": ANSWER[mode], "width": 2.5},
        name="ROC curve",
        text=[f"threshold {value:.3f}" for value in thresholds],
        hovertemplate="sensitivity %{y:.3f}, 1 - specificity %{x:.3f}, %{text}<extra></extra>",
    )
    _point(figure, rates.specificity, rates.sensitivity, rates, mode, is_flipped=True)
    _square(figure, "1 - specificity", "sensitivity")
    _said(figure, words, 0.06)
    return dress(figure, dark=dark, height=CURVE, showlegend=False)


def precision_recall_point(
    scores: np.ndarray, is_class: np.ndarray, rates: Rates, words: str, *, dark: bool = False
) -> go.Figure:
    """The precision-recall curve of a class with the point of a threshold; it runs in steps.

    Args:
        scores: (image,) probabilities of the class.
        is_class: (image,) bool, both kinds present.
        rates: at the threshold.
        words: the average precision with its interval, written below the curve.
        dark: colours of the dark theme.
    """
    mode, figure = "dark" if dark else "light", go.Figure()
    share = float(is_class.mean())
    grid = {"color": CANVAS[mode]["grid"], "width": 1.5, "dash": "dot"}
    figure.add_scatter(
        x=[0, 1], y=[share, share], mode="lines", line=grid, name="share of the class", hoverinfo="skip"
    )
    precision, recall, thresholds = precision_recall(scores, is_class)
    figure.add_scatter(
        x=[*recall.tolist(), 0.0],
        y=[*precision.tolist(), float(precision[-1])],
        mode="lines",
        line={"color": ANSWER[mode], "width": 2.5, "shape": "hv"},
        name="precision-recall curve",
        text=[*(f"threshold {value:.3f}" for value in thresholds), ""],
        hovertemplate="precision %{y:.3f}, sensitivity %{x:.3f}, %{text}<extra></extra>",
    )
    _point(figure, rates.sensitivity, rates.ppv, rates, mode)
    _square(figure, "sensitivity (recall)", "precision (PPV)")
    _said(figure, words, 0.06 if share > 0.2 else 0.4)
    return dress(figure, dark=dark, height=CURVE, showlegend=False)


def reliability_diagram(series: Sequence[tuple[str, Sequence[Bin]]], *, dark: bool = False) -> go.Figure:
    """What came against what was said, a mark a bin, its size by how many images it holds, with Wilson's intervals.

    Args:
        series: name and bins of one answer after another, such as before and after scaling.
        dark: colours of the dark theme.
    """
    mode, figure = "dark" if dark else "light", go.Figure()
    grid = {"color": CANVAS[mode]["grid"], "width": 1.5, "dash": "dot"}
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=grid, name="as said", hoverinfo="skip")
    most = max(one.count for _, bins in series for one in bins)
    for number, (name, bins) in enumerate(series):
        colour = RUNS[mode][number]
        came = [one.came for one in bins]
        ends = [one.interval for one in bins]
        figure.add_scatter(
            x=[one.said for one in bins],
            y=came,
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [max(0.0, high - v) for v, (_, high) in zip(came, ends, strict=True)],
                "arrayminus": [max(0.0, v - low) for v, (low, _) in zip(came, ends, strict=True)],
                "thickness": 1.2,
                "width": 3,
            },
            mode="lines+markers",
            line={"color": colour, "dash": DASHES[number], "width": 1.5},
            marker={
                "symbol": ("circle", "diamond")[number],
                "size": [SMALLEST + (LARGEST - SMALLEST) * (one.count / most) ** 0.5 for one in bins],
                "opacity": 0.85,
            },
            text=[f"{one.count:,} from {one.low:.3f} to {one.high:.3f}" for one in bins],
            hovertemplate="said %{x:.3f}, came true %{y:.3f}, %{text}",
            name=escaped(name),
        )
    _square(figure, "probability that was said", "share that came true")
    legend = {"x": 0.02, "y": 0.98, "xanchor": "left", "yanchor": "top", "bgcolor": "rgba(0,0,0,0)"}
    return dress(figure, dark=dark, height=CURVE + 40, legend=legend)
