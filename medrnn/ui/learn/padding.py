"""Lesson 6 on screen: a digit with empty rows behind it, read in four ways."""

import streamlit as st

from medrnn.lessons.lesson import Lesson
from medrnn.lessons.padding import WAYS, Padded, pad
from medrnn.plots.lessons import padding as plots
from medrnn.ui import cached, parts
from medrnn.ui.foreign import shown
from medrnn.ui.learn import figure, knobs
from medrnn.ui.learn.question import ask


def view(lesson: Lesson) -> None:
    """What padding is, and once the question is answered what it does and how a mask takes it back."""
    st.markdown(
        "Images read patch by patch, slices of a volume, beats of an ECG: sequences have unequal lengths, and a batch "
        "is one block of numbers. So short ones are filled up with zeros, the padding. At an empty step the plain RNN "
        "still computes:"
    )
    st.latex(r"x_t = 0: \quad h_t = \tanh(W_{hh}\,h_{t-1} + b) \neq h_{t-1}")
    if ask(lesson):
        _experiment(lesson)


def _experiment(lesson: Lesson) -> None:
    with st.container(horizontal=True, gap="medium"):
        image, cell = str(knobs.pick(lesson, "image")), str(knobs.pick(lesson, "cell"))
        with st.container(width=300):
            count = int(knobs.pick(lesson, "pad"))
    card = cached.cards()[f"mnist-{cell}"]
    found = cached.of_lesson(
        lesson.id, image, cell, count, make=lambda: pad(cached.model(card, "cpu"), image, count)
    )
    said = say(found, count)
    st.markdown(said)
    figure.show(
        plots.answers_over_padding(found, dark=parts.is_dark()), "padding", f"Answers by step. {said}"
    )
    st.markdown(table(found))
    st.caption(
        f"The shipped {shown(card.id)}. With a mask: the state after row 28 is read out, whatever comes later. Packed: "
        "torch's pack_padded_sequence does not compute the empty steps at all."
    )


def say(found: Padded, count: int) -> str:
    """What the padding did, in one sentence."""
    one, other = (int(found.answers[way].argmax()) for way in ("alone", "padded"))
    p, q = (100 * float(found.answers[way].max()) for way in ("alone", "padded"))
    return (
        f"Alone the digit is a **{one}** ({p:.1f} %); after {count} empty rows the network says **{other}** "
        f"({q:.1f} %) without a mask."
    )


def table(found: Padded) -> str:
    """The four ways and how far each is from the digit alone, as a table in Markdown."""
    lines = ["| read | answer | probability | largest difference to alone |", "|---|---|---|---|"]
    for way, title in WAYS.items():
        p = found.answers[way]
        apart = f"{found.apart(way):.2g}" if found.apart(way) else "0"
        lines.append(f"| {title} | {int(p.argmax())} | {100 * float(p.max()):.2f} % | {apart} |")
    return "\n".join(lines)
