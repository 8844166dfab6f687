"""The models that fit the study in view, one button each: beside it on the page Open."""

import streamlit as st

from medrnn.models.class_names import name_classes
from medrnn.models.suggest import Fit, best_of_each_set
from medrnn.types import Study
from medrnn.ui import address, sidebar
from medrnn.ui.foreign import shown
from medrnn.ui.state import session
from medrnn.ui.study import suggested

MOST = 3
MOST_CLASSES = 3  # of a model that are named


def section(study: Study) -> None:
    """Two or three models that fit, or that none does.

    Args:
        study: the study in view.
    """
    ranked = suggested.ranked(study)
    fits = [fit for fit in ranked if fit.kind == "fits"]
    unknown = [fit for fit in ranked if fit.kind == "unknown"]
    with st.container(gap="small"):
        if fits:
            st.markdown("**Models that fit this image**")
        elif unknown:
            shade = "colour" if suggested.source(study).is_colour else "grey"
            st.markdown("**Models that may fit**")
            st.caption(f"The file does not say what it shows; these read {shade} images.")
        else:
            _none_fits()
        for fit in best_of_each_set(fits or unknown, MOST):
            _one(fit)


def _one(fit: Fit) -> None:
    """Chooses the model and goes to Read."""
    card = fit.card
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        is_chosen = session().model == card.id
        if st.button(
            f"Read with {shown(card.id, 40)}",
            key=f"open__fit-{card.id}",
            icon=":material/check:" if is_chosen else ":material/visibility:",
            help="The chosen model" if is_chosen else "Choose this model and see what it reads",
        ):
            sidebar.use_model(card.id)
            address.go("read")
        st.caption(_tells(fit), width="content")


def _tells(fit: Fit) -> str:
    """What a model tells apart, at what size."""
    names, (rows, columns) = name_classes(fit.card.classes), fit.card.config.reading.shown_size
    some = " or ".join(names) if len(names) <= MOST_CLASSES else f"{len(names)} kinds"
    slices = f"{fit.card.config.reading.count} of " if fit.card.config.reading.is_series else ""
    return f"{shown(some, 60)}, {slices}{rows} x {columns}"


def _none_fits() -> None:
    st.info(
        "No model here learnt from images like this one. Train one on images of its kind.",
        icon=":material/search_off:",
    )
    if st.button(
        "Train a model", key="open__fit_train", icon=":material/play_circle:", help="Opens the page Train."
    ):
        address.go("train")
