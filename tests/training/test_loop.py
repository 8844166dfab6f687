"""The loop learns, says what happens, repeats itself under a seed, keeps what the recipe asks for, and stops."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight

from medrnn.config import OPTIMIZERS, ModelConfig, ReadingConfig, TrainConfig
from medrnn.config.reading import read_slices
from medrnn.datasets import Split
from medrnn.errors import ConfigError
from medrnn.evaluation.evaluate import answer, to_grids
from medrnn.evaluation.metrics import measure
from medrnn.models.classifier import RecurrentClassifier
from medrnn.models.networks import build_network
from medrnn.sequences import lines
from medrnn.training import augment
from medrnn.training.learner import MOST_PLACES, SAMPLES, Learner
from medrnn.training.loop import fit, make_order
from medrnn.training.schedules import rates


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


def steps_of(events):
    return [event.data for event in events if event.kind == "step"]


def epochs_of(events):
    return [event.data for event in events if event.kind == "epoch"]


def test_a_budget_of_steps_ends_in_the_middle_of_an_epoch(config, data):
    _, events = run(replace(config, steps=13), data)  # ten batches an epoch
    assert [one["step"] for one in steps_of(events)] == list(range(1, 14))
    assert [(one["step"], one["ends"]) for one in epochs_of(events)] == [(10, False), (13, True)]
    assert {one["steps"] for one in steps_of(events)} == {13} and epochs_of(events)[0]["epochs"] == 2


def test_patience_ends_a_run_that_gets_no_better(config, data):
    wrong = replace(
        data, val=replace(data.val, labels=1 - data.val.labels)
    )  # the better it learns, the worse
    _, events = run(replace(config, epochs=30, patience=3, keep="best-loss"), wrong)
    losses = [one["val_loss"] for one in epochs_of(events)]
    best = int(np.argmin(losses))
    assert len(losses) == best + 1 + 3 and epochs_of(events)[-1]["ends"]
    assert sum(one["ends"] for one in epochs_of(events)) == 1


def test_the_epoch_of_the_smallest_validation_loss_is_kept(config, data):
    config = replace(config, keep="best-loss", epochs=4)
    wrong = replace(data, val=replace(data.val, labels=1 - data.val.labels))
    model, events = run(config, wrong)
    losses = [one["val_loss"] for one in epochs_of(events)]
    assert losses[-1] > 1.1 * min(losses)
    assert val_figures(model, wrong, config)["loss"] == pytest.approx(min(losses))


@pytest.mark.parametrize("schedule", ["constant", "one-cycle", "cosine"])
def test_each_step_tells_the_rate_it_was_learnt_with(config, data, schedule):
    _, events = run(replace(config, schedule=schedule, epochs=2), data)
    assert [one["rate"] for one in steps_of(events)] == pytest.approx(rates(schedule, 1e-2, 20).tolist())
    assert all(one["images_per_s"] > 0 for one in steps_of(events))


def test_on_a_plateau_the_rate_falls_to_a_third(config, data):
    wrong = replace(data, val=replace(data.val, labels=1 - data.val.labels))
    _, events = run(replace(config, schedule="plateau", epochs=12), wrong)
    losses = [one["val_loss"] for one in epochs_of(events)]
    assert np.argmin(losses) == 0  # it only gets worse: epochs 4, 7 and 10 are the third without a better one
    seen = [one["rate"] for one in steps_of(events)][::10]
    assert seen == pytest.approx([1e-2 / 3**k for k in (0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3)])


def gradients_of(config, data, seed=0):
    """What the first batch's loss pulls at each weight, by autograd alone."""
    torch.manual_seed(config.seed)
    model = RecurrentClassifier(config.model)
    order = torch.randperm(len(data.train), generator=torch.Generator().manual_seed(config.seed))[
        : config.batch
    ]
    images = to_grids(data.train.images, config.reading)[order]
    model(images).log_softmax(-1)[torch.arange(len(order)), data.train.labels[order]].mean().neg().backward()
    return model, [one.grad for one in model.parameters()]


@pytest.mark.parametrize(
    "bounds", [{}, {"clip_value": 0.01}, {"clip_value": 0.01, "clip": 0.02}, {"clip": 0.02}]
)
def test_a_step_of_sgd_takes_the_clipped_gradient_and_tells_the_norm_before(config, data, bounds):
    config = replace(
        config, **{"optimizer": "sgd", "schedule": "constant", "steps": 1, "clip": 0.0, **bounds}
    )
    before, wanted = gradients_of(config, data)
    norm = float(torch.cat([one.reshape(-1) for one in wanted]).double().norm())
    if config.clip_value:
        wanted = [one.clamp(-config.clip_value, config.clip_value) for one in wanted]
    left = float(torch.cat([one.reshape(-1) for one in wanted]).double().norm())
    share = min(1.0, config.clip / left) if config.clip else 1.0
    model, events = run(config, data)
    assert steps_of(events)[0]["gradient"] == pytest.approx(norm, rel=1e-5)
    for old, new, gradient in zip(before.parameters(), model.parameters(), wanted, strict=True):
        torch.testing.assert_close(new, old - config.learning_rate * share * gradient, atol=1e-6, rtol=1e-4)


