"""Lesson 1: what it says of order, held against the network."""

import numpy as np
import pytest
import torch

from medrnn.datasets import load_dataset
from medrnn.lessons.images import SIDE
from medrnn.lessons.sequence import MODEL, ORDERS, cut, read
from medrnn.models.catalog import find_card, load_model


@pytest.fixture(scope="module")
def model():
    return load_model(MODEL)


def of(model, image, order):
    return read(model, find_card(MODEL).classes, image, order)


@pytest.mark.parametrize("order", ORDERS)
def test_the_pixels_stay_the_same_784(order, rng):
    image = rng.permutation(SIDE * SIDE).reshape(SIDE, SIDE).astype(np.float32)
    steps = cut(image, order)
    assert steps.shape == (28, 28) and sorted(steps.ravel()) == sorted(image.ravel())


@pytest.mark.parametrize("order", ORDERS)
def test_a_pixel_lies_where_its_step_says(model, order):
    found = of(model, "digit-4", order)
    for step in range(SIDE):
        assert sorted(found.grid[found.places == step]) == sorted(found.sequence[step])


@pytest.mark.parametrize("image", ["digit-7", "digit-4"])
def test_row_by_row_it_answers_right_and_by_columns_wrongly(model, image):
    said = {order: of(model, image, order) for order in ("rows", "columns")}
    assert {order for order, one in said.items() if one.answer == one.label} == {"rows"}


def test_column_by_column_the_seven_is_another_digit_and_it_is_sure(model):
    found = of(model, "digit-7", "columns")
    assert found.answer != "7" and found.answers[-1].max() > 0.98


@pytest.mark.parametrize(("order", "right", "sure"), [("rows", 99, 100), ("columns", 13, 96)])
def test_of_500_test_digits_so_many_are_read_right_and_so_surely(model, order, right, sure):
    test = load_dataset("mnist").test.first(500)
    steps = np.stack([cut(image, order) for image in test.images / np.float32(255)])
    with torch.inference_mode():
        answers = model(torch.from_numpy(steps)).softmax(-1).numpy()
    assert round(100 * (answers.argmax(1) == test.labels).mean()) == right
    assert round(100 * float(np.median(answers.max(1)))) == sure


def test_the_answer_after_a_step_is_that_to_the_image_cut_off_there(model):
    found = of(model, "digit-7", "columns")
    for step in (5, 19):
        with torch.inference_mode():
            cut_off = model(torch.from_numpy(found.sequence[None, : step + 1])).softmax(-1)[0]
        np.testing.assert_allclose(found.answers[step], cut_off, atol=1e-6)
