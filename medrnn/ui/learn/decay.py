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
    rows = {
        "Loss, images learnt": (
            found.chosen.train_loss[-1],
            found.plain.train_loss[-1],
            "nats after the last step",
        ),
        "Right, images kept aside": (
            100 * found.chosen.val_accuracy[-1],
            100 * found.plain.val_accuracy[-1],
            "per cent after the last step; 300 images, so 5 points may be chance",
        ),
        "Still moving": (
            restlessness(found.chosen),
            restlessness(found.plain),
            "by how many nats the loss on the images learnt still moved over the last five epochs",
        ),
    }
    for column, (title, (chosen, plain, about)) in zip(columns, rows.items(), strict=True):
        column.metric(title, f"{chosen:.3g}", help=f"With the schedule: {about}.")
        column.caption(f"constant rate: {plain:.3g}")
