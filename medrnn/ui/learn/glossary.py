"""The glossary: every word of the app, with the lesson that shows it."""

from collections.abc import Mapping

import streamlit as st

from medrnn.lessons.glossary import TERMS, search
from medrnn.lessons.lesson import Lesson, Question
from medrnn.ui.glossary import PAGE as ID
from medrnn.ui.glossary import line
from medrnn.ui.state import session

PAGE = Lesson(ID, "Glossary", "", 0, (), Question("", (), 0, ""), is_aside=True)  # in the address


def _go(lesson: str) -> None:
    session().lesson = lesson


def view(lessons: Mapping[str, str]) -> None:
    """All words, with the lesson that shows each.

    Args:
        lessons: id of each lesson to how it is called.
    """
    st.header(PAGE.title, anchor=False)
    text = st.text_input(
        "Search",
        key="learn__search",
        placeholder="gate, AUC, map",
        help="Words of the title or the meaning. An empty field shows all.",
    )
    found = search(text)
    st.caption(f"{len(found)} of {len(TERMS)} words.")
    if not found:
        st.info("No word of the app begins so. Try a part of it, or empty the field for all.")
    for term in found:
        with st.container(gap=None):
            st.markdown(line(term))
            if term.lesson in lessons:
                st.button(
                    lessons[term.lesson],
                    key=f"learn__word-{term.title}",
                    type="tertiary",
                    icon=":material/school:",
                    on_click=_go,
                    args=[term.lesson],
                    help="The lesson that shows it.",
                )
