"""The loop learns, says what happens, repeats itself under a seed, keeps what the recipe asks for, and stops."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from medrnn.datasets import Split
from medrnn.evaluation.evaluate import answer, to_grids
from medrnn.evaluation.metrics import measure
from medrnn.models.classifier import RecurrentClassifier
from medrnn.models.networks import build_network
from medrnn.training import augment
from medrnn.training.loop import fit


def run(config, data, **more):
    torch.manual_seed(config.seed)
    model = RecurrentClassifier(config.model)
    return model, list(fit(model, data, config, **more))


def val_figures(model, data, config):
    return measure(
        answer(model, to_grids(data.val.images, config.reading), config.reading),
        data.val.labels,
        intervals=False,
    )


def test_it_learns_what_can_be_learned(config, data):
    model, events = run(config, data)
    epochs = [e.data for e in events if e.kind == "epoch"]
    assert [e["epoch"] for e in epochs] == [1, 2, 3, 4, 5, 6]
    assert epochs[-1]["val_accuracy"] > 0.95
    assert epochs[-1]["val_loss"] < epochs[0]["val_loss"]


@pytest.mark.parametrize("average", ["none", "ema"])
def test_a_seed_gives_the_same_weights_again_and_another_seed_others(config, data, average):
    config = replace(config, epochs=2, augment="light", average=average)
    first, again, other = (run(replace(config, seed=seed), data)[0].state_dict() for seed in (3, 3, 4))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_the_best_epoch_is_the_one_with_the_highest_validation_auc(config, data):
    config = replace(config, keep="best", learning_rate=0.3, epochs=8)  # so large that later epochs are worse
    data = replace(data, val=Split(data.val.images, np.where(np.arange(60) % 5 == 0, 0, data.val.labels)))
    model, events = run(config, data)
    scores = [e.data["val_auc"] for e in events if e.kind == "epoch"]
    assert scores[-1] < max(scores)
    assert val_figures(model, data, config)["auc"] == pytest.approx(max(scores))


def test_the_last_epoch_counts_where_the_recipe_says_so(config, data):
    config = replace(config, keep="last", learning_rate=0.3, epochs=8)
    model, events = run(config, data)
    assert val_figures(model, data, config)["loss"] == pytest.approx(events[-1].data["val_loss"])


def test_stopping_ends_after_the_batch_and_says_so(config, data):
    model, events = run(config, data, should_stop=iter([False] * 4 + [True] * 9).__next__)
    assert [event.kind for event in events[-2:]] == ["stopped", "epoch"]
    assert events[-2].data["step"] == events[-1].data["step"] == 5
    assert val_figures(model, data, config)["loss"] == pytest.approx(events[-1].data["val_loss"])


def test_the_test_split_is_never_touched(config, data):
    poisoned = replace(data, test=None)
    assert run(replace(config, epochs=1), poisoned)[1][-1].kind == "epoch"


def test_augmentation_without_change_is_the_identity_and_a_half_turn_of_the_numbers_moves_the_image():
    images = torch.rand(3, 12, 12)
    torch.testing.assert_close(augment.apply(images, torch.zeros(3, 6)), images, atol=1e-5, rtol=0)
    shifted = augment.apply(images, torch.tensor([[1.0, 0, 0, 0, 0, 0]]).expand(3, 6))
    whole = augment.LIGHT.shift * 12  # pixels
    low = int(whole)
    expected = images[:, :, low : low + 10] * (1 - (whole - low)) + images[:, :, low + 1 : low + 11] * (
        whole - low
    )
    torch.testing.assert_close(shifted[:, :, :10], expected, atol=1e-4, rtol=0)
    brighter = augment.apply(images, torch.tensor([[0, 0, 0, 0, 0, 1.0]]).expand(3, 6))
    torch.testing.assert_close(brighter, (images + augment.LIGHT.offset).clamp(0, 1), atol=1e-5, rtol=0)


def test_the_moving_average_carries_the_batch_norms_own_averages(config, data):
    """Each step of it written out beside a run without one: weights and buffers alike."""
    reading = config.reading
    stem = {"encoder": "stem", "stem": (4,), "strides": (1,), "core": "none", "readout": "mean+max"}
    config = replace(config, model=replace(config.model, **stem), epochs=1, keep="last", ema_decay=0.8)

    def fitted(average):
        torch.manual_seed(config.seed)
        model = build_network(config.model, reading)
        seen = []
        steps = fit(model, data, replace(config, average=average), lambda: seen.append(copy(model)) or False)
        list(steps)
        return copy(model), seen

    def copy(model):
        return {name: value.clone() for name, value in model.state_dict().items()}

    kept, _ = fitted("ema")
    _, steps = fitted("none")
    wanted = steps[0]
    for step in steps[1:]:
        wanted = {name: 0.8 * value + 0.2 * step[name] for name, value in wanted.items()}
    for name, value in wanted.items():
        if value.is_floating_point() and "num_batches" not in name:
            torch.testing.assert_close(kept[name], value, msg=name)
    assert not torch.equal(kept["encoder.layers.1.running_mean"], steps[-1]["encoder.layers.1.running_mean"])
