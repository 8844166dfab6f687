"""The unit page: what drives one unit, on which images, and what it tells of the class."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from medrnn import plots
from medrnn.explanation.memory.ordering import order_units
from medrnn.models.class_names import name_classes
from medrnn.ui import parts
from medrnn.ui.lab import pictures, places
from medrnn.ui.lab.figure import show
from medrnn.ui.lab.indexed import require_index
from medrnn.ui.lab.pictures import Picture
from medrnn.ui.lab.scene import Scene
from medrnn.ui.state import session

if TYPE_CHECKING:
    from medrnn.explanation.index.units import Drive

SHOWN = 7


def _choose(scene: Scene) -> int:
    """The unit looked at; at first one that was selected in the tracks, else the one that moves most."""
    state, part = session(), scene.trace.part(scene.layer, scene.direction)
    count = part["h"].shape[1]
    if state.unit is None or not 0 <= state.unit < count:
        dragged = state.units if state.units_of == scene.part else ()
        state.unit = dragged[0] if dragged else int(order_units(part, "variance")[0])
    unit = st.number_input("Unit", 0, count - 1, state.unit, width=130, help="counted from 0, as in files")
    state.unit = int(unit)
    return state.unit


def _grey(values: np.ndarray) -> np.ndarray:
    """(row, column) from 0 to 1 as enlarged uint8; what is not there is black."""
    factor = max(1, 112 // max(values.shape))
    return np.kron(np.nan_to_num(255 * values), np.ones((factor, factor))).astype(np.uint8)


def _driving(scene: Scene, found: "Drive") -> None:
    """What was read round the places where the unit is most excited, beside what is usual there."""
    first, last = int(found.offsets[0]), int(found.offsets[-1])
    words = f"from {-first} before to {last} after"
    shown = [
        (scene.named("mean of the images"), found.grid),
        (f"mean {scene.line}s {words}", found.lines),
        ("usually there", found.usual),
    ][: 1 if scene.passage.is_sweep else 3]
    pictures.show(
        scene.inference,
        [
            Picture(_grey(values), caption, {"picture": caption, "mean": float(np.nanmean(values))})
            for caption, values in shown
        ],
        name="unit-driving",
        title=f"What is read where its state is highest, mean over {len(found.places)} places",
        width=112,
    )


def view(scene: Scene) -> None:
    """The chosen unit of the chosen layer and direction."""
    index = require_index(scene)
    if index is None:
        return
    from medrnn.explanation.index.units import describe_unit

    own = scene.whole.part(scene.layer, scene.direction)["h"]
    unit = _choose(scene)
    report = describe_unit(index, scene.layer, scene.direction, unit)
    dark, step = parts.is_dark(), scene.index_step
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(
            scene.named(
                f"**State of unit {unit}, {scene.part}, in this image and in {len(index.labels):,} others**"
            )
        )
        figure = plots.activity(report.counts, report.edges, own[:, unit], dark=dark, step=step)
        show(
            scene,
            figure,
            "activity",
            scene.named(f"How often unit {unit} had which state at each step, and its path in this image"),
            has_steps=not scene.passage.is_sweep,
        )
    with right:
        st.markdown("**What it tells of the class, step by step**")
        figure = plots.labels_over_steps(
            report.label_correlation, name_classes(index.classes), dark=dark, step=step
        )
        show(
            scene,
            figure,
            "labels",
            f"Correlation of unit {unit} with each class at each step",
            has_steps=not scene.passage.is_sweep,
        )
    for name, found in (("highest", report.highest), ("lowest", report.lowest)):
        steps = [(p.image, p.step, p.step + 1, p.value) for p in found.places[:SHOWN]]
        places.show(
            scene,
            index,
            steps,
            name=f"unit-{name}",
            title=scene.named(f"Images and steps with its {name} states"),
        )
    _driving(scene, report.highest)
    r, within = report.intensity_correlation, report.intensity_correlation_within_steps
    st.caption(
        f"Does it rise where the {scene.line} is bright? From -1 (falls) to +1 (rises) {_number(r)}; with what all "
        f"{scene.named('images')} have in common at a step taken out {_number(within)} (correlation of its "
        "state with the mean "
        f"intensity read at the same step). A correlation is no cause: see What if."
    )


def _number(value: float) -> str:
    return f"{value:+.2f}" if np.isfinite(value) else "none, it is constant"
