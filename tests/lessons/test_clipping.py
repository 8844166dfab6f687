"""Lesson 7: the two ways of clipping against torch's, and what they do in training, over three seeds."""

import numpy as np
import pytest
import torch
from torch import nn

from medrnn.lessons.clipping import GUESS, NORM, STEPS, VALUE, clip, train

SEEDS = (0, 1, 2)
TORCH = {
    "norm": lambda weights: nn.utils.clip_grad_norm_(weights, NORM),
    "value": lambda weights: nn.utils.clip_grad_value_(weights, VALUE),
}


@pytest.fixture(scope="module")
def trained():
    return {
        (rate, how, seed): train(rate, how, seed)
        for rate, how in ((0.3, "off"), (0.3, "norm"), (1.0, "off"), (1.0, "norm"))
        for seed in SEEDS
    }


@pytest.mark.parametrize("how", TORCH)
@pytest.mark.parametrize("size", [0.001, 7.0])
def test_it_clips_as_torch_does(how, size):
    gradients = [size * torch.randn(5, 4), size * torch.randn(3)]
    weights = [nn.Parameter(torch.zeros_like(g)) for g in gradients]
    for weight, gradient in zip(weights, gradients, strict=True):
        weight.grad = gradient.clone()
    TORCH[how](weights)
    for got, weight in zip(clip(gradients, how), weights, strict=True):
        np.testing.assert_allclose(got, weight.grad, rtol=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_at_rate_0_3_the_loss_ends_lower_with_clipping_by_norm(trained, seed):
    assert trained[0.3, "norm", seed].ended < trained[0.3, "off", seed].ended - 0.2


@pytest.mark.parametrize("seed", SEEDS)
def test_at_rate_1_it_ends_far_above_guessing_without_clipping_and_near_it_with(trained, seed):
    assert trained[1.0, "off", seed].ended > 5 * GUESS and trained[1.0, "norm", seed].ended < 1.5 * GUESS


def test_by_norm_the_direction_stays_and_by_value_the_step_turns(trained):
    one = trained[0.3, "norm", 0]
    assert one.degrees < 0.1 and one.after.max() <= NORM * (1 + 1e-5) < one.before.max()
    assert train(0.3, "value", 0).degrees > 10


def test_in_front_of_the_longest_gradient_the_loss_is_that_of_the_batch_and_a_step_as_long_as_asked_lands_higher(
    trained,
):
    one = trained[0.3, "norm", 0]
    assert one.cliff[0] == pytest.approx(one.loss[one.longest], abs=1e-5)
    asked, kept = (one.rate * lengths[one.longest] for lengths in (one.before, one.after))
    assert np.interp(asked, one.along, one.cliff) > one.cliff[0] > np.interp(kept, one.along, one.cliff)


def test_the_steps_are_those_of_torchs_own_sgd():
    from medrnn.lessons.clipping import _batches, _start

    model, losses = _start(1), []
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    for x, y in _batches():
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), NORM)
        optimizer.step()
        losses.append(loss.item())
    assert len(losses) == STEPS
    np.testing.assert_allclose(train(0.1, "norm", 1).loss, losses, atol=5e-3)
