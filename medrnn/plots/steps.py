"""Where a step lies, in the hover of every point that belongs to one."""

import re
from collections.abc import Sequence

import plotly.graph_objects as go

STEP = re.compile(r"step %\{(?:x|customdata)\}")


def name_steps(figure: go.Figure, names: Sequence[str]) -> None:
    """Add to each point whose ``customdata`` is its step where that step lies in the series in view.

    Args:
        figure: changed in place.
        names: of each step, such as "frame 44".
    """
    for trace in figure.data:
        if trace.customdata is None:
            continue
        said = trace.hovertemplate or f"step %{{customdata}}: %{{y:.4g}}<extra>{trace.name or ''}</extra>"
        trace.hovertemplate = [
            STEP.sub(f"step {int(number)} (here {names[int(number) - 1]})", said)
            for number in trace.customdata
        ]
