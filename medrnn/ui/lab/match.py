"""Select and match: choose a span of steps here, find where other images make the same units active."""

import streamlit as st

from medrnn.errors import MedrnnError
from medrnn.models.class_names import name_class
from medrnn.ui.components.tracks.rows import Heat
from medrnn.ui.foreign import shown
from medrnn.ui.lab import places, selected
from medrnn.ui.lab.indexed import require_index
from medrnn.ui.lab.scene import Scene
from medrnn.ui.lab.unit_order import order
from medrnn.ui.state import session

SHOWN = 14
HEIGHT = 170


def _span(scene: Scene) -> tuple[int, int]:
    """First step and the one after the last, counted from 0: as dragged, else the last steps that were read."""
    if scene.passage.is_sweep:
        down, across = scene.place
        st.markdown(
            f"**What the sweep holds at row {down + 1}, column {across + 1} of its map, the place in view**"
        )
        return scene.index_step, scene.index_step + 1
    place = order(scene, scene.layer, scene.direction)
    states = scene.trace.part(scene.layer, scene.direction)["h"]
    st.markdown(f"**Drag over the steps (and units) of {scene.part} to look for**")
    row = Heat(
        states[:, place], "h", part=scene.part, labels=place, is_backward=scene.direction == "backward"
    )
    selected.show(scene, [row], name="match", title=f"Hidden state of {scene.card.title}.", height=HEIGHT)
    return scene.span or (max(0, scene.step - 2), scene.step + 1)


def _units(scene: Scene) -> tuple[int, ...] | None:
    """The units that were dragged over, None for all that are active."""
    state = session()
    return state.units if scene.span and state.units and state.units_of == scene.part else None


def _said(scene: Scene, count: int, start: int, stop: int) -> str:
    steps = f"step {stop}" if stop - start == 1 else f"every step from {start + 1} to {stop}"
    if scene.passage.is_sweep:
        steps = "this place"
    if _units(scene):
        return f"{count} selected unit{'s' * (count > 1)} of {scene.part}, at {steps}"
    return f"{count} units of {scene.part} are active at {steps}"


def view(scene: Scene) -> None:
    """The span, the units that are active in it, the best matches."""
    index = require_index(scene)
    if index is None:
        return
    from medrnn.explanation.index.matching import MEASURES, match, select

    start, stop = _span(scene)
    left, right = st.columns(2, gap="medium")
    with left:
        threshold = st.slider(
            "Active from |h| =",
            0.05,
            0.95,
            0.3,
            0.05,
            key="lab__threshold",
            help="From which absolute value a unit counts as active. Look whether the matches stay when "
            "it moves.",
        )
    with right:
        by = st.pills(
            "Rank by",
            list(MEASURES),
            default="active",
            required=True,
            wrap=True,
            format_func=lambda k: MEASURES[k].title,
            help=scene.named("What makes another image similar here."),
        )
    try:
        chosen = select(
            scene.whole, scene.layer, scene.direction, start, stop, threshold=threshold, units=_units(scene)
        )
        found = match(index, chosen, by=by, count=SHOWN)
    except MedrnnError as error:
        st.info(shown(error))
        return
    places.show(
        scene,
        index,
        [(m.image, m.start, m.stop, m.score) for m in found],
        name="match",
        title=f"{_said(scene, len(chosen.units), start, stop)}; these of {len(index.labels):,} "
        f"{scene.named('images')} come closest",
        signed=False,
    )
    shares = dict.fromkeys(index.classes, 0)
    for one in found:
        shares[index.classes[index.labels[one.image]]] += 1
    st.caption(
        f"{MEASURES[by].says} Of the {len(found)} shown: "
        + ", ".join(
            f"{count} {shown(name_class(name, index.classes))}" for name, count in shares.items() if count
        )
        + f". Units: {', '.join(map(str, chosen.units[:24]))}{' and more' if len(chosen.units) > 24 else ''}."
    )
