"""All of the page Map below its header."""

import streamlit as st

from medrnn.config.what import named
from medrnn.models.cards import Card
from medrnn.models.inference import Inference
from medrnn.types import Attribution, Prediction, Reading, Study
from medrnn.ui import cached, following, parts, sidebar
from medrnn.ui.attribution import beyond, choices, evidence, facts, sheet
from medrnn.ui.foreign import shown


def _maps(card: Card, reading: Reading, asked: choices.Choices) -> list[Attribution]:
    """Every map that was asked for; of a slow one how far it is. A press of anything ends the work."""
    from medrnn.explanation.attribution.methods import METHODS

    found, place = [], st.empty()
    for method in asked.methods:
        words = f"Computing {shown(METHODS[method].title)}; any press ends it"
        place.progress(0.0, words)

        def tell(share: float, words: str = words) -> None:
            place.progress(min(1.0, share), words)

        found.append(
            cached.attribution(
                card,
                reading,
                sidebar.chosen_device(),
                method,
                asked.target,
                asked.baseline,
                step=asked.step,
                seed=asked.seed,
                tell=tell,
            )
        )
    place.empty()
    return found


def view(card: Card, study: Study, reading: Reading, prediction: Prediction, inference: Inference) -> None:
    """The choices, the linked picture, what can be said of each map, and the image in the viewer.

    Args:
        card: of the model.
        study: the image.
        reading: of it by the model.
        prediction: the model's answer.
        inference: how it was made, for every export.
    """
    asked = choices.controls(card, prediction)
    with parts.guarded():
        found = _maps(card, reading, asked)
    sheet.show(card, study, reading, found, asked, prediction, inference)
    following.show(study, reading, inference, link=sheet.link_of(card, reading), key="map-cuts")
    facts.show(card, reading, found, asked.step, inference)
    evidence.section(card, study, reading, found, asked, inference)
    st.subheader("Beyond the map", anchor=False)
    beyond.section(card, reading, inference)
    fold = st.expander(
        named("The first map in the viewer: window, zoom, and the whole image", reading.config),
        icon=":material/zoom_in:",
        key="map__viewer",
        on_change="rerun",
    )
    if fold.open:
        with fold:
            parts.study_viewer(study, key="map", reading=reading, attribution=found[0], inference=inference)
    choices.share(card, asked)
