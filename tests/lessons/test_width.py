"""Lesson 11: what cross-validation says of widths, measured and again."""

import numpy as np
import pytest

from medrnn.config import TrainConfig
from medrnn.lessons import width
from medrnn.lessons.measured import read
from medrnn.lessons.width import (
    DATA,
    FOLDS,
    LESSON,
    RULE,
    WIDTHS,
    points,
    split,
    train_width,
    within_one_error,
)


def test_what_ships_says_how_it_was_measured():
    found = read("width")
    assert TrainConfig.from_dict(found.config) == width.CONFIG
    assert "thread" in found.machine and found.seconds > 0
    assert [(row["data"], row["width"]) for row in found.rows] == [(data, w) for data in DATA for w in WIDTHS]
    assert all(len(row["accuracies"]) == FOLDS and row["seconds"] > 0 for row in found.rows)


@pytest.mark.parametrize(("data", "units"), [("digits", 16), ("films", 42)])
def test_a_width_trained_now_lands_on_its_fold(data, units):
    (point,) = (point for point in points(data) if point.width == units)
    course = train_width(data, units)
    assert float(course.val_accuracy[-1]) == pytest.approx(point.accuracies[0], abs=0.06)  # five images of 80
    assert course.parameters == point.parameters


def test_two_widths_are_two_results():
    few, many = (float(train_width("digits", units).val_accuracy[-1]) for units in (8, 84))
    assert many > few + 0.1


@pytest.mark.parametrize("data", DATA)
def test_the_folds_share_no_image_and_hold_every_one(data):
    from medrnn.lessons.few import few

    every = few(DATA[data][0], width.IMAGES, 1).train
    sets = [split(data, fold) for fold in range(FOLDS)]
    assert sum(len(one.val) for one in sets) == len(every) == 400
    assert all(len(one.train) + len(one.val) == 400 for one in sets)
    kept = np.concatenate([one.val.images for one in sets]).reshape(400, -1)
    assert sorted(map(bytes, kept)) == sorted(map(bytes, every.images.reshape(400, -1)))


def test_the_rule_says_56_to_84_and_what_is_said_of_the_digits_is_measured():
    by_width = {point.width: point for point in points("digits")}
    assert RULE == (56, 84) and LESSON.question.right == 1
    assert [round(100 * by_width[w].mean) for w in (8, 84, 168)] == [62, 85, 85]
    assert round(by_width[168].parameters / by_width[84].parameters, 1) == 3.4


@pytest.mark.parametrize(("data", "least"), [("digits", 84), ("films", 42)])
def test_the_smallest_width_within_one_standard_error(data, least):
    found = points(data)
    assert within_one_error(found)[0].width == least
    best = max(point.mean for point in found)
    assert next(p for p in found if p.width == least).mean >= best - max(p.error for p in found)


def test_a_points_error_is_that_of_a_mean():
    point = width.Point("digits", 8, 1, (0.5, 0.7, 0.6), 1.0)
    assert point.mean == pytest.approx(0.6) and point.error == pytest.approx(0.1 / np.sqrt(3))
