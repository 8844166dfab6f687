"""The page Learn: every lesson draws, a knob recomputes, a link restores, a wrong one is said."""

import pytest
from streamlit.testing.v1 import AppTest

from medrnn.lessons import LESSONS
from medrnn.lessons.lesson import write
from medrnn.ui.state import KEY
from tests.pages.test_address import again, arrive

every = pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)


def open_lesson(lesson, answer=True, **knobs) -> AppTest:
    """A deep link to a lesson, its question answered unless it is not to be."""
    asked = {"knobs": ",".join(f"{name}:{write(v)}" for name, v in knobs.items())} if knobs else {}
    at = arrive("learn", lesson=lesson, **asked)
    if answer:
        at.radio(key=f"learn__question-{lesson}").set_value(LESSONS[lesson].question.right).run()
    assert not at.exception and not at.error
    return at


def figures(at) -> list[str]:
    """What its figures say for those who cannot see them."""
    return [one.proto.alt for one in at.get("plotly_chart")]


@every
def test_a_lesson_asks_before_it_reveals(lesson):
    at = open_lesson(lesson.id, answer=False)
    assert any(lesson.title in header.value for header in at.header)
    before = len(at.get("plotly_chart")) + len(at.markdown)
    at.radio(key=f"learn__question-{lesson.id}").set_value(lesson.question.right).run()
    assert not at.exception
    assert any(lesson.question.reveal in said.value for said in at.markdown)
    assert len(at.get("plotly_chart")) + len(at.markdown) > before


@every
def test_a_link_restores_every_knob(lesson):
    other = {knob.name: next(v for v in knob.options if v != knob.default) for knob in lesson.knobs}
    at = open_lesson(lesson.id, **other)
    state = at.session_state[KEY]
    assert {name: state.knobs[lesson.id, name] for name in other} == other
    assert at.query_params["lesson"] == lesson.id and not at.info
    asked = dict(pair.split(":") for pair in at.query_params["knobs"].split(","))
    assert asked == {name: write(v) for name, v in other.items()}


@every
def test_every_figure_has_words_and_its_data_beside_it(lesson):
    at = open_lesson(lesson.id)
    assert all(figures(at)) and figures(at)
    saved = [one for one in at.get("download_button") if "Data (CSV)" in one.proto.label]
    assert len(saved) == len(figures(at))


def test_the_list_names_every_lesson_and_leads_to_it():
    at = arrive("learn")
    for lesson in LESSONS.values():
        assert any(lesson.title in button.label for button in at.button)
    at.button(key="learn__list-sequence").click().run()
    assert at.query_params["lesson"] == "sequence"
    at.button(key="learn__head-").click().run()
    assert "lesson" not in at.query_params


def test_the_teachers_page_has_a_link():
    at = arrive("learn")
    at.button(key="learn__list-teacher").click().run()
    assert at.query_params["lesson"] == "teacher" and not at.exception
    assert arrive("learn", lesson="teacher").header[0].value == "For teachers"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"lesson": "gone"}, "lesson “gone”, which is no lesson"),
        (
            {"lesson": "sequence", "knobs": "order:x,step:9"},
            "knobs “order:x”, which is no choice of this lesson",
        ),
        ({"lesson": "sequence", "knobs": "speed:9"}, "knobs “speed:9”, which is no choice"),
        ({"lesson": "sequence", "knobs": "![a](http://b)"}, "which is no choice of this lesson"),
        ({"knobs": "step:9"}, "knobs “step:9”, which is no choice"),
    ],
)
def test_a_wrong_link_is_said_and_the_rest_holds(asked, said):
    at = arrive("learn", **asked)
    assert said in at.info[0].value.replace("&#58;\u2060", ":") and "![" not in at.info[0].value
    if "step:9" in asked.get("knobs", "") and "lesson" in asked:
        assert at.session_state[KEY].knobs == {("sequence", "step"): 9}


def test_a_knob_does_not_come_back_after_it_was_moved():
    asked = {"lesson": "sequence", "knobs": "order:columns"}
    at = arrive("learn", **asked)
    at.get("button_group")[1].set_value("rows-up")
    again(at, **asked)
    assert at.query_params["knobs"] == "order:rows-up"


RECOMPUTED = [  # a knob at two of its values, and what the page says then
    ("sequence", {"order": "rows"}, "says **7**"),
    ("sequence", {"order": "columns"}, "says **6**"),
    ("step", {"unit": 0}, "Of unit 0 the memory term"),
    ("step", {"unit": 5}, "Of unit 5 the memory term"),
    ("fading", {"start": "torch"}, "LSTM **5\N{NO-BREAK SPACE}x\N{NO-BREAK SPACE}10⁻⁶**"),
    ("fading", {"start": "good"}, "LSTM **0.13**"),
    ("lstm", {"set": "f-1"}, "**6** with 28.5 %"),
    ("lstm", {"set": "i-1"}, "**1** with 56.2 %"),
    ("gru", {"set": "z-1"}, "**8** with 97.3 %"),
    ("gru", {"set": "r-0"}, "**3** with 65.3 %"),
    ("padding", {"pad": 8}, "says **7** (42.3 %)"),
    ("padding", {"pad": 16}, "says **3** (97.9 %)"),
    ("clipping", {"clip": "norm"}, "none of them turned"),
    ("clipping", {"clip": "value"}, "turned by up to"),
]


@pytest.mark.parametrize(
    ("lesson", "knobs", "said"), RECOMPUTED, ids=[f"{lesson}-{knobs}" for lesson, knobs, _ in RECOMPUTED]
)
def test_a_knob_at_two_values_is_two_results(lesson, knobs, said):
    at = open_lesson(lesson, **knobs)
    assert any(said in one.value for one in at.markdown), [one.value for one in at.markdown]


def test_every_lesson_of_the_first_seven_has_a_knob_that_recomputes():
    assert {lesson for lesson, _, _ in RECOMPUTED} >= set(list(LESSONS)[:7])
