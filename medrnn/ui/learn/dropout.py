"""Lesson 9 on screen: measured curves of learning by heart, and one network under many masks."""

import streamlit as st

from medrnn.lessons.dropout import MASKS, MODEL, Masked, answer_with_masks, curves
from medrnn.lessons.lesson import Lesson
from medrnn.lessons.measured import read
from medrnn.plots.lessons import dropout as plots
from medrnn.ui import cached, parts
from medrnn.ui.foreign import shown
from medrnn.ui.learn import figure, knobs
from medrnn.ui.learn.question import ask


def view(lesson: Lesson) -> None:
    """The masks first, which are live; the measured curves once the question is answered."""
    with st.container(horizontal=True, gap="medium"):
        share = float(knobs.pick(lesson, "share"))
        number = int(knobs.pick(lesson, "digit"))
    picture = st.container()
    mask = str(knobs.pick(lesson, "mask"))
    found = _masked(lesson, number, share, mask)
    answer = int(found.plain.argmax())
    said = (
        f"Under {100 * found.agreeing:.0f} % of {MASKS} masks the network still says {answer}; its probability "
        "scatters by "
        f"{found.spread:.3f} (standard deviation)."
    )
    with picture:
        figure.show(
            plots.scatter(found, dark=parts.is_dark()),
            "dropout-masks",
            f"A {found.label}, and the probability of each digit under every mask. {said}",
        )
        st.caption(
            f"{said} The network {MODEL} of this app is trained and does not change: a mask is chance, drawn with "
            "seed 0. The bar stands where it answers without masks, as it is used."
        )
    if ask(lesson):
        _reveal(share)


def _masked(lesson: Lesson, number: int, share: float, mask: str) -> Masked:
    card = cached.cards()[MODEL]

    def make() -> Masked:
        model = cached.model(card, "cpu")
        return answer_with_masks(model, number, share, is_same=mask == "each-image")

    return cached.of_lesson(lesson.id, number, share, mask, make=make)


def _reveal(share: float) -> None:
    chosen, plain = curves(share), curves(0.0)
    right = f"{100 * chosen.right.mean():.0f} % ± {100 * chosen.right.std(ddof=1):.0f} %"
    said = (
        f"Dropout {share:g}: by heart (training loss below 0.1) in epoch {chosen.by_heart}; the loss on the digits "
        f"kept aside is lowest in epoch {chosen.best_epoch}, and {right} of them are right at the end (mean and "
        "standard deviation of five runs)."
    )
    figure.show(plots.losses(chosen, plain, dark=parts.is_dark()), "dropout-curves", said)
    found = read("dropout")
    st.caption(
        f"{said} Measured: {found.data}; two LSTM layers of 64 units; seeds {found.seeds[0]} to {found.seeds[-1]}; "
        f"torch {found.versions['torch']}, {found.machine}. Again: {shown(found.command)}."
    )
