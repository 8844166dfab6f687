"""The answers of one or several models to one reading."""

import streamlit as st

from medrnn import plots
from medrnn.models.catalog import Card
from medrnn.types import Prediction, Reading
from medrnn.ui import address, cached, parts, sidebar
from medrnn.ui.foreign import plain, shown
from medrnn.ui.state import session


def of_card(card: Card, reading: Reading) -> Prediction | None:
    """The chosen model's answer, or None where it does not know this reading."""
    if card.config.reading != reading.config:
        return None
    with parts.guarded(), st.spinner("Letting the model read the image"):
        return cached.prediction(card, reading, sidebar.chosen_device())


def _siblings(card: Card, known: dict[str, Card]) -> list[str]:
    """The same network with each cell: same data, same shape."""
    model = card.config.model
    alike = [
        name
        for name, other in known.items()
        if other.data["name"] == card.data["name"]
        and (other.config.model.is_bidirectional, other.config.model.layers)
        == (model.is_bidirectional, model.layers)
    ]
    return alike[:3] if card.id in alike[:3] else [card.id]


def _keep() -> None:
    session().compared = st.session_state["read__models"]


def compare(card: Card, reading: Reading) -> None:
    """Choose models trained on this reading and see their answers; where there is none, offer to train one."""
    known = {name: other for name, other in cached.cards().items() if other.config.reading == reading.config}
    st.subheader("Answers", anchor=False)
    if not known:
        st.info(
            f"No model reads {reading.config.title} yet. A model knows one reading and is never shown another."
        )
        if st.button("Train one on this reading", type="primary", icon=":material/play_circle:"):
            address.go("train")
        return
    if not session().compared:
        session().compared = _siblings(card, known) if card.id in known else list(known)[:3]
    st.session_state["read__models"] = [name for name in session().compared if name in known]
    picked = st.multiselect(
        f"Models that read {reading.config.title}",
        list(known),
        key="read__models",
        on_change=_keep,
        format_func=lambda name: plain(known[name].title),
    )
    for name in picked:
        _answer(known[name], reading)


def _answer(card: Card, reading: Reading) -> None:
    found = of_card(card, reading)
    if found is None:
        return
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**{shown(card.title)}**", width="content")
            st.caption(_how(found), width="content")
            st.page_link(
                "pages/models.py",
                label="Card",
                icon=":material/deployed_code:",
                query_params={"model": card.id},
            )
        figure = plots.answer_bars(found, dark=parts.is_dark())
        p = found.probabilities.max()
        st.plotly_chart(
            figure,
            key=f"answer-{card.id}",
            theme=None,
            config=parts.PLOTLY,
            alt=f"{plain(card.title)} answers {found.classes[found.answer]} with {100 * p:.1f} percent.",
        )
        parts.novelty_line(found)


def _how(found: Prediction) -> str:
    novelty = found.novelty
    likeness = f" · unlike score {novelty.score:.2f} (alarm above {novelty.threshold:.2f})" if novelty else ""
    return f"{found.elapsed_ms:.1f} ms on {found.device.upper()}{likeness}"
