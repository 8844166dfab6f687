"""The numbers of a figure as CSV, so that every picture has its data one download away."""

import html
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go

from medrnn.models.inference import Inference, TableWriter, table_head


def _rows(trace: Any) -> Iterator[list[Any]]:
    name = trace.name or trace.type
    if trace.type == "heatmap":
        z = np.asarray(trace.z)
        x = range(z.shape[1]) if trace.x is None else trace.x
        y = range(z.shape[0]) if trace.y is None else trace.y
        for row, at_y in zip(z, y, strict=True):
            yield from ([name, at_x, at_y, value, ""] for at_x, value in zip(x, row, strict=True))
        return
    y = [] if trace.y is None else list(trace.y)
    x = list(range(len(y))) if getattr(trace, "x", None) is None else list(trace.x)
    words = trace.customdata if trace.text is None else trace.text
    points = [""] * len(y) if words is None or isinstance(words, str) else list(words)
    yield from (
        [name, at_x, at_y, "", point]
        for at_x, at_y, point in zip(x, y, points, strict=True)
        if at_y is not None
    )


def _as_it_was(cell: Any) -> Any:
    """Without what ``layout.escaped`` wrote for Plotly."""
    return html.unescape(cell) if isinstance(cell, str) else cell


def figure_table(figure: go.Figure, *inferences: Inference) -> str:
    """All points of a figure: columns ``series, x, y, value, point``; the value is a heat map's, the point says
    which unit, step or the like it is, where the axes do not.

    The first lines, each behind a ``#``, say "research and teaching only", and of each answer the verdict and the trace
    of inference.
    """
    out = io.StringIO()
    for inference in inferences or (None,):
        out.write(table_head(inference))
    writer = TableWriter(out)
    writer.writerow(["series", "x", "y", "value", "point"])
    for trace in figure.data:
        writer.writerows([_as_it_was(cell) for cell in row] for row in _rows(trace))
    return out.getvalue()
