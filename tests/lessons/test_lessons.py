"""What every lesson must have."""

import re
import subprocess
import sys

import pytest

from medrnn.lessons import LESSONS
from medrnn.lessons.lesson import write
from medrnn.ui.address import KINDS
from tests.conftest import ROOT

every = pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)


@every
def test_a_lesson_has_an_idea_something_to_touch_a_question_and_sources(lesson):
    assert LESSONS[lesson.id] is lesson and re.fullmatch(r"[a-z0-9-]+", lesson.id)
    assert lesson.title and lesson.idea.endswith(".") and lesson.minutes > 0
    assert lesson.knobs or lesson.is_aside
    question = lesson.question
    assert len(question.choices) >= 2 and 0 <= question.right < len(question.choices) and question.reveal


@every
def test_a_knob_begins_at_one_of_its_options_and_all_of_them_can_stand_in_a_link(lesson):
    for knob in lesson.knobs:
        assert knob.default in knob.options and knob.help and knob.title
        assert len(set(map(write, knob.options))) == len(knob.options)
        assert not knob.words or len(knob.words) == len(knob.options)
    longest = [f"{knob.name}:{max(map(write, knob.options), key=len)}" for knob in lesson.knobs]
    assert not longest or KINDS["knobs"](",".join(longest))


@every
def test_a_lesson_is_short(lesson):
    words = " ".join((lesson.idea, lesson.question.text, lesson.question.reveal)).split()
    assert len(words) <= 150


def test_the_lessons_are_known_without_torch():
    code = "import sys, medrnn.lessons; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0
