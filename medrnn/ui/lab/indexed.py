"""The index of a model's states over its data set: found, or built here with progress."""

from typing import TYPE_CHECKING

import streamlit as st

from medrnn.datasets import is_shipped
from medrnn.errors import MedrnnError
from medrnn.training.again import YOUR_DATA, index_line
from medrnn.ui import cached
from medrnn.ui.foreign import say_error, shown
from medrnn.ui.lab.scene import Scene

if TYPE_CHECKING:
    from medrnn.explanation.index.states import StateIndex


def _build(scene: Scene) -> None:
    from medrnn.datasets import load_dataset
    from medrnn.explanation.index.build import index_dataset
    from medrnn.explanation.index.states import save_index

    card = scene.card
    bar = st.progress(0.0, "Reading the data set")
    st.button(
        "Cancel", key="lab__cancel", help="Ends the work; what was there before stays."
    )  # any press ends the script, and with it the work

    def said(done: int, total: int) -> None:
        bar.progress(done / total, scene.named(f"Read {done:,} of {total:,} images"))

    model = cached.model(card, scene.device)
    with cached.device_lock(scene.device):
        save_index(
            index_dataset(
                card,
                model,
                load_dataset(card.config.data),
                data=card.config.data,
                module=scene.passage.name,
                progress=said,
            )
        )
    st.rerun()


def require_index(scene: Scene) -> "StateIndex | None":
    """The index of the chosen model, or a sentence and a button that builds it."""
    from medrnn.explanation.index.states import find_index

    card, module = scene.card, scene.passage.name
    if card.whole.is_masked:
        st.info(
            "This view sets the steps of many series side by side, so it takes a model of series of one length; this "
            f"one reads {shown(card.whole.count)}, each to its own last one."
        )
        return None
    if not is_shipped(card.config.data):
        st.info(
            f"This view shows {scene.named('images')} of the data set that the model learnt from. That set is not "
            "shipped: it belongs to "
            f"who brought it, and no page shows it. On the command line, where {YOUR_DATA} is the data:"
        )
        st.code(index_line(card.id, card.config.data, module), language=None, wrap_lines=True)
        return None
    try:
        if find_index(card, card.config.data, module):
            return cached.state_index(card, module)
    except MedrnnError as error:
        say_error(error)
    st.info(
        f"This view compares with what {shown(card.title)} does on the {scene.named('images')} of its own "
        "data set; that "
        "takes an index of its states, which is built once (seconds to a minute)."
    )
    if st.button(
        "Build the index",
        type="primary",
        icon=":material/database:",
        key="lab__build",
        help="Runs the model over the data set once and keeps its states on this machine.",
    ):
        try:
            _build(scene)
        except MedrnnError as error:
            say_error(error)
    return None
