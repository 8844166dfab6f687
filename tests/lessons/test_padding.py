"""Lesson 6: what padding does, and that a mask makes it harmless."""

import numpy as np
import pytest
import torch

from medrnn.lessons.images import digit
from medrnn.lessons.padding import CELLS, LESSON, pad
from medrnn.models.catalog import load_model

COUNTS = LESSON.knob("pad").options


@pytest.fixture(scope="module")
def models():
    return {cell: load_model(f"mnist-{cell}") for cell in CELLS}


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("image", ["digit-7", "digit-4"])
def test_with_a_mask_or_packed_the_answer_is_that_of_the_digit_alone(models, cell, image):
    for count in COUNTS:
        found = pad(models[cell], image, count)
        assert found.apart("masked") <= 1e-6 and found.apart("packed") <= 1e-6


def test_behind_16_empty_rows_the_lstm_takes_the_seven_for_a_three_and_the_mask_is_exactly_0_apart(models):
    found = pad(models["lstm"], "digit-7", 16)
    assert (found.answers["alone"].argmax(), found.answers["padded"].argmax()) == (7, 3)
    assert found.apart("masked") == 0 and found.apart("padded") > 0.5


@pytest.mark.parametrize(("count", "answer"), [(8, 7), (16, 3)])
def test_another_number_of_empty_rows_is_another_answer(models, count, answer):
    assert pad(models["lstm"], "digit-7", count).answers["padded"].argmax() == answer


def test_without_empty_rows_all_ways_are_one(models):
    found = pad(models["gru"], "digit-4", 0)
    assert all(found.apart(way) <= 1e-6 for way in found.answers)


def test_an_empty_step_changes_the_state_by_what_the_equation_says(models):
    rnn, x = models["rnn"].rnn, torch.from_numpy(digit("digit-7"))[None]
    with torch.inference_mode():
        h, after = rnn(x)[0], rnn(torch.cat([x, torch.zeros(1, 1, 28)], 1))[0]
        first = torch.nn.RNN(28, 128, batch_first=True)
        first.load_state_dict({k: v for k, v in rnn.state_dict().items() if k.endswith("_l0")})
        before = first(x)[0][0, -1]
        expected = (rnn.weight_hh_l0 @ before + rnn.bias_ih_l0 + rnn.bias_hh_l0).tanh()
        told = first(torch.cat([x, torch.zeros(1, 1, 28)], 1))[0][0, -1]
    np.testing.assert_allclose(told, expected, atol=1e-5)
    assert float((told - before).abs().max()) > 0.1 and float((after[0, -1] - h[0, -1]).abs().max()) > 0.1
