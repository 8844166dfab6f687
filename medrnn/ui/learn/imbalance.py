"""Lesson 10 on screen: a network that learnt from unequal classes, and a film as augmentation changes it."""

import streamlit as st

from medrnn.lessons.imbalance import FILM, Counted, learn, preview
from medrnn.lessons.lesson import Lesson
from medrnn.plots.lessons import imbalance as plots
from medrnn.ui import cached, parts
from medrnn.ui.learn import figure, knobs
from medrnn.ui.learn.question import ask

MIRRORED = (
    "**Mirrored, a film is of somebody else**: the heart points to the right, as in dextrocardia, and a finding "
    "changes sides. What an augmentation does must leave the label true. So this app mirrors blood cells, and no film."
)


def view(lesson: Lesson) -> None:
    """The network first, without saying class by class what it does before the question is answered."""
    with st.container(horizontal=True, gap="medium"):
        ratio = int(knobs.pick(lesson, "ratio"))
        is_weighted = knobs.pick(lesson, "weights") == "on"
    found = cached.of_lesson(
        lesson.id, ratio, is_weighted, make=lambda: learn(ratio, is_weighted=is_weighted)
    )
    st.markdown(
        f"A network learnt from {found.learnt[0]} normal films and {found.learnt[1]} with pneumonia. Of "
        f"{found.counts.sum()} others, {found.counts.sum(1)[0]} of them normal, it answers "
        f"**{100 * found.accuracy:.1f} %** right."
    )
    if ask(lesson):
        _reveal(found)
    _augmentation(lesson)


def _reveal(found: Counted) -> None:
    said = (
        f"Normal: {found.counts[0, 0]} of {found.counts[0].sum()} right; pneumonia: {found.counts[1, 1]} of "
        f"{found.counts[1].sum()}. Plain accuracy {100 * found.accuracy:.1f} %, balanced {100 * found.balanced:.1f} %. "
        f"Always saying pneumonia is right in {100 * found.always_common:.1f} %."
    )
    figure.show(plots.answers(found, dark=parts.is_dark()), "imbalance-answers", said)
    weights = " and ".join(f"{weight:.3g}" for weight in found.weights)
    st.caption(
        f"{said} One LSTM layer of 48 units, trained now on films of PneumoniaMNIST (seed 0, eight epochs); a film "
        f"counts {weights} in the loss, normal first."
    )


def _augmentation(lesson: Lesson) -> None:
    change = str(knobs.pick(lesson, "change"))
    pictures = cached.of_lesson(lesson.id, "preview", change, make=lambda: preview(change))
    words = lesson.knob("change").show(change)
    figure.show(
        plots.changed(pictures, words, dark=parts.is_dark()),
        "imbalance-film",
        f"The sample {FILM} as it is, and {len(pictures) - 1} times changed: {words}.",
    )
    if change == "mirrored":
        st.warning(MIRRORED, icon=":material/swap_horiz:")
    else:
        st.caption(
            "Each time a film is learnt it is shifted, turned, scaled and its grey values changed anew, so a small set "
            "goes further. Every change must leave the label true."
        )
