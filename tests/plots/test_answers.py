"""Answers side by side, the scale round a threshold, and what every figure says of itself."""

from dataclasses import replace

import numpy as np
import pytest

import medrnn
from medrnn import plots
from medrnn.config import ASSETS
from medrnn.models.catalog import find_card
from medrnn.models.inference import infer
from medrnn.plots.layout import ANSWER, OTHER
from medrnn.sequences import read_study
from medrnn.types import Prediction, Verdict
from medrnn.ui import operating

SAMPLES, MODEL = ASSETS / "samples", "pneumonia-lstm-forward"


def answer(*p, verdict="within", classes=("normal", "pneumonia")):
    p = np.array(p)
    return Prediction("m", "0" * 64, classes, p, p[None], "cpu", 1.0, verdict=Verdict(verdict))


def test_two_classes_are_drawn_from_the_middle_of_one_scale():
    found = [answer(0.2, 0.8), answer(0.9, 0.1, verdict="unlike")]
    figure = plots.answer_rows(found, ["A<b>", "B"])
    bars = figure.data[0]
    np.testing.assert_allclose(np.add(bars.base, bars.x), [0.8, 0.1])
    assert bars.base == 0.5 and list(bars.marker.color) == [ANSWER["light"], OTHER["light"]]
    texts = [a.text for a in figure.layout.annotations]
    assert {"A&lt;b&gt;", "<b>pneumonia 80.0 %</b>", "(normal 90.0 %)", "normal", "pneumonia"} <= set(texts)


def test_more_classes_show_the_answers_own():
    figure = plots.answer_rows([answer(0.1, 0.2, 0.7, classes=("0", "1", "2"))], ["A"])
    assert figure.data[0].base == 0 and list(figure.data[0].x) == [0.7]


def test_a_stamp_says_whether_the_answer_counts_and_moves_nothing():
    card = find_card(MODEL)
    made = infer(card, read_study(medrnn.open(SAMPLES / "mr-brain.dcm"), card.config.reading), device="cpu")
    figure = plots.answer_rows([answer(0.2, 0.8)], ["A"])
    height, below = figure.layout.height, figure.layout.margin.b
    plots.stamp(figure, made, replace(made, model="another"))
    said = figure.layout.annotations[-1].text
    assert said.replace("<br>", " ").count(made.reason) == 1  # the same fault is said once
    assert f"model {MODEL} {card.digest[:8]}" in said and "model another" in said
    assert figure.layout.height - height == figure.layout.margin.b - below > 0
    assert figure.layout.annotations[-1].yshift <= -below + 4
    before = figure.layout.height
    assert plots.stamp(figure).layout.height == before  # of no answer nothing is said


@pytest.mark.parametrize(
    ("p", "threshold", "at"), [(0.5, 0.5, 0.5), (0.2, 0.2, 0.5), (0.6, 0.2, 0.75), (0, 0.3, 0), (1, 0.3, 1)]
)
def test_the_threshold_is_the_middle_of_the_scale(p, threshold, at):
    assert operating.place(p, threshold) == pytest.approx(at)


def test_the_operating_point_in_words_and_as_a_scale():
    card = find_card(MODEL)
    said = operating.sentence(card)
    assert "sensitivity 97 % (94 to 98; n = 390), specificity 75 % (69 to 80; n = 234)" in said
    drawn = operating.scale(replace(card, classes=("normal", "<img src=x>")), answer(0.2, 0.8), dark=True)
    assert "<img" not in drawn and "&lt;img src=x&gt; 80.0 %" in drawn and ANSWER["dark"] in drawn
    assert OTHER["dark"] in operating.scale(card, answer(0.2, 0.8, verdict="unlike"), dark=True)
    digits = find_card("mnist-lstm")
    assert operating.scale(digits, answer(0.2, 0.8), dark=True) == "" and operating.explain(digits) is None
    assert "of its 10,000 test images" in operating.sentence(digits)
