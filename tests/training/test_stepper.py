"""A batch a call is what the loop does, and what it says of the batch is so."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from medrnn.evaluation.evaluate import answer, to_grids
from medrnn.models.networks import build_network
from medrnn.training.loop import fit
from medrnn.training.run import fit_config
from medrnn.training.stepper import Stepper


@pytest.fixture
def recipe(config, data):
    return fit_config(replace(config, epochs=2, augment="light", clip=0.5), data)


def test_its_steps_are_those_of_the_loop(recipe, data):
    recipe = replace(recipe, keep="last", model=replace(recipe.model, layers=2, dropout=0.3))
    torch.manual_seed(recipe.seed)
    model = build_network(recipe.model, recipe.reading)
    wanted = [event.data for event in fit(model, data, recipe) if event.kind == "step"]
    stepper = Stepper(recipe, data)
    torch.manual_seed(99)
    state = torch.get_rng_state()
    found = [stepper.step() for _ in range(stepper.steps)]
    assert torch.equal(torch.get_rng_state(), state)  # nobody else's numbers were drawn
    assert stepper.is_over and len(found) == len(wanted) == 20
    for one, event in zip(found, wanted, strict=True):
        assert (one.step, one.loss, one.gradient) == (event["step"], event["loss"], event["gradient"])
        assert one.rate == event["rate"]
    last = answer(model, to_grids(found[-1].images, recipe.reading), recipe.reading)
    np.testing.assert_array_equal(found[-1].after, last)


def test_a_batch_says_what_it_did(recipe, data):
    stepper = Stepper(replace(recipe, optimizer="sgd", schedule="constant", learning_rate=0.1), data)
    first, second = stepper.step(), stepper.step()
    assert first.clipped == pytest.approx(min(first.gradient, 0.5), rel=1e-4)
    torch.manual_seed(recipe.seed)
    model = build_network(recipe.model, recipe.reading)
    length = torch.cat([one.detach().reshape(-1) for one in model.parameters()]).norm().item()
    assert first.change == pytest.approx(
        0.1 * first.clipped / length, rel=1e-3
    )  # the first step has no momentum
    np.testing.assert_allclose(
        first.before, answer(model, to_grids(first.images, recipe.reading), recipe.reading), atol=1e-6
    )
    assert first.images.shape == (16, 8, 8) and first.labels.shape == (16,)
    assert not np.array_equal(first.before, first.after) and not np.array_equal(first.images, second.images)
