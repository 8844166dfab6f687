"""The teacher's page: in which order, how long, what to show."""

from collections.abc import Mapping

import streamlit as st

from medrnn.lessons.lesson import Lesson, Question

PAGE = Lesson("teacher", "For teachers", "", 0, (), Question("", (), 0, ""), is_aside=True)  # in the address


def view(lessons: Mapping[str, Lesson]) -> None:
    """The plan of the course.

    Args:
        lessons: by id, in order.
    """
    st.header(PAGE.title, anchor=False)
    minutes = sum(lesson.minutes for lesson in lessons.values())
    st.markdown(f"All pages take about {minutes} minutes, read in this order.")
    for lesson in lessons.values():
        st.markdown(f"- **{lesson.title}**, {lesson.minutes} min: {lesson.idea}")
