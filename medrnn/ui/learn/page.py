"""The page Learn: a calm list of the lessons, or one of them with the way to the next."""

import pkgutil
from collections.abc import Sequence

import streamlit as st

from medrnn.lessons import LESSONS
from medrnn.lessons.lesson import Lesson
from medrnn.ui import address, look, parts, tour
from medrnn.ui.learn import glossary, knobs, teacher
from medrnn.ui.state import session

TEACHER, GLOSSARY = teacher.PAGE.id, glossary.PAGE.id
SAYS = "Short lessons on how a recurrent network reads an image: one idea each, and something to touch."
NUMBERED = [lesson for lesson in LESSONS.values() if not lesson.is_aside]
ASIDES = [lesson for lesson in LESSONS.values() if lesson.is_aside]


def view() -> None:
    """The list, a lesson or the teacher's page, as the address or the visitor asks."""
    knobs.take(LESSONS | {TEACHER: teacher.PAGE, GLOSSARY: glossary.PAGE})
    chosen = session().lesson
    is_shown = chosen in LESSONS and look.is_large()  # to a room: its title alone over the experiment
    header = parts.page_header(
        name(LESSONS[chosen]) if is_shown else "Learn",
        f"About {LESSONS[chosen].minutes} minutes." if chosen in LESSONS else SAYS,
    )
    if chosen and not is_shown:
        with header.below:
            _ways(LESSONS.get(chosen))
    if chosen == TEACHER:
        teacher.view(LESSONS, name)
    elif chosen == GLOSSARY:
        glossary.view({lesson.id: name(lesson) for lesson in LESSONS.values()})
    elif chosen in LESSONS:
        _lesson(LESSONS[chosen])
    else:
        _overview()
    lesson = LESSONS.get(chosen)
    address.share(lesson=chosen or None, knobs=knobs.shared(lesson) if lesson else None)


def name(lesson: Lesson) -> str:
    """A lesson as the list and its own page call it, with its number where it has one."""
    return lesson.title if lesson.is_aside else f"{NUMBERED.index(lesson) + 1}. {lesson.title}"


def go(lesson: str) -> None:
    """Take another lesson in view, "" for the list."""
    session().lesson = lesson


def _overview() -> None:
    half = -(-len(NUMBERED) // 2)
    for column, lessons in zip(st.columns(2, gap="large"), (NUMBERED[:half], NUMBERED[half:]), strict=True):
        with column:
            _list(lessons)
    if ASIDES:
        st.markdown("**Beside the lessons**")
        _list(ASIDES)
    with st.container(horizontal=True, gap="medium"):
        _button("For teachers: order, time, what to show", TEACHER, "co_present")
        _button("Glossary: the words of the app", GLOSSARY, "menu_book")
        st.button(
            "Take the tour",
            key="learn__tour",
            type="tertiary",
            icon=":material/tour:",
            on_click=tour.ask,
            help="Seven stops from an image to a model of your own, in about two minutes.",
        )


def _list(lessons: Sequence[Lesson]) -> None:
    for lesson in lessons:
        with st.container(gap=None):
            done = "check" if lesson.id in session().learnt else None
            _button(name(lesson), lesson.id, done)
            st.caption(f"{lesson.idea} {lesson.minutes} min.")


def _button(label: str, lesson: str, icon: str | None = None, *, key: str = "list") -> None:
    st.button(
        label,
        key=f"learn__{key}-{lesson}",
        type="tertiary",
        icon=f":material/{icon}:" if icon else None,
        on_click=go,
        args=[lesson],
    )


def _ways(lesson: Lesson | None, key: str = "head") -> None:
    """Back to the list, and to the lessons before and after."""
    order = list(LESSONS.values())
    at = order.index(lesson) if lesson else None
    with st.container(horizontal=True, gap="medium", key=f"learn__ways-{key}"):
        _button("All lessons", "", "list", key=key)
        if at:
            _button(name(order[at - 1]), order[at - 1].id, "arrow_back", key=key)
        if at is not None and at + 1 < len(order):
            _button(name(order[at + 1]), order[at + 1].id, "arrow_forward", key=key)


def _lesson(lesson: Lesson) -> None:
    if not look.is_large():
        with st.container(gap=None):
            st.header(name(lesson), anchor=False)
            st.markdown(lesson.idea)
    module = lesson.id.replace("-", "_")
    with parts.guarded():
        pkgutil.resolve_name(f"medrnn.ui.learn.{module}:view")(lesson)
    if lesson.sources:
        st.markdown(f":small[Sources: {' '.join(lesson.sources)}]")  # a caption dims its links
    st.caption(
        "The address of this page restores the lesson and its controls as they stand now: copy it to share."
    )
    _ways(lesson, "foot")
