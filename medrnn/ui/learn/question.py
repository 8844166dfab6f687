"""The question of a lesson: answered first, explained after."""

import streamlit as st

from medrnn.lessons.lesson import Lesson
from medrnn.ui.state import session


def _keep(lesson: str, key: str) -> None:
    if st.session_state[key] is not None:
        session().learnt[lesson] = st.session_state[key]


def ask(lesson: Lesson) -> bool:
    """Draw the question, and once it has an answer what is to be said of it.

    A link does not carry the answer, so that whoever gets it is asked first.

    Returns:
        True once it is answered: what reveals the answer is drawn below.
    """
    question, key = lesson.question, f"learn__question-{lesson.id}"
    st.session_state[key] = given = session().learnt.get(lesson.id)
    st.radio(
        question.text,
        range(len(question.choices)),
        format_func=question.choices.__getitem__,
        key=key,
        on_change=_keep,
        args=(lesson.id, key),
        help="Answer first: what the network does is shown below once you have.",
    )
    if given is None:
        return False
    is_right = given == question.right
    begins = (
        ":material/check_circle: **Right.**"
        if is_right
        else f":material/cancel: **Not so.** Right is: **{question.choices[question.right]}.**"
    )
    st.markdown(f"{begins} {question.reveal}")
    return True
