"""The course of an answer on curves made by hand, and its sentence for every order, direction and kind of curve."""

import numpy as np
import pytest

from medrnn import sequences
from medrnn.config import ORDERS, ReadingConfig
from medrnn.explanation.memory.course import Course, describe_course, find_calm, find_unread
from medrnn.types import Reading
from medrnn.ui.lab.course_words import ordinal, say_course

CLASSES = ("normal", "pneumonia")
DIGITS = tuple("0123456789")


def reading(order="rows", direction="forward", crop=(0, 0, 28, 28)):
    config = ReadingConfig(order=order, direction=direction)
    grid = np.zeros(config.size, np.float32)
    return Reading(sequences.lines(grid, config), grid, sequences.boxes(config, crop), crop, config)


def two(*curve, steps=28):
    """(step, class) of two classes: (from step, probability of pneumonia) ..."""
    p = np.zeros(steps)
    for start, value in curve:
        p[start:] = value
    return np.stack([1 - p, p], 1)


def said(steps, *, classes=CLASSES, is_prefix=False, **how):
    return say_course(describe_course(steps, reading(**how), is_prefix=is_prefix), classes)


def test_the_facts_are_those_of_the_curve():
    found = describe_course(two((0, 0.3), (5, 0.6), (11, 0.93), (20, 0.97)), reading())
    assert found == Course(
        start=("upper",),
        line="row",
        steps=28,
        answer=1,
        leads=5,
        before=0,
        had_led=0,
        calm=11,
        points=5.0,
        unread=found.unread,
        final=0.97,
    )
    assert found.unread.side == "lower" and found.unread.share == pytest.approx(16 / 28)
    assert found.decided == 11


@pytest.mark.parametrize(("points", "step"), [(4, 20), (5, 11), (40, 5), (100, 0)])
def test_an_answer_is_calm_from_the_first_step_whose_band_holds_all_that_follow(points, step):
    assert find_calm(two((0, 0.3), (5, 0.6), (11, 0.93), (20, 0.98)), points) == step


def test_a_class_that_only_changes_place_with_a_third_one_is_not_calm():
    steps = np.full((10, 3), 0.2)
    steps[:, 2] = 0.6
    steps[:6, :2] = [0.35, 0.05]
    assert find_calm(steps, 5) == 6


