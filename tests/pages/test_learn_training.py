"""Lessons 8 to 12 and the pages beside them: a control at two values is two torch results; the teacher's page."""

import pytest

from medrnn.lessons import LESSONS
from medrnn.lessons.medicine import choose
from medrnn.lessons.teaching import PLANS, SESSIONS
from tests.pages.test_address import arrive
from tests.pages.test_learn import figures, open_lesson


@pytest.mark.parametrize(
    ("lesson", "one", "other"),
    [
        ("decay", {"peak": 0.001, "schedule": "constant"}, {"peak": 0.03, "schedule": "constant"}),
        ("dropout", {"share": 0.0}, {"share": 0.6}),
        ("imbalance", {"weights": "off"}, {"weights": "on"}),
        ("width", {"width": 8}, {"width": 42}),
        ("saliency", {"randomised": "nothing"}, {"randomised": "everything"}),
        ("rnn-cnn", {"film": "chest-film-bacterial-1"}, {"film": "chest-film-normal-1"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_control_at_two_values_is_two_results(lesson, one, other):
    before, after = (open_lesson(lesson, **knobs) for knobs in (one, other))
    assert figures(before)[0] != figures(after)[0]


@pytest.mark.parametrize(
    ("lesson", "knobs", "said"),
    [
        ("imbalance", {}, "0 of 35 right; pneumonia: 350 of 350. Plain accuracy 90.9 %, balanced 50.0 %"),
        (
            "saliency",
            {"randomised": "nothing"},
            "Rank correlation of both maps: 1.00 (1.00 to 1.00 over 5 draws)",
        ),
        ("saliency", {}, "21 % of the trained network's saliency"),
        ("dropout", {"share": 0.0}, "Under 100 % of 200 masks the network still says 8"),
        ("dropout", {"share": 0.6}, "in epoch 33"),
        ("width", {"data": "films", "width": 8}, "within one standard error of it (dotted): 42"),
        ("decay", {"peak": 0.001, "schedule": "constant"}, "with the schedule constant"),
    ],
)
def test_what_a_lesson_says_is_what_its_numbers_are(lesson, knobs, said):
    at = open_lesson(lesson, **knobs)
    assert any(said in alt for alt in figures(at)), figures(at)


def test_before_the_question_nothing_says_class_by_class_what_the_network_does():
    at = open_lesson("imbalance", answer=False)
    assert not any("of 35 right" in alt for alt in figures(at))


def test_a_mirrored_film_is_warned_of():
    at = open_lesson("imbalance", change="mirrored")
    assert "dextrocardia" in at.warning[0].value
    assert not open_lesson("imbalance", change="films").warning


def test_the_cnn_has_no_answer_on_the_way_and_says_so():
    (table,) = open_lesson("rnn-cnn").table
    rows = table.value.set_index("Network")
    assert rows.loc["CNN", "Answers on the way"] == "none, all at once"
    assert rows.loc["GRU over rows", "Answers on the way"] == "after each of 16 rows"
    assert rows.loc["CNN", "A place sees"] == "59 x 59 pixels"


def test_a_kind_of_data_shows_its_studies_alone():
    at = open_lesson("medicine", kind="records")
    (table,) = (one.value for one in at.markdown if one.value.startswith("| Task"))
    assert table.count("\n") == 1 + len(choose("records")) and "Tomašev" in table and "Stollenga" not in table
    assert not any(one.value.startswith("| Task") for one in open_lesson("medicine", answer=False).markdown)


def test_the_teachers_page_has_every_lesson_its_exercises_and_the_answers_folded():
    at = arrive("learn", lesson="teacher")
    said = "\n".join(one.value for one in at.markdown)
    ways = {button.label.partition(". ")[2] or button.label for button in at.button}
    assert {lesson.title for lesson in LESSONS.values()} <= ways  # each leads to its lesson
    count = sum(len(PLANS[name].exercises) for name in LESSONS)
    assert len(at.expander) == count and not any(one.proto.expanded for one in at.expander)
    assert len(at.subheader) == len(SESSIONS) and "size=large" in said
    assert str(sum(lesson.minutes for lesson in LESSONS.values())) in said


@pytest.mark.parametrize("lesson", ["decay", "saliency"])
def test_to_a_room_a_lesson_begins_with_its_experiment(lesson):
    at = arrive("learn", lesson=lesson, size="large")
    assert at.title[0].value.endswith(LESSONS[lesson].title) and not at.header
    assert not any(one.value == LESSONS[lesson].idea for one in at.markdown)
