"""A wall of sample pictures by class; a press shows one in the viewer and leads on."""

import time

import numpy as np
import streamlit as st

from medrnn.datasets.layout import SPLITS
from medrnn.datasets.records import Dataset
from medrnn.models.class_names import name_class
from medrnn.plots.data import WORDS
from medrnn.ui import parts
from medrnn.ui.compare import listing
from medrnn.ui.components.tiles.tiles import Tile, pick
from medrnn.ui.data.brought import Looked
from medrnn.ui.foreign import shown
from medrnn.ui.state import session
from medrnn.ui.study.naming import Opened

EACH = 10  # pictures of a class
MOST_CLASSES = 12  # that are shown at once
SEED = 0


def look_at(data: Dataset, name: str, split: str, index: int) -> None:
    """Make an image of the set the one in view; the one that was pressed before leaves for it.

    Args:
        data: the set.
        name: its name, as ``load_dataset`` takes it.
        split: of the image.
        index: in its split, from 0.
    """
    from medrnn.datasets.as_study import as_study, outline_of

    state = session()
    if state.looked_at:
        state.forget(state.looked_at.key)
    study = as_study(data, index, split)
    state.add(study, opened=Opened(time.time()))
    if mask := outline_of(data, index, study, split):
        state.masks[study.key] = mask
    state.from_sets[study.key] = data.classes[int(getattr(data, split).labels[index])]
    state.looked_at = Looked(name, split, index, study.key)


def _sample(labels: np.ndarray, label: int, turn: int) -> list[int]:
    """Some places of a class, others at each turn, until all were seen."""
    own = np.random.default_rng(SEED).permutation(np.flatnonzero(labels == label))
    start = turn * EACH % max(1, len(own))
    return sorted(np.roll(own, -start)[:EACH].tolist())


def _class_row(data: Dataset, name: str, split: str, label: int, turn: int) -> None:
    from medrnn.datasets.as_study import to_png

    part, state = getattr(data, split), session()
    places = _sample(part.labels, label, session().wall)
    count = int((part.labels == label).sum())
    title = shown(name_class(data.classes[label], data.classes), 60)
    st.markdown(f"**{title}** :small[{count:,} in {WORDS[split]}]")
    if not places:
        st.caption("No image of it here.")
        return
    looked = state.looked_at
    is_here = looked is not None and (looked.data, looked.split) == (name, split)
    pick(
        [Tile(str(place), str(place + 1)) for place in places],
        {str(place): np.frombuffer(to_png(part.images[place]), np.uint8) for place in places},
        key=f"data-wall-{label}",
        label=f"Pictures of class {label + 1} in {WORDS[split]}",
        chosen=str(looked.index) if looked and is_here and looked.index in places else "",
        on_pick=lambda place: look_at(data, name, split, int(place)),
        side=64,
    )


def _more() -> None:
    session().wall += 1


def _chosen(data: Dataset) -> None:
    """The pressed image in the viewer, and the ways on."""
    from medrnn.datasets.as_study import title_of

    state = session()
    looked = state.looked_at
    study = state.studies.get(looked.key) if looked else None
    if looked is None or study is None:
        return
    state.current = looked.key
    named = title_of(data, looked.index, looked.split)
    st.markdown(f"**{shown(named[:1].upper() + named[1:])}**")
    parts.study_viewer(study, key="data")
    listing.ways("data__go", lambda: None, named)


def section(data: Dataset, name: str) -> None:
    """The pictures of every class of one split, and the pressed one.

    Args:
        data: the set.
        name: as ``load_dataset`` takes it.
    """
    st.subheader(
        "Pictures",
        anchor=False,
        help="Drawn at random within each class. Press one to see it large. Look for labels that cannot be right, and "
        "for what gives a class away without being the finding: letters, frames, devices.",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        split = st.segmented_control(
            "Split",
            [one for one in SPLITS if len(getattr(data, one))],
            default="train" if len(data.train) else None,
            format_func=lambda one: WORDS[one],
            required=True,
            key=f"data__split-{name}",
            help="Which part of the set. Do the pictures of test look like those of train?",
        )
        st.button(
            "Others",
            on_click=_more,
            key="data__others",
            icon=":material/shuffle:",
            help="Other pictures of each class.",
        )
    if not split:
        return
    left, right = st.columns([3, 2], gap="large") if session().looked_at else (st.container(), st.container())
    with left:
        count = len(data.classes)
        for label in range(min(MOST_CLASSES, count)):
            _class_row(data, name, str(split), label, session().wall)
        if count > MOST_CLASSES:
            st.caption(f"The first {MOST_CLASSES} of {count} classes.")
    with right:
        _chosen(data)
