"""Lesson 11 on screen: one width trained now; the curve of all of them once the question is answered."""

import streamlit as st

from medrnn.lessons.lesson import Lesson
from medrnn.lessons.measured import read
from medrnn.lessons.small_run import Course
from medrnn.lessons.width import DATA, points, train_width, within_one_error
from medrnn.plots.lessons import decay
from medrnn.plots.lessons import width as plots
from medrnn.ui import cached, parts
from medrnn.ui.foreign import shown
from medrnn.ui.learn import figure, knobs
from medrnn.ui.learn.question import ask


def view(lesson: Lesson) -> None:
    """The run first."""
    with st.container(horizontal=True, gap="medium"):
        data = str(knobs.pick(lesson, "data"))
        width = int(knobs.pick(lesson, "width"))
    course = cached.of_lesson(lesson.id, data, width, make=lambda: train_width(data, width))
    now = float(course.val_accuracy[-1])
    _trained(course, data, width, now)
    if ask(lesson):
        _reveal(data, width, now)


def _trained(course: Course, data: str, width: int, now: float) -> None:
    columns = st.columns(3)
    about = "Of the images of the first fold, which it has not learnt."
    columns[0].metric("Right, images kept aside", f"{100 * now:.1f} %", help=about)
    columns[1].metric("Weights", f"{course.parameters:,}", help="All weights and biases of the network.")
    columns[2].metric(
        "Trained in", f"{course.seconds:.1f} s", help="On this machine, the last time that it was trained."
    )
    said = f"{width} units on {DATA[data][0]}: {100 * now:.1f} % right after {len(course.loss)} steps."
    figure.show(decay.one_run(course, dark=parts.is_dark()), "width-run", f"Loss after each epoch. {said}")


def _reveal(data: str, width: int, now: float) -> None:
    found = points(data)
    best, fair = max(found, key=lambda point: point.mean), within_one_error(found)[0]
    said = (
        f"Best mean: {100 * best.mean:.1f} % ± {100 * best.error:.1f} % at {best.width} units. Smallest width within "
        "one standard "
        f"error of it (dotted): {fair.width}. Trained now, {width} units: {100 * now:.1f} % on the first fold."
    )
    figure.show(plots.accuracies(found, width, now, dark=parts.is_dark()), "width-folds", said)
    measured = read("width")
    st.caption(
        f"{said} One LSTM layer; measured: {measured.data}; seed {measured.seeds[0]}, torch "
        f"{measured.versions['torch']}, {measured.machine}. Again: {shown(measured.command)}."
    )
