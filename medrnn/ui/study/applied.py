"""The correctness panel: what was applied to the stored values, in order, with before and after."""

import numpy as np
import streamlit as st

from medrnn.imaging.windowing import display
from medrnn.imaging.words import say_all
from medrnn.types import Study
from medrnn.ui.foreign import shown

SIDE = 160  # pixels of a small picture, at least


def _figures(values: np.ndarray) -> dict[str, str]:
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    if not finite.size:
        return {"Smallest": "none", "Mean": "none", "Largest": "none"}
    return {
        "Smallest": f"{finite.min():g}",
        "Mean": f"{finite.mean(dtype=np.float64):.5g}",
        "Largest": f"{finite.max():g}",
    }


def _small(picture: np.ndarray) -> np.ndarray:
    """Every n-th pixel, uint8."""
    step = max(1, max(picture.shape[:2]) // SIDE)
    return (255 * picture[::step, ::step]).round().astype(np.uint8)


def _unprocessed(stored: np.ndarray) -> np.ndarray:
    """Stored values from their smallest to their largest as 0 to 1, nothing else."""
    low, high = float(np.nanmin(stored)), float(np.nanmax(stored))
    spread: np.ndarray = np.nan_to_num((stored.astype(np.float32) - low) / ((high - low) or 1.0))
    return spread


def panel(study: Study, frame: int) -> None:
    """The steps, the figures of the frame before and after each kind of step, and both pictures; drawn when opened."""
    box = st.expander("What was applied, in order", key="applied", on_change="rerun")
    if not box.open:
        return
    drawn = display(study, frame)
    rows = [
        {"": "stored", **_figures(study.stored[frame])},
        {"": f"values{' in ' + study.unit if study.unit else ''}", **_figures(study.values[frame])},
        {"": "drawn, 0 to 1", **_figures(drawn)},
    ]
    with box:
        for number, step in enumerate(say_all(study), 1):
            st.caption(f"{number}. {shown(step)}")
        st.table(rows)
        before, after = st.columns(2)
        before.image(
            _small(_unprocessed(study.stored[frame])), caption="before: stored values", output_format="PNG"
        )
        after.image(_small(drawn), caption="after: as drawn", output_format="PNG")
