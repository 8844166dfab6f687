"""Lesson 8: what it says of schedules, held against its own runs."""

import numpy as np
import pytest

from medrnn.lessons.decay import FIXED, LESSON, PEAKS, PLAIN, STEPS, compare, restlessness, run


@pytest.fixture(scope="module")
def runs():
    wanted = [(0.001, PLAIN), (0.001, "cosine"), *((peak, one) for peak in (0.03, 0.1) for one in FIXED)]
    return {key: run(*key) for key in wanted}


def test_at_a_small_peak_decay_only_stops_the_run_early(runs):
    assert runs[0.001, "cosine"].train_loss[-1] > 1.3 * runs[0.001, PLAIN].train_loss[-1]
    assert LESSON.question.choices[LESSON.question.right].startswith("Higher")


def test_at_0_03_the_run_settles_with_the_cosine_and_moves_less_than_half_as_much(runs):
    assert restlessness(runs[0.03, "cosine"]) < restlessness(runs[0.03, PLAIN]) / 2
    assert runs[0.03, "cosine"].train_loss[-1] < runs[0.03, PLAIN].train_loss[-1]


@pytest.mark.parametrize("schedule", FIXED)
def test_a_peak_of_0_1_ends_far_above_one_of_0_03(runs, schedule):
    assert runs[0.1, schedule].train_loss[-1] > 1.3 * runs[0.03, schedule].train_loss[-1]


def test_two_values_of_each_control_are_two_results(runs):
    ends = [runs[key].train_loss[-1] for key in ((0.001, "cosine"), (0.03, "cosine"), (0.03, PLAIN))]
    assert len({round(float(end), 3) for end in ends}) == 3


def test_both_runs_begin_with_the_same_weights_and_the_picture_has_every_rate(runs):
    found = compare(0.03, "cosine", runs[0.03, PLAIN])
    assert found.plain is runs[0.03, PLAIN] and found.chosen.loss[0] == found.plain.loss[0]
    assert list(found.rates) == list(FIXED) and all(len(rate) == STEPS for rate in found.rates.values())
    assert max(PEAKS) == 0.1 and restlessness(found.chosen) == pytest.approx(
        np.ptp(found.chosen.train_loss[-5:])
    )
