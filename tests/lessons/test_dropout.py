"""Lesson 9: the measured curves, and masks against torch's own dropout."""

import numpy as np
import pytest
import torch

from medrnn.config import TrainConfig
from medrnn.lessons import dropout
from medrnn.lessons.dropout import (
    HEART,
    LESSON,
    MODEL,
    SEEDS,
    SHARES,
    answer_with_masks,
    curves,
    mask_answers,
)
from medrnn.lessons.measured import read
from medrnn.models.catalog import load_model


@pytest.fixture(scope="module")
def model():
    return load_model(MODEL)


def test_what_ships_says_how_it_was_measured():
    found = read("dropout")
    assert found.command == "python -m medrnn lessons --measure dropout" and found.seeds == SEEDS
    assert TrainConfig.from_dict(found.config) == dropout.CONFIG
    assert set(found.versions) == {"python", "torch", "numpy"}
    assert "MNIST" in found.data and "thread" in found.machine and found.seconds > 0
    assert [(row["share"], row["seed"]) for row in found.rows] == [
        (p, seed) for p in SHARES for seed in SEEDS
    ]


@pytest.mark.parametrize("share", [0.0, 0.6])
def test_a_measured_point_comes_out_again(share):
    """The first two epochs of a run: elsewhere rounding parts runs only slowly."""
    course = dropout.run(share, SEEDS[0], epochs=2)
    measured = curves(share)
    np.testing.assert_allclose(course.val_loss, measured.val_loss[0, :2], atol=0.02)


def test_the_loss_on_others_turns_while_the_images_are_learnt_by_heart():
    plain = curves(0.0)
    assert plain.best_epoch == 17 and plain.train_accuracy[:, -1].min() > 0.99
    assert plain.val_loss[:, -1].mean() > 1.1 * plain.val_loss.mean(0).min()
    assert plain.train_loss.mean(0)[-1] < HEART / 5


def test_dropout_delays_it_and_changes_nothing_that_five_runs_can_tell():
    found = [curves(share) for share in SHARES]
    assert [one.by_heart for one in found] == sorted(one.by_heart for one in found)
    assert (found[0].by_heart, found[-1].by_heart) == (20, 33)
    means = [one.right.mean() for one in found]
    assert max(means) - min(means) < min(one.right.std(ddof=1) for one in found)
    assert all(round(100 * mean) in (72, 73) for mean in means)
    assert LESSON.question.right == 1


def test_without_dropout_the_masks_leave_the_answer_as_the_network_gives_it(model):
    image = dropout.test_digits().images[184] / np.float32(255)
    with torch.inference_mode():
        wanted = model(torch.from_numpy(image)[None]).softmax(-1)[0]
    for is_same in (True, False):
        found = mask_answers(model, image, 0.0, 2, is_same=is_same)
        np.testing.assert_allclose(found, np.stack([wanted, wanted]), atol=1e-5)


def test_a_mask_at_each_step_is_torchs_own_dropout(model):
    """The same mean and spread, from two generators."""
    image = dropout.test_digits().images[184] / np.float32(255)
    own = mask_answers(model, image, 0.2, 1500, is_same=False)[:, 8]
    twin = load_model(MODEL).train()
    with torch.no_grad():
        theirs = twin(torch.from_numpy(image).expand(1500, -1, -1)).softmax(-1)[:, 8].numpy()
    assert twin.rnn.dropout == twin.dropout.p == 0.2
    assert own.mean() == pytest.approx(theirs.mean(), abs=0.03)
    assert own.std() == pytest.approx(theirs.std(), abs=0.02)


def test_answers_scatter_with_the_share_and_more_where_the_image_is_unclear(model):
    spreads = {
        (number, share): answer_with_masks(model, number, share, is_same=False).spread
        for number in (0, 184)
        for share in SHARES
    }
    assert spreads[184, 0.0] < 1e-6 < spreads[184, 0.3] < spreads[184, 0.6]
    assert all(spreads[0, share] < 0.01 for share in SHARES) and spreads[184, 0.3] > 0.1


def test_one_mask_for_an_image_scatters_more_than_one_for_each_step(model):
    each_step, each_image = (
        answer_with_masks(model, 184, 0.3, is_same=same).spread for same in (False, True)
    )
    assert each_image > 1.1 * each_step


@pytest.mark.parametrize(("number", "label", "answer"), [(0, 7, 7), (184, 8, 8), (321, 2, 7)])
def test_the_digits_are_what_their_names_say(model, number, label, answer):
    found = answer_with_masks(model, number, 0.0, is_same=True)
    assert (found.label, int(found.plain.argmax())) == (label, answer)
