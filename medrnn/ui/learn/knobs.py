"""The controls of a lesson: kept in the session, and in the address so that a link restores them."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from medrnn.lessons.lesson import Knob, Lesson, Value, write
from medrnn.ui import address
from medrnn.ui.state import session

MOST_SIDE_BY_SIDE = (
    5  # options that stand beside each other; words beyond them in a list, numbers on a slider
)


def take(lessons: Mapping[str, Lesson]) -> None:
    """The lesson and its controls of an address."""
    state = session()
    state.lesson = address.take("lesson", lessons) or state.lesson
    lesson = lessons.get(state.lesson)
    knobs = lesson.knobs if lesson else ()
    options = {knob.name: {write(option): option for option in knob.options} for knob in knobs}
    for name, chosen in address.take_pairs("knobs", options).items():
        state.knobs[state.lesson, name] = chosen


def value(lesson: Lesson, name: str) -> Value:
    """What a control stands at, drawn or not."""
    return session().knobs.get((lesson.id, name), lesson.knob(name).default)


def shared(lesson: Lesson) -> str | None:
    """The controls that do not stand where they began, as they stand in the address; None where all do."""
    found = {knob.name: value(lesson, knob.name) for knob in lesson.knobs}
    moved = [f"{name}:{write(v)}" for name, v in found.items() if v != lesson.knob(name).default]
    return ",".join(moved) or None


def _keep(lesson: str, name: str, key: str) -> None:
    session().knobs[lesson, name] = st.session_state[key]


def pick(lesson: Lesson, name: str) -> Value:
    """Draw a control where it is called; the value holds for every lesson page that draws it.

    Returns:
        The chosen option.
    """
    knob, key = lesson.knob(name), f"learn__{lesson.id}-{name}"
    st.session_state[key] = value(lesson, name)
    _draw(knob, key, lesson.id)
    return value(lesson, name)


def _draw(knob: Knob, key: str, lesson: str) -> None:
    look: dict[str, Any] = {"key": key, "help": knob.help, "format_func": knob.show}
    look |= {"on_change": _keep, "args": (lesson, knob.name, key)}
    if len(knob.options) <= MOST_SIDE_BY_SIDE:
        st.segmented_control(knob.title, knob.options, required=True, wrap=True, **look)
    elif all(isinstance(option, str) for option in knob.options):
        st.selectbox(knob.title, knob.options, **look)
    else:
        st.select_slider(knob.title, knob.options, **look)
