"""The teacher's page: in which order, how long, what to show, exercises with folded answers."""

from collections.abc import Callable, Mapping

import streamlit as st

from medrnn.lessons.lesson import Lesson, Question
from medrnn.lessons.teaching import PLANS, SESSIONS, Plan, minutes
from medrnn.ui.state import session

PAGE = Lesson("teacher", "For teachers", "", 0, (), Question("", (), 0, ""), is_aside=True)  # in the address
ROOM = (
    "**In the room.** Switch on *Presentation size* in the sidebar, or add `size=large` to the address: no text is "
    "smaller than 18 pixels, and a lesson begins with its experiment, made for 1024 x 768. Every control stands in "
    "the address, so a link of the lesson as you left it brings the class to the same place; whether its question was "
    "answered does not, so that everybody is asked first. A change of a control takes up to three seconds where a "
    "network is trained; open such a lesson once before the class, and it is at hand for all."
)


def view(lessons: Mapping[str, Lesson], name: Callable[[Lesson], str]) -> None:
    """The plan of the course.

    Args:
        lessons: by id, in order.
        name: what a lesson is called, with its number.
    """
    st.header(PAGE.title, anchor=False)
    total = sum(lesson.minutes for lesson in lessons.values())
    st.markdown(
        f"{len(SESSIONS)} sessions, {total} minutes without the exercises. In each lesson: show the experiment, let "
        "the room answer the question, then reveal; the exercises can be done alone, with the app."
    )
    st.markdown(ROOM)
    for number, (title, ids) in enumerate(SESSIONS, 1):
        st.subheader(f"Session {number}: {title}, {minutes(lessons, ids)} min", anchor=False)
        for one in ids:
            if one in lessons and one in PLANS:
                _lesson(lessons[one], name(lessons[one]), PLANS[one])


def _go(lesson: str) -> None:
    session().lesson = lesson


def _lesson(lesson: Lesson, name: str, plan: Plan) -> None:
    st.button(
        name,
        key=f"learn__teach-{lesson.id}",
        type="tertiary",
        icon=":material/school:",
        on_click=_go,
        args=[lesson.id],
        help="Opens the lesson.",
    )
    st.markdown(f"{lesson.minutes} min. {lesson.idea}  \n**Show:** {plan.show}")
    for exercise in plan.exercises:
        st.markdown(f"- {exercise.task}")
        with st.expander("Answer"):
            st.markdown(exercise.answer)
