"""Beside the lessons, on screen: published uses, each with its source."""

import streamlit as st

from medrnn.lessons.lesson import Lesson
from medrnn.lessons.medicine import KINDS, Use, choose
from medrnn.plots.lessons import medicine as plots
from medrnn.ui import parts
from medrnn.ui.learn import figure, knobs
from medrnn.ui.learn.question import ask


def view(lesson: Lesson) -> None:
    """How many cases first; the table, which has the answer, once there is one."""
    kind = str(knobs.pick(lesson, "kind"))
    uses = choose(kind)
    figure.show(
        plots.counts(uses, dark=parts.is_dark()),
        "medicine-counts",
        f"Cases of {len(uses)} published studies, {KINDS[kind]}, as far as their abstracts count them.",
    )
    if ask(lesson):
        head = ["| Task | Network; one step | Result | Source |", "|---|---|---|---|"]
        st.markdown("\n".join([*head, *map(_row, uses)]))


def _row(use: Use) -> str:
    return f"| {use.task} | {use.network}; {use.step} | {use.found} | {use.source} |"
