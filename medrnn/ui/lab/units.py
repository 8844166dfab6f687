"""The unit page: what drives one unit, on which images, and what it tells of the class."""

import numpy as np
import streamlit as st

from medrnn import plots
from medrnn.ui import parts
from medrnn.ui.lab import places
from medrnn.ui.lab.figure import show
from medrnn.ui.lab.indexed import require_index
from medrnn.ui.lab.scene import Scene
from medrnn.ui.state import session

SHOWN = 7


def _choose(count: int) -> int:
    state = session()
    state.unit = min(state.unit, count - 1)
    unit = st.number_input("Unit", 0, count - 1, state.unit, width=130, help="counted from 0, as in files")
    state.unit = int(unit)
    return state.unit


def _drive(index: object, scene: Scene, found: object, words: str) -> None:
    st.markdown(f"**{words}**")
    places.show(
        index,
        [
            (p.image, p.step, p.step + 1, f"{index.title(p.image)}, step {p.step + 1}: {p.value:+.2f}")
            for p in found.places[:SHOWN]
        ],
    )


def view(scene: Scene) -> None:
    """The chosen unit of the chosen layer and direction."""
    index = require_index(scene)
    if index is None:
        return
    from medrnn.explanation.units import describe_unit

    own = scene.trace.part(scene.layer, scene.direction)["h"]
    unit = _choose(own.shape[1])
    report = describe_unit(index, scene.layer, scene.direction, unit)
    look = {"dark": parts.is_dark(), "step": scene.step}
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(
            f"**State of unit {unit}, {scene.part}, in this image and in {len(index.labels):,} others**"
        )
        figure = plots.activity(report.counts, report.edges, own[:, unit], **look)
        show(
            figure,
            "activity",
            f"How often unit {unit} had which state at each step, and its path in this image",
            has_steps=True,
        )
    with right:
        st.markdown("**What it tells of the class, step by step**")
        figure = plots.labels_over_steps(report.label_correlation, index.classes, **look)
        show(figure, "labels", f"Correlation of unit {unit} with each class at each step", has_steps=True)
    _drive(index, scene, report.highest, "Images and steps with its highest states")
    _drive(index, scene, report.lowest, "Images and steps with its lowest states")
    r, within = report.intensity_correlation, report.intensity_correlation_within_steps
    st.caption(
        f"Correlation of its state with the mean intensity read at the same step: {_number(r)}; with what all images "
        f"have in common at a step taken out: {_number(within)}. A correlation is no cause: see What if."
    )


def _number(value: float) -> str:
    return f"{value:+.2f}" if np.isfinite(value) else "none, it is constant"