UNREAD = {
    ("rows", "forward"): ("lower", lambda t: (27 - t) / 28),
    ("rows", "reverse"): ("upper", lambda t: (27 - t) / 28),
    ("columns", "forward"): ("right", lambda t: (27 - t) / 28),
    ("columns", "reverse"): ("left", lambda t: (27 - t) / 28),
    ("raster", "forward"): ("lower", lambda t: (6 - t // 7) / 7),
    ("raster", "reverse"): ("upper", lambda t: (6 - t // 7) / 7),
    ("snake", "forward"): ("lower", lambda t: (6 - t // 7) / 7),
    ("snake", "reverse"): ("upper", lambda t: (6 - t // 7) / 7),
}


@pytest.mark.parametrize(("order", "direction"), UNREAD)
def test_what_is_unread_is_a_part_of_the_image_that_no_box_has_touched(order, direction):
    read, (side, share) = reading(order, direction, crop=(40, 10, 560, 840)), UNREAD[order, direction]
    for step in range(len(read.boxes) - 1):
        found = find_unread(read.boxes, step)
        if share(step) > 0:
            assert (found.side, found.share) == (side, pytest.approx(share(step)))
    assert find_unread(read.boxes, len(read.boxes) - 1) is None


def test_every_order_and_direction_says_where_it_begins():
    begins = {
        "rows": ("top", "bottom"),
        "columns": ("left", "right"),
        "raster": ("top left", "bottom right"),
        "snake": ("top left", "bottom right"),  # seven lines: the last one runs to the right
    }
    assert set(begins) == set(ORDERS)
    for order, ends in begins.items():
        for direction, end in zip(("forward", "reverse"), ends, strict=True):
            count = len(reading(order, direction).boxes)
            assert said(two((0, 0.9), steps=count), order=order, direction=direction).startswith(
                f"Reads from the {end}; leans to pneumonia from the first"
            )


SENTENCES = [
    (
        two((0, 0.3), (5, 0.6), (11, 0.95)),
        {},
        "Reads from the top; leans to pneumonia from row 6, hardly moves after row 12 (less than 5 points), before it "
        "has seen the lower half.",
    ),
    (
        two((0, 0.3), (5, 0.6), (11, 0.95)),
        {"direction": "reverse"},
        "Reads from the bottom; leans to pneumonia from the 6th row, hardly moves after the 12th row (less than 5 "
        "points), before it has seen the upper half.",
    ),
    (
        two((0, 0.3), (5, 0.6), (19, 0.95)),
        {"order": "columns"},
        "Reads from the left; leans to pneumonia from column 6, hardly moves after column 20 (less than 5 points), "
        "before it has seen the right quarter.",
    ),
    (
        two((0, 0.3), (14, 0.6), (20, 0.95), steps=49),
        {"order": "snake"},
        "Reads from the top left; leans to pneumonia from patch 15, hardly moves after patch 21 (less than 5 points), "
        "before it has seen the lower half.",
    ),
    (
        two((0, 0.9)),
        {},
        "Reads from the top; leans to pneumonia from the first row on and hardly moves after it (less than 5 points), "
        "before it has seen the lower three quarters.",
    ),
    (  # moves to the very end
        np.stack([1 - np.linspace(0.1, 0.99, 28), np.linspace(0.1, 0.99, 28) - 0.0], 1) ** 3,
        {},
        "Reads from the top; leans to pneumonia from row 14 and still moves by more than 5 points at the last row.",
    ),
    (  # flips late
        two((0, 0.2), (25, 0.8)),
        {},
        "Reads from the top; still leans to normal at row 25, turns to pneumonia at row 26 and hardly moves after it "
        "(less than 5 points), with 2 rows to go.",
    ),
    (  # flips at the end
        two((0, 0.2), (27, 0.8)),
        {},
        "Reads from the top; still leans to normal at row 27, turns to pneumonia at the last row.",
    ),
    (  # to and fro
        two((0, 0.8), (3, 0.2), (10, 0.8)),
        {},
        "Reads from the top; leans to pneumonia for good from row 11 (and at 3 rows before) and hardly moves after it "
        "(less than 5 points), before it has seen the lower half.",
    ),
    (  # two classes side by side
        two((0, 0.49), (25, 0.51)),
        {},
        "Reads from the top; still leans to normal at row 25, turns to pneumonia at row 26, though nothing moves by 5 "
        "points after row 1, with 2 rows to go.",
    ),
    (  # both directions
        two((0, 0.3), (5, 0.6), (11, 0.95)),
        {"is_prefix": True},
        "Reads from the top and back; given one row more at a time, it leans to pneumonia from row 6, hardly moves "
        "after row 12 (less than 5 points), before it has seen the lower half.",
    ),
    (  # ten classes
        np.eye(10)[[3] * 4 + [7] * 24],
        {"classes": DIGITS},
        "Reads from the top; leans to digit 7 from row 5 and hardly moves after it (less than 5 points), before it has "
        "seen the lower three quarters.",
    ),
]


@pytest.mark.parametrize(("steps", "how", "sentence"), SENTENCES)
def test_the_sentence_of_every_kind_of_curve(steps, how, sentence):
    assert said(steps, **how) == sentence


def test_a_class_name_from_outside_is_text_and_only_the_ten_digits_are_called_digits():
    steps = two((0, 0.9))
    assert "![x]" not in said(steps, classes=("a", "![x](http://a.example)"))
    assert "digit" not in said(steps, classes=("0", "1"))
    assert [ordinal(k) for k in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th",
    ]  # fmt: skip


def test_one_answer_for_every_step_is_asked_for():
    with pytest.raises(ValueError, match="expected 28 answers"):
        describe_course(two((0, 0.9), steps=27), reading())
