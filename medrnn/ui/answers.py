"""The answers of one or several models to one reading."""

import streamlit as st

from medrnn import plots
from medrnn.config.what import named
from medrnn.models.cards import Card
from medrnn.models.class_names import name_class
from medrnn.models.inference import answers_table, infer
from medrnn.models.sets import say_of
from medrnn.types import Prediction, Reading
from medrnn.ui import address, cached, look, parts, sidebar
from medrnn.ui.foreign import plain, shown
from medrnn.ui.state import session


def of_card(card: Card, reading: Reading) -> Prediction | None:
    """The chosen model's answer, or None where it does not know this reading."""
    if not card.whole.knows(reading.config):
        return None
    card = card.as_read(reading.config)
    with parts.guarded(), st.spinner(named("Letting the model read the image", reading.config)):
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
    known = {
        name: other for name, other in cached.cards().items() if other.config.reading.knows(reading.config)
    }
    st.subheader("Answers", anchor=False)
    if not known:
        st.info(
            f"No model reads {reading.config.title} yet. A model knows one reading and is never shown another."
        )
        if st.button(
            "Train one on this reading",
            type="primary",
            icon=":material/play_circle:",
            help="Opens the page Train with this reading filled in.",
        ):
            address.go("train")
        return
    if not session().compared:
        session().compared = _siblings(card, known) if card.id in known else list(known)[:3]
    st.session_state["read__models"] = [name for name in session().compared if name in known]
    rows, columns = reading.config.size
    is_plain = all(other.config.model.core == "stack" for other in known.values())
    what = reading.config.title if is_plain else f"images of {rows} x {columns} pixels"
    picked = st.multiselect(
        f"Models that read {what}",
        list(known),
        key="read__models",
        on_change=_keep,
        format_func=lambda name: plain(known[name].title),
        help="Whose answers stand below. Look whether they agree, and how wide the spread over the seeds is.",
    )
    found = {name: of_card(known[name], reading) for name in picked}
    for classes in dict.fromkeys(one.classes for one in found.values() if one):
        _rows({name: one for name, one in found.items() if one and one.classes == classes}, known, reading)


def _rows(found: dict[str, Prediction], known: dict[str, Card], reading: Reading) -> None:
    """Answers over the same classes on one scale, with their files and the ways to the cards."""
    titles, first = [plain(known[name].title) for name in found], next(iter(found))
    figure = plots.answer_rows(list(found.values()), titles, dark=parts.is_dark())
    inferences = [infer(known[name], reading, device=one.device, found=one) for name, one in found.items()]
    plots.stamp(figure, *inferences)
    words = ". ".join(map(_alt, titles, found.values()))
    st.plotly_chart(look.fit(figure), key=f"answers-{first}", theme=None, config=parts.PLOTLY, alt=words)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Answers (CSV)",
            lambda: answers_table(list(found.values()), inferences),
            f"medrnn-answers-{reading.study_key[:8]}.csv",
            "text/csv",
            on_click="ignore",
            key=f"answers-csv-{first}",
            icon=":material/download:",
            help="One line a model, with its verdict and all probabilities.",
        )
        for name, one in found.items():
            st.page_link(
                "pages/models.py",
                label=f"{shown(name)}, {one.elapsed_ms:.1f} ms",
                icon=":material/deployed_code:",
                query_params={"model": name},
                help=f"Its card. The time is the fastest of some warm runs on {shown(one.device.upper())}.",
            )


def _alt(title: str, found: Prediction) -> str:
    answer = plain(name_class(found.classes[found.answer], found.classes))
    said = f"{title} answers {answer} with {100 * found.probabilities.max():.1f} percent"
    if doubt := say_of(found):
        return f"{plain(doubt, 120)}: {said}"
    return said if found.verdict.is_within else f"{said}, which means little: not what it was trained on"
