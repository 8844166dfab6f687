"""Metrics with expected numbers."""

import math

import numpy as np
import pytest

from medrnn.evaluation.metrics import (
    METRICS,
    auc,
    auc_interval,
    cross_entropy,
    measure,
    operating_point,
    wilson_interval,
)


def test_auc_is_the_share_of_ordered_pairs():
    p = np.array([0.1, 0.4, 0.35, 0.8])
    labels = np.array([0, 0, 1, 1])
    assert auc(np.stack([1 - p, p], 1), labels) == pytest.approx(3 / 4)


def test_auc_of_several_classes_is_the_mean_over_one_against_the_rest(rng):
    p = rng.dirichlet([1, 1, 1], 60)
    labels = rng.integers(0, 3, 60)
    pairs = []
    for k in range(3):
        inside, outside = p[labels == k, k], p[labels != k, k]
        pairs.append((inside[:, None] > outside[None]).mean())
    assert auc(p, labels) == pytest.approx(np.mean(pairs))


def test_wilsons_interval_has_its_closed_form():
    n, k, z = 624, 560, 1.959963984540054
    p = k / n
    centre, half = (
        (p + z * z / (2 * n)) / (1 + z * z / n),
        z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n),
    )
    assert wilson_interval(k, n) == pytest.approx([centre - half, centre + half])


def test_the_bootstrap_interval_comes_near_hanley_and_mcneil(rng):
    """Normal scores one standard deviation apart; Hanley and McNeil 1982 give the standard error."""
    labels = np.repeat([0, 1], 300)
    score = rng.normal(labels, 1)
    p = np.stack([1 - score, score], 1)
    area = auc(p, labels)
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    error = math.sqrt((area * (1 - area) + 299 * (q1 - area**2) + 299 * (q2 - area**2)) / 300**2)
    low, high = auc_interval(p, labels)
    assert low == pytest.approx(area - 1.96 * error, abs=0.012)
    assert high == pytest.approx(area + 1.96 * error, abs=0.012)


def test_cross_entropy_is_the_mean_surprise():
    p = np.array([[0.5, 0.5], [0.25, 0.75]])
    assert cross_entropy(p, np.array([0, 0])) == pytest.approx((math.log(2) + math.log(4)) / 2)


def test_one_class_alone_has_no_auc():
    found = measure(np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([0, 0]))
    assert found["auc"] is None
    assert found["intervals"]["auc"] is None
    assert found["accuracy"] == 0.5


def test_an_operating_point_counts_what_is_found_and_what_is_left_alone():
    labels = np.array([1] * 8 + [0] * 4)
    p = np.array([0.9] * 6 + [0.5, 0.1] + [0.2, 0.3, 0.4, 0.8])  # a draw is answered by the first class
    found = operating_point(np.stack([1 - p, p], 1), labels)
    assert (found["positives"], found["negatives"], found["threshold"]) == (8, 4, 0.5)
    assert (found["sensitivity"], found["specificity"]) == (6 / 8, 3 / 4)
    assert found["intervals"]["sensitivity"] == pytest.approx(
        [0.4093, 0.9285], abs=1e-4
    )  # Wilson's by hand: 6 of 8
    assert operating_point(np.stack([1 - p, p], 1), np.ones(12, int)) is None
    assert operating_point(np.full((12, 3), 1 / 3), labels) is None


def test_every_metric_is_measured_and_shown_as_it_says():
    labels = np.array([0, 1] * 20)
    p = np.where(np.arange(40) % 8 == 0, 0.6, 0.9)
    found = measure(np.stack([np.where(labels == 0, p, 1 - p), np.where(labels == 1, p, 1 - p)], 1), labels)
    assert set(METRICS) <= set(found) and found["accuracy"] == 1.0
    assert (
        METRICS["accuracy"].show(found, "accuracy") == "100.0 % (91.2 to 100.0)"
    )  # Wilson's by hand: 40 / 43.84
    assert METRICS["loss"].show({"loss": 0.12345}, "loss") == "0.123"
    assert METRICS["auc"].show({"auc": None, "intervals": {"auc": None}}, "auc") == "not defined"


def test_in_balanced_accuracy_every_class_counts_alike():
    answers = np.eye(3)[[0, 0, 0, 0, 0, 0, 1, 0, 2, 2]]
    labels = np.array([0, 0, 0, 0, 0, 0, 1, 1, 2, 2])
    found = measure(answers, labels)
    assert found["accuracy"] == 0.9 and found["balanced_accuracy"] == pytest.approx((1 + 0.5 + 1) / 3)


@pytest.mark.parametrize("classes", [2, 4])
def test_the_interval_is_that_of_the_areas_counted_one_resample_at_a_time(rng, classes):
    """scikit-learn's area of each resample, with ties and, of four classes, resamples that lack one."""
    labels = np.concatenate([np.arange(classes), rng.integers(0, classes, 30) // 2 * 2])
    p = rng.dirichlet(np.ones(classes), len(labels)).round(1) + 0.05
    count, rounds = len(labels), 1000 if classes == 2 else 200
    draws, areas = np.random.default_rng(0), []
    for _ in range(rounds):
        chosen = draws.integers(0, count, count)
        areas.append(auc(p[chosen], labels[chosen]))
    assert auc_interval(p, labels) == pytest.approx(np.nanpercentile(areas, [2.5, 97.5]), abs=1e-12)
