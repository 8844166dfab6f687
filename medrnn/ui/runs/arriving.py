"""How much of the gradient arrives at each step of the sequence, after the first epoch and after the last one."""

import math
from typing import TYPE_CHECKING

import streamlit as st

from medrnn.ui import sketch

if TYPE_CHECKING:
    from medrnn.training.runs.processes import RunState

DECADES = 6  # that are drawn, down from the largest value
WIDE, TALL = 100.0, 60.0


def view(run: "RunState") -> None:
    """The gradient along the steps; nothing where the run told none, or no network with steps learns."""
    told = [epoch for epoch in run.told.epochs if any(epoch.arriving)]
    if not told or run.config is None or not run.config.model.is_recurrent:
        return
    first, last = told[0].arriving, told[-1].arriving
    most = max(value for value in (*first, *last) if value)
    st.markdown("**How much of the gradient arrives at each step**, on a few validation images")
    lines = _line(last, most, 'stroke-width="2"')
    if len(told) > 1:
        lines = _line(first, most, 'stroke-width="1.5" stroke-dasharray="4 3" opacity="0.7"') + lines
    reading = run.config.reading
    said = _said(last, "the last step of the longest" if reading.is_masked else f"step {reading.steps}")
    st.html(sketch.image(_grid() + lines, f"0 -2 {WIDE:g} {TALL + 4:g}", said, 110))
    dashed = f"; dashed after epoch {told[0].epoch}" if len(told) > 1 else ""
    st.caption(
        f"{said} From the first step read (left) to the last, {DECADES} powers of ten high, after epoch "
        f"{told[-1].epoch}{dashed}. What hardly arrives at a step, that step hardly teaches.",
        help="The size of the change of the loss with what a step reads, mean over the images. A recurrent network "
        "multiplies it once a step on its way back: a line that falls steeply to the left is a gradient that vanishes.",
    )


def _height(value: float | None, most: float) -> float:
    share = math.log10(value / most) / DECADES if value else -1.0
    return TALL * min(1.0, -share)


def _line(values: list[float | None], most: float, look: str) -> str:
    wide = WIDE / max(1, len(values) - 1)
    points = " ".join(f"{k * wide:.2f},{_height(value, most):.2f}" for k, value in enumerate(values))
    return f'<polyline points="{points}" fill="none" stroke="currentColor" vector-effect="non-scaling-stroke" {look}/>'


def _grid() -> str:
    return "".join(
        f'<line x1="0" x2="{WIDE:g}" y1="{y:g}" y2="{y:g}" stroke="currentColor" stroke-width="0.5" opacity="0.25" '
        'vector-effect="non-scaling-stroke"/>'
        for y in (TALL * k / DECADES for k in range(DECADES + 1))
    )


def _said(values: list[float | None], end: str) -> str:
    """The finding in words."""
    first, last = values[0] or 0.0, values[-1] or 0.0
    if not last:
        return "No gradient arrives at the last step."
    share = first / last
    told = f"{share:,.1f} times" if share >= 1 else f"{share:.2g} of"
    return f"Step 1 gets {told} what {end} gets."
