"""Lesson 8 on screen: the schedules, and two runs beside each other."""

import streamlit as st

from medrnn.lessons.decay import ASIDE, LEARNT, PLAIN, STEPS, Decay, compare, restlessness, run
from medrnn.lessons.lesson import Lesson
from medrnn.plots.lessons import decay as plots
from medrnn.ui import cached, parts
from medrnn.ui.learn import figure, knobs
from medrnn.ui.learn.question import ask


def view(lesson: Lesson) -> None:
    """Both controls and the two runs; the table of what came out once the question is answered."""
    with st.container(horizontal=True, gap="medium"):
        peak = float(knobs.pick(lesson, "peak"))
        schedule = str(knobs.pick(lesson, "schedule"))
    found = _compare(lesson, peak, schedule)
    said = (
        f"After {STEPS} steps the loss on the images learnt is {found.chosen.train_loss[-1]:.3f} with the schedule "
        f"{plots.SHORT[schedule]}, and {found.plain.train_loss[-1]:.3f} at the constant rate."
    )
    figure.show(
        plots.schedules_and_losses(found, dark=parts.is_dark()),
        "decay-runs",
        f"Left the learning rate over the steps, right the losses of the runs. {said}",
    )
    st.caption(
        f"{said} One LSTM layer of 48 units, trained now on {LEARNT} digits of MNIST, measured on {ASIDE} others; both "
        "runs begin with the same weights (seed 0)."
    )
    if ask(lesson):
        _reveal(found)


def _compare(lesson: Lesson, peak: float, schedule: str) -> Decay:
    plain = cached.of_lesson(lesson.id, peak, PLAIN, make=lambda: run(peak, PLAIN))
    return cached.of_lesson(lesson.id, peak, schedule, "both", make=lambda: compare(peak, schedule, plain))


def _reveal(found: Decay) -> None:
    """What both runs came to."""
    columns = st.columns(3)
    about = "with the schedule, after the last step"
    chosen, plain = found.chosen, found.plain
    columns[0].metric("Loss, images learnt", f"{chosen.train_loss[-1]:.3f}", help=f"In nats, {about}.")
    columns[0].caption(f"constant rate: {plain.train_loss[-1]:.3f}")
    columns[1].metric(
        "Right, images kept aside",
        f"{100 * chosen.val_accuracy[-1]:.0f} %",
        help=f"Of {ASIDE} digits, {about}; five points of difference may be chance.",
    )
    columns[1].caption(f"constant rate: {100 * plain.val_accuracy[-1]:.0f} %")
    columns[2].metric(
        "Still moving",
        f"{restlessness(chosen):.3f}",
        help="By how many nats the loss on the images learnt still moved over the last five epochs.",
    )
    columns[2].caption(f"constant rate: {restlessness(plain):.3f}")
