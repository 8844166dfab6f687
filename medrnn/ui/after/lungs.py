"""What a model of outlined chest films answers without the lungs, and from the lungs alone."""

import copy
from typing import TYPE_CHECKING, Any

import streamlit as st

from medrnn.datasets.outlines import SETS
from medrnn.models.cards import Card
from medrnn.ui import cached, model_files, parts, sidebar, tables

if TYPE_CHECKING:
    from medrnn.explanation.beyond.views import Views

CALLED = {
    "whole": "The whole film",
    "lungs": "The lungs alone, all else blanked",
    "no-lungs": "All but the lungs, which are blanked",
    "outline": "The outline of the lungs alone",
}
WORTH = 0.6  # AUC from which on what is left tells the classes apart


def section(card: Card) -> None:
    """The check behind a heading that opens; nothing of a model of other data."""
    if card.config.data not in SETS:
        return
    fold = st.expander("What does it answer without the lungs?", key="after__lungs", on_change="rerun")
    if fold.open:
        with fold, parts.guarded():
            _show(card)


def _views(card: Card) -> "Views":
    from medrnn.datasets import load_dataset
    from medrnn.datasets.outlines import read_outlines
    from medrnn.explanation.beyond.views import answer_views

    def make() -> "Views":
        network = copy.deepcopy(cached.model(card, sidebar.chosen_device()))  # nobody waits for it
        return answer_views(network, card, load_dataset(card.config.data), read_outlines(card.config.data))

    with st.spinner("Answering the outlined test films four times"):
        return cached.of_outcome("views", card, make=make)


def _show(card: Card) -> None:
    from medrnn.explanation.beyond.views import views_csv

    found = _views(card)
    figures = found.figures()
    tables.small(
        [_row(CALLED[name], figures[name]) for name in CALLED],
        "AUC, accuracy and how often the answer stays, of each view",
    )
    without, alone = figures["no-lungs"]["auc"], figures["lungs"]["auc"]
    if without is not None and alone is not None:
        st.markdown(_said(without, alone))
    st.caption(
        f"{len(found.rows)} test films with outlined lungs. What is blanked becomes one grey. Such films are none that "
        "the network has seen, so it may answer them worse for that alone; what it answers well, it can tell."
    )
    st.download_button(
        "Each film (CSV)",
        lambda: views_csv(found),
        f"{model_files.name_of(card, 'views')}.csv",
        "text/csv",
        on_click="ignore",
        key="after__views",
        icon=":material/download:",
        help="Every film with its label and the answer to each view.",
    )


def _said(without: float, alone: float) -> str:
    if without < WORTH:
        return "Without the lungs it can hardly tell the classes apart."
    more = " That is more than from the lungs alone." if without > alone else ""
    return (
        f":material/warning: **Without any lung it still tells the classes apart (AUC {without:.2f}).**{more} It goes "
        "by what surrounds them too, such as how a film was taken."
    )


def _row(title: str, figures: dict[str, Any]) -> dict[str, str]:
    def said(name: str) -> str:
        if figures[name] is None:
            return "not defined"
        low, high = figures["intervals"][name]
        return f"{figures[name]:.3f} ({low:.3f} to {high:.3f})"

    return {
        "What is seen": title,
        "AUC": said("auc"),
        "Accuracy": said("accuracy"),
        "Answered as the whole film": f"{100 * figures['same']:.0f} %",
    }
