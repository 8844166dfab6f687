"""Beside the lessons, on screen: three networks on one film."""

import streamlit as st

from medrnn.lessons.lesson import Lesson
from medrnn.lessons.rnn_cnn import MODELS, Reader, read_all
from medrnn.models.describe import count_words
from medrnn.plots.lessons import rnn_cnn as plots
from medrnn.ui import cached, parts
from medrnn.ui.learn import figure, knobs
from medrnn.ui.learn.question import ask


def view(lesson: Lesson) -> None:
    """Answers over the rows first, then the table; maps once the question is answered."""
    film, method = str(knobs.pick(lesson, "film")), str(knobs.value(lesson, "method"))
    readers = _read(lesson, film, method)
    said = ", ".join(f"{MODELS[one.card.id]} {100 * one.pneumonia:.1f} %" for one in readers)
    figure.show(
        plots.answers(readers, dark=parts.is_dark()),
        "rnn-cnn-answers",
        f"Probability of pneumonia after each row of the map. At the end: {said}.",
    )
    st.table(list(map(_row, readers)))
    if ask(lesson):
        knobs.pick(lesson, "method")
        figure.show(
            plots.maps(readers, dark=parts.is_dark()),
            "rnn-cnn-maps",
            f"The film, and what each answer was sensitive to. At the end: {said}.",
        )
        st.caption(
            "What p(pneumonia) was sensitive to, each map to its own scale; not where a finding is. That one network "
            "is recurrent makes its map neither better nor worse: lesson 12 says how to hold a map against chance."
        )


def _read(lesson: Lesson, film: str, method: str) -> tuple[Reader, ...]:
    cards = cached.cards()
    return cached.of_lesson(
        lesson.id,
        film,
        method,
        make=lambda: read_all(cards, lambda card: cached.model(card, "cpu"), film, method),
    )


def _row(one: Reader) -> dict[str, str]:
    steps = one.prediction.steps
    return {
        "Network": MODELS[one.card.id],
        "p(pneumonia)": f"{100 * one.pneumonia:.1f} %",
        "Answers on the way": "none, all at once" if steps is None else f"after each of {len(steps)} rows",
        "A place sees": f"{one.field[0]} x {one.field[1]} pixels",
        "Weights": f"{one.card.parameters:,}",
        "Multiply-adds": count_words(one.multiply_adds),
        "Time": f"{one.prediction.elapsed_ms:.1f} ms",
    }
