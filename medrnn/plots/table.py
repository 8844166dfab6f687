"""The numbers of a figure as CSV, so that every picture has its data one download away."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go

from medrnn.config import DISCLAIMER


def _rows(trace: Any) -> Iterator[list[Any]]:
    name = trace.name or trace.type
    if trace.type == "heatmap":
        z = np.asarray(trace.z)
        x = range(z.shape[1]) if trace.x is None else trace.x
        y = range(z.shape[0]) if trace.y is None else trace.y
        for row, at_y in zip(z, y, strict=True):
            yield from ([name, at_x, at_y, value] for at_x, value in zip(x, row, strict=True))
        return
    y = [] if trace.y is None else list(trace.y)
    x = list(range(len(y))) if getattr(trace, "x", None) is None else list(trace.x)
    yield from ([name, at_x, at_y, ""] for at_x, at_y in zip(x, y, strict=True))


def figure_table(figure: go.Figure) -> str:
    """All points of a figure: columns ``series, x, y, value``; the value is a heat map's.

    The first line says "research and teaching only", behind a ``#``.
    """
    out = io.StringIO()
    out.write(f"# {DISCLAIMER}\n")
    writer = csv.writer(out)
    writer.writerow(["series", "x", "y", "value"])
    for trace in figure.data:
        writer.writerows(_rows(trace))
    return out.getvalue()
