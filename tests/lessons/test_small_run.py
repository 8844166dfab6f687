"""Short runs: the same twice, nobody's generator moved, rates as the schedules' formulas say."""

import numpy as np
import pytest
import torch

from medrnn.config import ModelConfig, TrainConfig
from medrnn.lessons.few import few, pick
from medrnn.lessons.small_run import train
from medrnn.training.schedules import rates

TINY = TrainConfig(
    data="mnist", model=ModelConfig(classes=10, layers=1, width=4, dropout=0.0), epochs=2, batch=10, seed=3
)


def test_the_same_settings_give_the_same_run_and_torchs_generator_is_left_alone():
    data, before = few("mnist", 40, 20), torch.get_rng_state()
    one, two = train(data, TINY), train(data, TINY)
    assert torch.equal(torch.get_rng_state(), before)
    np.testing.assert_array_equal(one.loss, two.loss)
    np.testing.assert_array_equal(one.val_loss, two.val_loss)
    assert len(one.loss) == len(one.rate) == 8 and one.epoch_ends.tolist() == [4, 8]


def test_what_is_measured_is_the_mean_cross_entropy_of_the_network_that_came_out():
    data = few("mnist", 40, 20)
    found = train(data, TINY)
    for split, loss, accuracy in (
        (data.train, found.train_loss, found.train_accuracy),
        (data.val, found.val_loss, found.val_accuracy),
    ):
        logits = found.model(torch.from_numpy(split.images / np.float32(255)))
        labels = torch.from_numpy(split.labels)
        assert loss[-1] == pytest.approx(float(torch.nn.functional.cross_entropy(logits, labels)), abs=1e-5)
        assert accuracy[-1] == pytest.approx(float((logits.argmax(1) == labels).float().mean()))
    assert found.parameters == sum(weight.numel() for weight in found.model.parameters())


@pytest.mark.parametrize(
    ("schedule", "formula"),
    [
        ("constant", lambda k: 0.1),
        ("cosine", lambda k: 0.05 * (1 + np.cos(np.pi * k / 40))),
        ("steps", lambda k: 0.1 if k < 20 else 0.01 if k < 30 else 0.001),
    ],
)
def test_a_rate_is_what_its_formula_says(schedule, formula):
    np.testing.assert_allclose(rates(schedule, 0.1, 40), [formula(k) for k in range(40)], rtol=1e-6)


def test_few_images_are_the_first_ones_and_picked_ones_keep_their_labels():
    data = few("pneumoniamnist", 12, 5)
    assert len(data.train) == 12 and len(data.val) == 5
    some = pick(data.train, np.array([7, 2]))
    np.testing.assert_array_equal(some.images, data.train.images[[7, 2]])
    assert some.labels.tolist() == data.train.labels[[7, 2]].tolist()