def uneven(data):
    """Thirty images of the second class, all of the first."""
    keep = np.flatnonzero((data.train.labels == 0) | (np.arange(160) < 60))
    return replace(data, train=Split(data.train.images[keep], data.train.labels[keep]))


def test_balanced_weights_are_those_of_scikit_learn_in_the_loss(config, data):
    data = uneven(data)
    labels = data.train.labels
    weight = torch.tensor(compute_class_weight("balanced", classes=np.arange(2), y=labels)).float()
    config = replace(config, steps=1, batch=110, class_weights="balanced")
    torch.manual_seed(config.seed)
    logits = RecurrentClassifier(config.model)(to_grids(data.train.images, config.reading))
    wanted = torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels), weight=weight)
    _, events = run(config, data)
    assert steps_of(events)[0]["loss"] == pytest.approx(wanted.item(), rel=1e-5)


def test_a_balanced_sampler_draws_the_classes_equally_often(config, data):
    data = uneven(data)
    labels, generator = data.train.labels, torch.Generator().manual_seed(0)
    order = torch.cat(
        [make_order(data.train, replace(config, sampler="balanced"), generator) for _ in range(40)]
    )
    assert len(order) == 40 * 110
    assert np.mean(labels[order.numpy()]) == pytest.approx(0.5, abs=0.03)  # four standard errors
    once = make_order(data.train, config, generator)
    assert sorted(once.tolist()) == list(range(110))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_learns(config, data, optimizer):
    rate = {"sgd": 0.3}.get(optimizer, 1e-2)
    _, events = run(replace(config, optimizer=optimizer, learning_rate=rate, epochs=8), data)
    assert epochs_of(events)[-1]["val_accuracy"] > 0.95


def test_the_answers_told_are_those_of_the_network(config, data):
    model, events = run(replace(config, epochs=1, keep="last"), data)
    samples = epochs_of(events)[0]["samples"]
    answers = answer(model, to_grids(data.val.images, config.reading), config.reading)
    assert len(samples) == SAMPLES and [index for index, _ in samples] == sorted({i for i, _ in samples})
    for index, shares in samples:
        assert shares == pytest.approx(answers[index].tolist(), abs=1e-4)


def test_the_gradient_told_is_that_at_each_step(config, data):
    model, events = run(replace(config, epochs=1, keep="last"), data)
    told = epochs_of(events)[0]["arriving"]
    few = np.unique(np.linspace(0, len(data.val) - 1, SAMPLES).astype(int))
    grids, total = to_grids(data.val.images[few], config.reading), 0.0
    for grid, label in zip(grids, data.val.labels[few].tolist(), strict=True):
        x = lines(grid, config.reading)[None].clone().requires_grad_()
        (-torch.log_softmax(model.eval()(x), -1)[0, label]).backward()
        total += x.grad[0].norm(dim=-1).numpy() / len(few)
    assert told == pytest.approx(total.tolist(), rel=1e-3)


def test_of_a_long_sequence_the_means_of_stretches_are_told(data):
    reading = ReadingConfig(order="raster", size=(56, 56))
    model = ModelConfig(cell="gru", features=reading.features, classes=2, layers=1, width=4)
    found = TrainConfig(model=model, reading=reading, steps=1, batch=8)
    learner = Learner(RecurrentClassifier(model, reading), found, 1, data.train.labels)
    grids = torch.rand(3, 56, 56)
    told = learner.arriving(grids, Split(np.zeros((3, 1, 1), np.uint8), np.array([0, 1, 0])))
    assert len(told) == MOST_PLACES and all(value >= 0 for value in told)


def test_of_series_of_unlike_lengths_the_gradient_told_is_over_those_that_have_the_step():
    reading = read_slices(5, 4, short="masked")
    model = ModelConfig(cell="gru", features=16, classes=2, layers=1, width=4)
    found = TrainConfig(model=model, reading=reading, steps=1, batch=8)
    labels, lengths = np.array([0, 1, 0]), np.array([2, 4, 3])
    learner = Learner(RecurrentClassifier(model, reading), found, 1, labels)
    grids = torch.rand(3, *reading.size)
    told = learner.arriving(grids, Split(np.zeros((3, 1, 1), np.uint8), labels, None, lengths))
    total = np.zeros(4)
    for grid, label, count in zip(grids, labels.tolist(), lengths.tolist(), strict=True):
        x = lines(grid, reading)[None, :count].clone().requires_grad_()
        (-torch.log_softmax(learner.model.eval()(x), -1)[0, label]).backward()
        total[:count] += x.grad[0].norm(dim=-1).numpy()
    assert told == pytest.approx((total / [3, 3, 2, 1]).tolist(), rel=1e-3)


def test_a_loss_that_is_no_number_ends_the_run_with_the_cure(config, data):
    config = replace(
        config, optimizer="sgd", learning_rate=1.0, clip=0.0, model=replace(config.model, cell="rnn")
    )
    torch.manual_seed(0)
    model = RecurrentClassifier(config.model)
    with torch.no_grad():
        model.head.weight.fill_(3e38)
    with pytest.raises(
        ConfigError, match="at step 1 it is none any more.*rate than 1, or with the gradient clipped"
    ):
        list(fit(model, data, config))
