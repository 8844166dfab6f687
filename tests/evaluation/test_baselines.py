"""What a network has to beat, against the same written out."""

from dataclasses import replace

import numpy as np
import pytest

from medrnn.config.reading import read_slices
from medrnn.datasets import load_dataset
from medrnn.datasets.records import Dataset, Split
from medrnn.datasets.slices import MS, to_sheets
from medrnn.evaluation.baselines import C, brightness, commonest, compare, regress, regress_brightness, small
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


def test_brightness_is_the_mean_of_the_five_brightest_pixels_in_the_middle():
    stacks = np.zeros((1, 12, 32, 32), np.uint8)
    stacks[0, 5, 10, 10:13] = 200  # three in the middle of slice 6
    stacks[0, 6, 8, 8] = 100
    stacks[0, 6, 7, 7] = stacks[0, 4, 12, 12] = 255  # beside the middle, and in another slice
    assert brightness(to_sheets(stacks, MS), MS) == pytest.approx([(3 * 200 + 100 + 0) / 5])


def test_of_an_odd_number_of_slices_in_colour_the_middle_one_counts():
    reading = replace(read_slices(3, 8), channels="rgb")
    stacks = np.zeros((2, 3, 8, 8, 3), np.uint8)
    stacks[0, 0] = stacks[0, 2] = 255
    stacks[1, 1, 3, 3] = [200, 100, 50]  # .299 x 200 + .587 x 100 + .114 x 50
    found = brightness(to_sheets(stacks, reading), reading)
    assert found == pytest.approx([0, 124.2], abs=1e-3)


def test_of_a_shorter_series_its_own_middle_counts():
    reading = read_slices(6, 8, short="masked")
    stacks = np.zeros((3, 6, 8, 8), np.uint8)
    for series, slices in enumerate(((0,), (1, 2), (2, 3))):  # the middle of 1, of 4, of 6
        stacks[series, slices] = 90
    found = brightness(to_sheets(stacks, read_slices(6, 8)), reading, np.array([1, 4, 6]))
    assert found.tolist() == [90, 90, 90]
    full = brightness(to_sheets(stacks, read_slices(6, 8)), reading)
    assert full.tolist() == [0, 90, 90]


def series(rng, count):
    """Blocks of 4 slices of 8 x 8; in class 1 the second is brighter by about twice the noise of its brightest."""
    labels = (np.arange(count) % 2).astype(np.int64)
    stacks = rng.normal(100, 20, (count, 4, 8, 8))
    stacks[:, 1, 3:5, 3:5] += 25 * labels[:, None, None]
    return Split(to_sheets(stacks.clip(0, 255).astype(np.uint8), read_slices(4, 8)), labels)


def test_a_series_is_told_by_its_brightness_as_one_threshold_would(rng):
    reading = read_slices(4, 8)
    parts = [series(rng, count) for count in (400, 40, 300)]
    data = Dataset("series", "Series", ("none", "bright"), *parts, reading=reading)
    found = compare(np.eye(2)[data.test.labels], data)
    bright = brightness(data.test.images, reading)
    ranked = auc(np.stack([-bright, bright], 1), data.test.labels)  # any rising function ranks alike
    assert found["brightness"]["auc"] == pytest.approx(ranked) and 0.6 < ranked < 0.99
    assert found["brightness_ahead"] == pytest.approx(1 - found["brightness"]["accuracy"])
    low, high = found["brightness_ahead_interval"]
    assert low <= found["brightness_ahead"] <= high
    said = replace(find_card("ms-slices"), metrics={"baselines": found})
    assert f"(AUC {ranked:.3f}); the network is ahead of brightness" in beside_baselines(said)


def test_an_image_has_no_middle_slice(data):
    assert regress_brightness(data) is None and "brightness" not in compare(regress(data), data)


def test_the_card_of_slices_says_how_far_brightness_goes():
    card, data = find_card("ms-slices"), load_dataset("ms-slices")
    bright = brightness(data.test.images, MS)
    told = card.metrics["baselines"]
    assert told["brightness"]["auc"] == pytest.approx(auc(np.stack([-bright, bright], 1), data.test.labels))
    low, high = told["brightness_ahead_interval"]
    ahead = card.metrics["test"]["accuracy"] - told["brightness"]["accuracy"]
    assert low < told["brightness_ahead"] < high and told["brightness_ahead"] == pytest.approx(ahead)
    assert "How bright the middle of the series is" in beside_baselines(card)
