"""How good a model is on its test split: a section for the page of a run and for that of a card."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from medrnn.config.what import named
from medrnn.evaluation.outcome import Outcome
from medrnn.models.cards import Card
from medrnn.ui import address, cached, model_files, parts, sidebar
from medrnn.ui.after import chosen, lungs, parts_of, reliable, sets, source, taken, threshold, words
from medrnn.ui.after.source import Source
from medrnn.ui.foreign import shown

if TYPE_CHECKING:
    from medrnn.training.runs.processes import RunState

FORMATS = {"png": "PNG", "svg": "SVG"}


def view(card: Card) -> None:
    """Everything that can be measured of a model, for a card or a finished run; nothing of one from elsewhere."""
    if not card.is_measured:
        return
    st.subheader(named("On its test images", card.config.reading), anchor=False)
    found = source.find(card)
    if isinstance(found, str):
        st.caption(found)
        sets.section(card)  # the card alone knows these
        return
    outcome = _measured(card, found)
    picture = _head(card, found, outcome)
    taken.matrix(card, found, outcome, picture)
    threshold.section(card, outcome, picture)
    reliable.section(card, outcome, picture)
    sets.section(card)
    parts_of.classes(card, outcome)
    taken.worst(card, found, outcome)
    lungs.section(card)


def shared(card: Card) -> dict[str, str | int | None]:
    """What the address keeps of it."""
    return chosen.shared(card)


def _card_of(runs: "Sequence[RunState]") -> Card | None:
    """That of the one run in view, once it has ended with a model."""
    if len(runs) != 1 or runs[0].is_live or runs[0].state == "damaged":
        return None
    return cached.cards().get(runs[0].id)


def of_runs(runs: "Sequence[RunState]") -> None:
    """The same of the one run in view."""
    if card := _card_of(runs):
        view(card)


def shared_of_runs(runs: "Sequence[RunState]") -> dict[str, str | int | None]:
    """What the address keeps of that."""
    return chosen.shared(_card_of(runs))


def below_run(card: Card) -> None:
    """The files of a finished run's model; beside the form of the page Train the way to its figures."""
    model_files.row(card)
    if address.here() != "runs":
        st.page_link(
            "pages/runs.py",
            label="Every figure, curve and mistake",
            icon=":material/query_stats:",
            query_params={"run": card.id},
        )


def _measured(card: Card, found: Source) -> Outcome:
    """Let the model answer, saying how far it is; at once where that was done before."""
    bar, what = st.empty(), named("image", card.config.reading)

    def said(done: int, total: int) -> None:
        bar.progress(done / total, f"{shown(card.title)} answers test {what} {done:,} of {total:,}")

    with parts.guarded(), st.spinner("Measuring", show_time=False):
        outcome = cached.outcome(card, found.name, sidebar.chosen_device(), said)
    bar.empty()
    return outcome


def _head(card: Card, found: Source, outcome: Outcome) -> str:
    """What it comes to in a sentence, on what that stands; the format of pictures."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.markdown(words.whole(outcome), width="content")
        picture = chosen.bound(
            st.segmented_control,
            "Pictures as",
            list(FORMATS),
            "picture",
            card.id,
            format_func=FORMATS.__getitem__,
            required=True,
            width="content",
            help="In which format the camera over a figure saves it.",
        )
    st.caption(f"{shown(found.data.title)}: {named(words.draws(outcome), card.config.reading)}")
    if said := source.part_only(found.name):
        st.caption(said)
    return picture
