"""The teacher's page: every lesson has its place and its exercises, and every number of an answer is true."""

import math
import re

import numpy as np
import pytest
import torch

from medrnn.lessons import LESSONS, saliency
from medrnn.lessons.decay import PLAIN, STEPS, run
from medrnn.lessons.dropout import curves
from medrnn.lessons.teaching import PLANS, SESSIONS, minutes
from medrnn.lessons.width import points, within_one_error
from medrnn.models.catalog import find_card, load_model
from medrnn.training.learner import balance
from medrnn.training.schedules import rates


def answer(lesson, number=0):
    return PLANS[lesson].exercises[number].answer


def numbers(text):
    return [float(found.replace(",", "")) for found in re.findall(r"-?\d[\d,]*(?:\.\d+)?", text)]


def test_every_lesson_has_one_place_in_the_order_and_exercises():
    placed = [name for _, ids in SESSIONS for name in ids]
    assert [name for name in placed if name in LESSONS] == list(LESSONS) and len(placed) == len(set(placed))
    for name in LESSONS:
        assert PLANS[name].show and 1 <= len(PLANS[name].exercises) <= 2
        assert all(one.task and one.answer for one in PLANS[name].exercises)


def test_minutes_are_the_sum_of_those_that_there_are():
    assert (
        minutes(LESSONS, ("decay", "dropout", "gone"))
        == LESSONS["decay"].minutes + LESSONS["dropout"].minutes
    )


@pytest.mark.parametrize(
    ("lesson", "number", "wanted"),
    [
        ("sequence", 1, [(28 // 4) ** 2, 4 * 4]),
        ("step", 0, [0.5, round(math.tanh(0.5), 3), 3, round(math.tanh(3), 3), 3]),
        ("fading", 0, [0.9, 27, round(0.9**27, 3), 6]),
        ("fading", 1, [1.1, 27, round(1.1**27, 1), 1]),
        ("lstm", 0, [14, 0.95, 14, round(0.95**14, 3)]),
        ("lstm", 1, [1, round(1 / (1 + math.exp(-1)), 3)]),
        ("gru", 0, [0.9, 0.8, 0.1, -0.2, 0.9 * 0.8 - 0.1 * 0.2]),
        ("padding", 1, [120 - 88, 3, 40, 3 * 40, 20 + 28 + 40]),
        ("clipping", 0, [3 / 5, 4 / 5, 1, 1, round(math.degrees(math.acos(7 / (5 * math.sqrt(2)))), 1)]),
        ("dropout", 0, [1 / (1 - 0.6), 1, 1, 0.6]),
        ("imbalance", 1, [75, 50]),
        ("width", 0, [39154, 4, 84, 28, 84, 8, 84, 85, 10]),
    ],
)
def test_an_answer_is_what_its_arithmetic_gives(lesson, number, wanted):
    assert numbers(answer(lesson, number)) == pytest.approx(wanted)


def test_a_half_is_passed_where_the_answer_says():
    assert 0.95**13 > 0.5 > 0.95**14 and round(100 * 0.9**27) == 6


def test_torch_counts_the_weights_so():
    made = [kind(28, 128) for kind in (torch.nn.LSTM, torch.nn.GRU)]
    counts = [sum(weight.numel() for weight in one.parameters()) for one in made]
    assert numbers(answer("gru", 1)) == counts and counts[0] * 3 == counts[1] * 4
    assert {point.width: point.parameters for point in points("digits")}[84] == 39154


def test_the_rates_in_steps():
    found = rates("steps", 0.03, STEPS)
    assert numbers(answer("decay"))[:2] == pytest.approx([found[99], found[149]])
    assert (found[79], found[80], found[119], found[120]) == pytest.approx((0.03, 0.003, 0.003, 0.0003))


def test_at_a_small_peak_the_constant_rate_ends_lower():
    assert run(0.001, PLAIN).train_loss[-1] < run(0.001, "cosine").train_loss[-1]


def test_the_epoch_to_stop_and_the_weights_and_the_widths():
    assert numbers(answer("dropout", 1)) == [curves(0.0).best_epoch]
    assert numbers(answer("imbalance"))[:2] == list(balance(np.repeat([0, 1], [30, 300]), 2))
    fair = [within_one_error(points(data))[0].width for data in ("digits", "films")]
    assert numbers(answer("width", 1)) == [*fair, 56, 84]


def test_the_maps_and_the_lean():
    model, card = load_model(saliency.MODEL), find_card(saliency.MODEL)
    found = saliency.check(model, card, "chest-film-bacterial-1", "row-occlusion", "everything")
    assert numbers(answer("saliency")) == [round(float(found.correlations.mean()), 2)]
    shares = [round(100 * saliency.last_quarter(one)) for one in (found.lean, found.lean_other)]
    assert numbers(answer("saliency", 1)) == [25, *shares]


def test_the_seven_by_columns_is_a_sure_six():
    from medrnn.lessons.sequence import MODEL, read

    found = read(load_model(MODEL), find_card(MODEL).classes, "digit-7", "columns")
    assert found.answer == "6" and found.answers[-1].max() > 0.98
    assert numbers(answer("sequence")) == [6, 98]


def test_sixteen_empty_rows_make_a_three_of_the_seven_and_a_mask_takes_it_back():
    from medrnn.lessons.padding import pad

    found = pad(load_model("mnist-lstm"), "digit-7", 16)
    said = {way: int(found.answers[way].argmax()) for way in ("padded", "masked")}
    assert [said["padded"], said["masked"]] == numbers(answer("padding")) and found.apart("masked") == 0
