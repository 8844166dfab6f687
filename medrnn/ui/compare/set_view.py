"""Several models on the test part of a data set: figures, tests, groups, every image, files."""

import streamlit as st

from medrnn.compare.figures import Comparison
from medrnn.config.what import named
from medrnn.ui import cached, parts, sidebar
from medrnn.ui.compare import set_choices, set_figures, set_files, set_images
from medrnn.ui.compare.set_choices import Chosen
from medrnn.ui.foreign import shown


def view() -> dict[str, str | int | None]:
    """The whole mode; returns what the address keeps."""
    chosen = set_choices.choose()
    shared: dict[str, str | int | None] = {
        "data": chosen.data.name,
        "models": ",".join(card.id for card in chosen.cards) or None,
    }
    if not chosen.cards:
        st.info("No model here has the classes and the size of this set. Train one on the page Train.")
        return shared
    found = _answers(chosen)
    set_figures.table(found)
    set_files.downloads(found)
    set_figures.charts(found)
    set_figures.tests(found)
    set_figures.groups(found)
    set_images.section(found, chosen)
    return shared


def _answers(chosen: Chosen) -> Comparison:
    """Let each model answer, saying which one is at work; at once where that was done before, for anybody."""
    device, name = sidebar.chosen_device(), chosen.data.name
    bar, what = st.empty(), named("image", chosen.data.reading)
    with parts.guarded():
        for number, card in enumerate(chosen.cards):

            def said(done: int, total: int, number: int = number, model: str = card.id) -> None:
                share = (number + done / total) / len(chosen.cards)
                bar.progress(share, f"{shown(model)} answers {what} {done:,} of {total:,}")

            cached.set_answers(card, name, device, said)
        bar.progress(1.0, "Drawing 1,000 resamples for the intervals")
        found = cached.comparison(chosen.cards, name, device, chosen.target, chosen.specificity)
        bar.empty()
    return found
