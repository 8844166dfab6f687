"""What a network has to beat, against the same written out."""

from dataclasses import replace

import numpy as np
import pytest

from medrnn.datasets import load_dataset
from medrnn.datasets.records import Dataset, Split
from medrnn.evaluation.baselines import C, commonest, compare, regress, small
from medrnn.evaluation.evaluate import answer, to_grids
from medrnn.evaluation.metrics import accuracy, auc, measure
from medrnn.models.catalog import find_card, load_model
from medrnn.ui.model_cards import beside_baselines


def two(rng, count, planes=()):
    """Dark and bright images, with noise; class 1 is the bright one."""
    labels = (np.arange(count) % 3 == 0).astype(np.int64)
    images = rng.normal(90 + 40 * labels[:, None, None], 25, (count, 32, 32))
    images = images[..., None] * np.ones(planes) if planes else images
    return Split(images.clip(0, 255).astype(np.uint8), labels)


@pytest.fixture
def data(rng):
    return Dataset("two", "Two", ("dark", "bright"), two(rng, 90), two(rng, 30), two(rng, 60))


def test_blocks_are_means_and_colours_stay_apart(rng):
    images = rng.integers(0, 256, (3, 64, 32, 3), np.uint8)
    found = small(images).reshape(3, 16, 16, 3)
    blocks = images.reshape(3, 16, 4, 16, 2, 3).mean((2, 4)) / 255
    np.testing.assert_allclose(found, blocks, atol=1e-6)
    assert small(images[..., 0]).shape == (3, 256)


def test_the_commonest_class_is_right_as_often_as_it_is_there(data):
    answers = commonest(data.train.labels, 60, 2)
    assert accuracy(answers, data.test.labels) == (data.test.labels == 0).mean()
    np.testing.assert_allclose(answers[0], [2 / 3, 1 / 3])


def test_the_regression_is_at_the_minimum_of_its_loss(data):
    """Gradient of the penalised cross-entropy in float64, written out, at the answers that came."""
    x = small(data.train.images).astype(np.float64)
    mean, deviation = x.mean(0), x.std(0)
    x, y = (x - mean) / deviation, data.train.labels
    weights, bias = np.zeros(256), 0.0
    for _ in range(5000):
        p = 1 / (1 + np.exp(-(x @ weights + bias)))
        weights -= 2e-3 * (C * x.T @ (p - y) + weights)
        bias -= 0.5 * (p - y).mean()
    test = (small(data.test.images) - mean) / deviation
    expected = 1 / (1 + np.exp(-(test @ weights + bias)))
    np.testing.assert_allclose(regress(data)[:, 1], expected, atol=5e-3)


def test_a_network_is_ahead_by_the_difference_of_both_accuracies(data, rng):
    perfect = np.eye(2)[data.test.labels]
    found = compare(perfect, data)
    regression = regress(data)
    assert found["logistic_regression"]["accuracy"] == accuracy(regression, data.test.labels)
    assert found["logistic_regression"]["auc"] == pytest.approx(auc(regression, data.test.labels))
    assert found["ahead"] == pytest.approx(1 - accuracy(regression, data.test.labels))
    low, high = found["ahead_interval"]
    assert low <= found["ahead"] <= high
    same = compare(regression, data)
    assert (same["ahead"], same["ahead_interval"]) == (0, [0, 0])


def test_a_set_of_one_class_has_one_answer(data):
    one = Dataset(
        "one", "One", ("a", "b"), Split(data.train.images, np.zeros(90, np.int64)), data.val, data.test
    )
    np.testing.assert_array_equal(regress(one), np.tile([1.0, 0.0], (60, 1)))


def test_on_pneumonia_it_is_far_above_the_commonest_class():
    data = load_dataset("pneumoniamnist")
    found = compare(commonest(data.train.labels, len(data.test), 2), data)
    assert found["majority"]["accuracy"] == pytest.approx(390 / 624)
    assert 0.75 < found["logistic_regression"]["accuracy"] < 0.9
    assert found["ahead_interval"][1] < 0  # the commonest class is worse


def test_a_shipped_card_says_what_comes_out_again():
    """The reading that does worst: no better than the regression, and its card says so."""
    card, data = find_card("pneumonia-lstm-snake"), load_dataset("pneumoniamnist")
    reading = card.config.reading
    found = compare(answer(load_model(card.id), to_grids(data.test.images, reading), reading), data)
    told = card.metrics["baselines"]
    assert found["ahead"] == pytest.approx(told["ahead"], abs=2 / 624)
    assert found["logistic_regression"]["auc"] == pytest.approx(told["logistic_regression"]["auc"], abs=1e-3)
    assert told["ahead_interval"][0] < 0 < told["ahead_interval"][1]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_of_one_patient_or_two_there_is_no_interval(data, count):
    patients = np.arange(60) % count
    known = replace(data, test=replace(data.test, groups=patients))
    assert (compare(regress(data), known)["ahead_interval"] is None) == (count < 3)
    found = measure(regress(data), data.test.labels, patients=patients)["intervals"]
    assert (found["auc"] is None) == (count < 3) and found["accuracy"] is not None


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        ([0.01, 0.2], "is ahead of the regression by +5.6 points (1.0 to 20.0)"),
        ([0.0, 0.167], "is **not shown to be better than logistic regression**: +5.6 points (0.0 to 16.7)"),
        (
            [-0.1, 0.167],
            "is **not shown to be better than logistic regression**: +5.6 points (-10.0 to 16.7)",
        ),
        ([-0.1, -0.01], "is **worse**: +5.6 points (-10.0 to -1.0)"),
        (
            None,
            "is **not shown to be better than logistic regression**: +5.6 points, from too few patients for",
        ),
    ],
    ids=["above", "touches 0", "holds 0", "below", "none"],
)
def test_an_interval_with_0_inside_is_no_equality(interval, said):
    card = find_card("pneumonia-lstm-snake")
    told = card.metrics["baselines"] | {"ahead": 0.056, "ahead_interval": interval}
    assert said in beside_baselines(replace(card, metrics=card.metrics | {"baselines": told}))
