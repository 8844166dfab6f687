"""The three cuts of a series at the slice that a step reads, on every page where a step is chosen."""

import streamlit as st

from medrnn.imaging import reslice
from medrnn.models.inference import Inference
from medrnn.sequences import box_of
from medrnn.types import Reading, Study
from medrnn.ui.components.cuts import cuts
from medrnn.ui.components.cuts.cuts import Steps
from medrnn.ui.slices import name_steps
from medrnn.ui.state import session

KEY = "following__is_cut"
SAYS = (
    "The cuts go with the step, and the step with them. Dashed: all that the network reads; filled: the slice of this "
    "step. They are drawn as acquired; the network reads them at its own resolution."
)


def _keep() -> None:
    session().is_cut = st.session_state[KEY]


def step_of(reading: Reading) -> int | None:
    """The chosen step of a reading, counted from 0; None before a choice."""
    step = session().step
    return None if step is None else min(step, reading.config.steps - 1)


def show(study: Study, reading: Reading, inference: Inference, *, link: str, key: str) -> None:
    """The cuts of a series that is read slice by slice, with a switch; nothing where an image is read.

    Args:
        study: in view.
        reading: of it.
        inference: of the answer, for the saved picture.
        link: of the pictures that share the step.
        key: the widget's key.
    """
    if not reading.frames:
        return
    state = session()
    st.session_state[KEY] = state.is_cut
    st.toggle(
        "Three cuts at this step",
        key=KEY,
        on_change=_keep,
        help="Where in the series the step lies, in mm. Look what the network had before it, and what lies round it.",
    )
    if not state.is_cut:
        return
    if said := reslice.what_is_missing(study):
        st.caption(f"No cuts here. {said}")
        return
    steps = Steps(
        link,
        step_of(reading),
        reading.config.line,
        reading.frames,
        name_steps(reading, study),
        box_of(reading),
    )
    chosen = cuts.follow(study, steps, key=key, inference=inference)
    st.caption(SAYS)
    if chosen is not None:
        state.step = chosen
