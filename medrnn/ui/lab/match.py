"""Select and match: choose a span of steps here, find where other images make the same units active."""

import streamlit as st

from medrnn.errors import MedrnnError
from medrnn.ui.lab import places
from medrnn.ui.lab.indexed import require_index
from medrnn.ui.lab.scene import Scene
from medrnn.ui.state import session

SHOWN = 14


def _span(scene: Scene) -> tuple[int, int]:
    """First step and the one after the last, counted from 0: dragged in a picture, or by the slider."""
    state = session()
    start, stop = state.span or (max(0, scene.step - 2), scene.step + 1)
    start = min(start, scene.steps - 1)
    stop = min(max(stop, start + 1), scene.steps)
    first, last = st.slider(
        "Steps of the span", 1, scene.steps, (start + 1, stop), key=f"lab__span-{start}-{stop}-{scene.steps}"
    )
    state.span = (first - 1, last)
    return state.span


def view(scene: Scene) -> None:
    """The span, the units that are active in it, the best matches."""
    index = require_index(scene)
    if index is None:
        return
    from medrnn.explanation.matching import MEASURES, match, select

    left, middle, right = st.columns([3, 2, 2], gap="medium")
    with left:
        start, stop = _span(scene)
    with middle:
        threshold = st.slider("Active from |h| =", 0.05, 0.95, 0.3, 0.05, key="lab__threshold")
    with right:
        by = st.segmented_control(
            "Rank by",
            list(MEASURES),
            default="active",
            required=True,
            format_func=lambda k: MEASURES[k].title,
        )
    try:
        chosen = select(scene.trace, scene.layer, scene.direction, start, stop, threshold=threshold)
        found = match(index, chosen, by=by, count=SHOWN)
    except MedrnnError as error:
        st.info(str(error))
        return
    st.markdown(
        f"**{len(chosen.units)} units of {scene.part} are active at every step from {start + 1} to {stop}; "
        f"these of {len(index.labels):,} images come closest**"
    )
    places.show(
        index,
        [
            (m.image, m.start, m.stop, f"{index.title(m.image)}, from step {m.start + 1}: {m.score:.2f}")
            for m in found
        ],
    )
    shares = dict.fromkeys(index.classes, 0)
    for one in found:
        shares[index.classes[index.labels[one.image]]] += 1
    st.caption(
        f"{MEASURES[by].says} Of the {len(found)} shown: "
        + ", ".join(f"{count} {name}" for name, count in shares.items() if count)
        + f". Units: {', '.join(map(str, chosen.units[:24]))}{' and more' if len(chosen.units) > 24 else ''}."
    )
