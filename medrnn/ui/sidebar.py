"""What all pages share in the sidebar: the study, the model, the device; and what an address may bring."""

import sys
import time
from contextlib import suppress

import streamlit as st

from medrnn.errors import MedrnnError
from medrnn.imaging.samples import SAMPLES
from medrnn.types import Study
from medrnn.ui import address, cached
from medrnn.ui.foreign import plain
from medrnn.ui.state import bound, session
from medrnn.ui.study import suggested
from medrnn.ui.study.naming import Opened

MOST_LOST = 10_000  # images that a session before may have held, as an address says

NOT_KNOWN = "not what this model was trained on"


def open_from_address() -> None:
    """The sample and the model of an address."""
    sample, lost = address.take("sample", SAMPLES), address.take("own", range(1, MOST_LOST))
    if not session().studies:
        if sample:
            open_sample(sample)
            if address.take("grey", (address.ON,)):
                session().from_colour.add(session().current)
        session().lost = lost or session().lost
    if asked := address.take("model", cached.cards()):
        use_model(asked)


def open_sample(sample_id: str) -> None:
    """Show a shipped image with its mask, and the model made for images like it."""
    state = session()
    state.errors, state.gone = [], []
    state.opens += 1
    state.add(cached.sample(sample_id), sample_id, Opened(time.time()))
    if mask := cached.sample_mask(sample_id):
        state.masks.setdefault(state.current, mask)
    if (model := SAMPLES[sample_id].model) in cached.cards():
        state.model = state.suggested = model
    else:
        suggested.choose()


def show_study(key: str) -> None:
    """Take an opened study in view."""
    session().current = key
    session().opens += 1


def _forget_choices() -> None:
    """Another study or model: what was chosen for the one before goes."""
    state = session()
    state.step, state.reading, state.target, state.compared = None, None, "", []
    state.span, state.units = None, ()
    state.module, state.line = "", None


def use_model(model_id: str) -> None:
    """Choose a model, and its reading with it."""
    session().use_model(model_id)


def study_and_model() -> None:
    """Which study, which model; nothing while there is no study."""
    state, cards = session(), cached.cards()
    if not state.current:
        return
    before = state.current, state.model
    names = state.labels
    bound(
        st.selectbox,
        "Study",
        list(state.studies),
        "current",
        format_func=names.__getitem__,
        help="The image that every page shows. Open another on the page Open.",
    )
    if cards:
        bound(
            st.selectbox,
            "Model",
            list(cards),
            "model",
            format_func=plain,
            help="The network that reads it on every page. Below it stands a word where this image is "
            "not what it was trained on.",
        )
        if state.study:
            _say_unknown(state.study)
    if state.shown != before:
        _forget_choices()
        state.shown = state.current, state.model


def _say_unknown(study: Study) -> None:
    """A word below the model where the study in view is not what it was trained on."""
    state = session()
    card = cached.cards()[state.model]
    with suppress(MedrnnError):  # the page itself says what is wrong
        read = cached.reading(study, card.config.reading, state.frame, state.crop, from_colour=True)
        if not cached.is_known(card, read):
            st.caption(f":material/block: {NOT_KNOWN.capitalize()}")


def devices() -> tuple[str, ...]:
    """What torch can use; the CPU alone until torch is loaded."""
    if "torch" not in sys.modules or "medrnn.models.devices" not in sys.modules:
        return ("cpu",)
    from medrnn.models.devices import list_devices

    return list_devices()


def chosen_device() -> str:
    """The session's device: the chosen one, else the first GPU, else the CPU."""
    from medrnn.models.devices import list_devices

    known = list_devices()
    return session().device if session().device in known else known[-1 if len(known) == 1 else 1]


def device() -> None:
    """Which device runs."""
    known, state = devices(), session()
    if len(known) == 1:
        st.caption(":material/memory: CPU")
        return
    if state.device not in known:
        state.device = known[1]
    bound(
        st.selectbox,
        "Device",
        known,
        "device",
        format_func=str.upper,
        help="Where the networks run. The results agree; look at the milliseconds.",
    )
