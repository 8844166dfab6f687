"""Lesson 2: every number of the equation, held against torch and against the loop in float64."""

import numpy as np
import pytest
import torch

from medrnn.datasets import load_dataset
from medrnn.explanation.tracing.trace import layer_weights, trace_batch
from medrnn.lessons.images import digit
from medrnn.lessons.step import MODEL, UNITS, follow
from medrnn.models.catalog import load_model
from medrnn.ui.learn.step import equation, say


@pytest.fixture(scope="module")
def model():
    return load_model(MODEL)


@pytest.mark.parametrize(("image", "unit"), [("digit-7", 0), ("digit-4", 77)])
def test_the_sums_agree_with_torch_and_with_a_loop_of_ones_own(model, image, unit):
    run = follow(model, image, unit)
    np.testing.assert_allclose(run.h, run.torch, atol=1e-5)
    w = {name: part.detach().double().numpy() for name, part in layer_weights(model.rnn, 0, False).items()}
    h = np.zeros(UNITS)
    for t, row in enumerate(digit(image).astype(np.float64)):
        products = [w["weight_ih"][unit, k] * row[k] for k in range(28)]
        memory = [w["weight_hh"][unit, k] * h[k] for k in range(UNITS)]
        np.testing.assert_allclose(run.from_input[t], products, atol=1e-12)
        np.testing.assert_allclose(run.from_memory[t], memory, atol=1e-12)
        total = sum(products) + sum(memory) + w["bias_ih"][unit] + w["bias_hh"][unit]
        assert run.total[t] == pytest.approx(total, abs=1e-12) and run.h[t] == pytest.approx(np.tanh(total))
        h = np.tanh(w["weight_ih"] @ row + w["weight_hh"] @ h + w["bias_ih"] + w["bias_hh"])


def test_another_unit_or_image_is_another_result_of_torch(model):
    runs = [follow(model, *asked).torch for asked in (("digit-7", 0), ("digit-7", 1), ("digit-4", 0))]
    assert np.abs(runs[0] - runs[1]).max() > 0.1 and np.abs(runs[0] - runs[2]).max() > 0.1


def test_at_step_1_there_is_no_memory(model):
    run = follow(model, "digit-7", 5)
    assert not run.from_memory[0].any() and "no memory" in say(run, 0, "memory")


def test_the_memory_term_is_the_larger_one_in_84_of_100(model):
    images = torch.from_numpy(load_dataset("mnist").test.images[:500] / np.float32(255))
    h, w = trace_batch(model.rnn, images).part(0)["h"], layer_weights(model.rnn, 0, False)
    memory, row = (h[:, :-1] @ w["weight_hh"].T).abs(), (images[:, 1:] @ w["weight_ih"].T).abs()
    assert round(100 * float((memory > row).float().mean())) == 84


def test_the_equation_shows_the_numbers_of_its_step(model):
    run = follow(model, "digit-4", 3)
    shown = equation(run, 9, 3)
    for number in (run.from_input[9].sum(), run.from_memory[9].sum(), run.bias.sum()):
        assert f"{{{number:+.3f}}}" in shown
    assert f"= {np.tanh(run.total[9]):.3f} " in shown and "h_{10}[3]" in shown
    assert f"{run.from_input[9].sum():.3f}" in say(run, 9, "input")
    assert f"{1 - run.h[9] ** 2:.3f}" in say(run, 9, "tanh")
