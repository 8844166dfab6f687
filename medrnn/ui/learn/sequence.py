"""Lesson 1 on screen: the image, its sequence, and the answer in another order."""

import streamlit as st

from medrnn.lessons.lesson import Lesson
from medrnn.lessons.sequence import MODEL, ORDERS, OrderedRead, read
from medrnn.plots.lessons import sequence as plots
from medrnn.ui import cached, parts
from medrnn.ui.learn import figure, knobs
from medrnn.ui.learn.question import ask


def view(lesson: Lesson) -> None:
    """Image and sequence first, the answer once the question has one."""
    st.markdown(
        "The image has 28 x 28 pixels. Read line by line it becomes 28 steps of 28 values, "
        r"$x_1, x_2, \dots, x_{28}$; in patches of 4 x 4 it would be 49 steps of 16. The pixels stay the same 784."
    )
    with st.container(horizontal=True, gap="medium"):
        image = str(knobs.pick(lesson, "image"))
        order = str(knobs.pick(lesson, "order"))
    step = int(knobs.pick(lesson, "step")) - 1
    found = _read(lesson, image, order)
    figure.show(
        plots.image_and_sequence(found, step, dark=parts.is_dark()),
        "sequence-image",
        f"The digit {found.label} on the left, on the right its steps, {ORDERS[order]}; {step + 1} of 28 are read.",
    )
    if ask(lesson):
        _reveal(found, order, step)


def _read(lesson: Lesson, image: str, order: str) -> OrderedRead:
    card = cached.cards()[MODEL]

    def make() -> OrderedRead:
        return read(cached.model(card, "cpu"), card.classes, image, order)

    return cached.of_lesson(lesson.id, image, order, make=make)


def _reveal(found: OrderedRead, order: str, step: int) -> None:
    sure = float(found.answers[-1].max())
    verdict = "which it is" if found.answer == found.label else f"and it is a {found.label}"
    said = f"Read as {ORDERS[order]}, the network says **{found.answer}** with {100 * sure:.1f} %, {verdict}."
    st.markdown(said)
    figure.show(
        plots.answers(found, step, dark=parts.is_dark()),
        "sequence-answers",
        f"Probability of each digit after each step. {said.replace('**', '')}",
    )
    st.caption(
        f"The network {MODEL} of this app, 3 x 128 LSTM units, which learnt 55,000 digits by rows from the top. "
        "After a step: what it would answer had the image ended there. Take another order above."
    )
