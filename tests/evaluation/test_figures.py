"""The figures by which models are compared: against scikit-learn and sums written out; how resamples are drawn."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, balanced_accuracy_score, roc_auc_score, roc_curve

from medrnn.evaluation import ranking
from medrnn.evaluation.figures import BINS, FIGURES, draw, measure


def made(rng, images=120, classes=3, digits=1):
    """Rounded, so that scores tie."""
    labels = rng.integers(0, classes, images)
    raw = np.round(rng.random((images, classes)) + 0.6 * np.eye(classes)[labels], digits) + 0.05
    return raw / raw.sum(1, keepdims=True), labels


def repeated(probabilities, labels, weights):
    """A resample as it is: every image so often as it was drawn."""
    rows = np.repeat(np.arange(len(labels)), weights)
    return probabilities[rows], labels[rows]


@pytest.mark.parametrize("classes", [2, 3])
def test_values_and_resamples_are_those_of_scikit_learn(rng, classes):
    probabilities, labels = made(rng, classes=classes)
    weights = draw(labels, None, seed=1, rounds=5)
    found = measure(probabilities, labels, weights)
    cases = [(probabilities, labels, found.values)]
    cases += [
        (*repeated(probabilities, labels, w), {k: v[r] for k, v in found.resampled.items()})
        for r, w in enumerate(weights)
    ]
    for p, y, told in cases:
        ks = [1] if classes == 2 else range(classes)
        assert told["accuracy"] == pytest.approx((p.argmax(1) == y).mean())
        assert told["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(y, p.argmax(1)))
        assert told["auc"] == pytest.approx(np.mean([roc_auc_score(y == k, p[:, k]) for k in ks]))
        assert told["ap"] == pytest.approx(np.mean([average_precision_score(y == k, p[:, k]) for k in ks]))


def test_the_sensitivity_is_that_of_a_threshold_that_exists(rng):
    probabilities, labels = made(rng, classes=2)
    alarms, hits, _ = roc_curve(labels, probabilities[:, 1], drop_intermediate=False)
    for specificity in (0.5, 0.8, 0.9, 1.0):
        expected = hits[alarms <= 1 - specificity + 1e-12].max()
        found = measure(probabilities, labels, draw(labels, None, seed=0, rounds=2), specificity=specificity)
        assert found.values["sensitivity_at"] == pytest.approx(expected)


def test_a_specificity_that_is_met_exactly_counts():
    """Ten others, 0.9 asked for: one of them may be called, although 1 - 0.9 is a little less than 0.1."""
    scores = np.array([0.95, 0.9, 0.8, *np.linspace(0.1, 0.5, 9)])
    is_class = np.array([False, True, True, *[False] * 9])
    counts = ranking.count(scores, is_class, np.ones((1, 12)))
    assert ranking.sensitivity_at(counts, 0.9)[0] == 1


def test_the_curve_passes_through_the_shares_above_each_of_its_thresholds(rng):
    probabilities, labels = made(rng, classes=2)
    scores, is_class = probabilities[:, 1], labels == 1
    alarms, hits, thresholds = ranking.roc(scores, is_class)
    for x, y, threshold in zip(alarms, hits, thresholds, strict=True):
        assert (x, y) == ((scores[~is_class] >= threshold).mean(), (scores[is_class] >= threshold).mean())
    assert (alarms[0], hits[0], alarms[-1], hits[-1]) == (0, 0, 1, 1)


def test_the_calibration_error_is_the_sum_of_guo_written_out(rng):
    probabilities, labels = made(rng, digits=3)
    top, right = probabilities.max(1), probabilities.argmax(1) == labels
    expected = 0.0
    for m in range(1, BINS + 1):
        inside = (top > (m - 1) / BINS) & (top <= m / BINS)
        if inside.any():
            expected += inside.mean() * abs(right[inside].mean() - top[inside].mean())
    found = measure(probabilities, labels, draw(labels, None, seed=0, rounds=2))
    assert found.values["ece"] == pytest.approx(expected)


def test_one_who_is_sure_and_right_has_no_error_and_one_who_is_sure_and_wrong_has_all_of_it():
    sure = np.eye(2)[[0, 1, 1, 0]]
    weights = np.ones((1, 4), np.uint16)
    assert measure(sure, np.array([0, 1, 1, 0]), weights).values["ece"] == 0
    assert measure(sure, np.array([1, 0, 0, 1]), weights).values["ece"] == 1


def test_resamples_hold_as_many_of_each_class_and_patients_whole(rng):
    labels = np.repeat([0, 1], [30, 50])
    plain = draw(labels, None, seed=3, rounds=200)
    assert (plain[:, labels == 0].sum(1) == 30).all() and (plain[:, labels == 1].sum(1) == 50).all()
    assert np.array_equal(plain, draw(labels, None, seed=3, rounds=200))
    assert not np.array_equal(plain, draw(labels, None, seed=4, rounds=200))
    patients = np.concatenate([np.arange(30) // 3, 100 + np.arange(50) // 5])
    whole = draw(labels, patients, seed=3, rounds=200)
    for patient in np.unique(patients):
        assert (np.ptp(whole[:, patients == patient], axis=1) == 0).all()


def test_the_interval_of_an_accuracy_is_as_wide_as_the_binomial_says_and_wider_over_patients():
    """80 of 100 right in each class: the standard error is sqrt(.8 .2 / 200); patients of four alike double it."""
    labels = np.repeat([0, 1], 100)
    answers = np.where(np.tile(np.arange(100) % 5 > 0, 2), labels, 1 - labels)
    found = measure(np.eye(2)[answers], labels, draw(labels, None, seed=0, rounds=2000))
    low, high = found.intervals["accuracy"]
    expected = 2 * 1.96 * (0.8 * 0.2 / 200) ** 0.5
    assert high - low == pytest.approx(expected, rel=0.1)
    alike = np.where(np.tile(np.arange(100) // 4 % 5 > 0, 2), labels, 1 - labels)
    patients = np.arange(200) // 4
    whole = measure(np.eye(2)[alike], labels, draw(labels, patients, seed=0, rounds=2000))
    low, high = whole.intervals["accuracy"]
    assert high - low == pytest.approx(2 * expected, rel=0.1)


def test_of_one_class_alone_an_auc_is_not_defined():
    labels = np.zeros(6, int)
    with np.errstate(all="raise"):
        found = measure(np.full((6, 2), 0.5), labels, draw(labels, None, seed=0, rounds=3))
    assert found.values["auc"] is None and found.intervals["auc"] is None
    assert FIGURES["auc"].show(None) == "not defined"
    assert FIGURES["accuracy"].show(0.8964, (0.871, 0.9188)) == "89.6 % (87.1 to 91.9)"


def test_many_images_are_counted_in_pieces(rng, monkeypatch):
    probabilities, labels = made(rng)
    weights = draw(labels, None, seed=0, rounds=7)
    whole = measure(probabilities, labels, weights)
    monkeypatch.setattr("medrnn.evaluation.figures.MOST_CELLS", 2 * len(labels))
    for name, values in measure(probabilities, labels, weights).resampled.items():
        np.testing.assert_allclose(values, whole.resampled[name], rtol=1e-12)


def test_an_answer_on_the_edge_of_two_bins_belongs_to_the_lower():
    """9/15 right and 0.58 wrong lie in one bin, so what they claim too little and too much is set off."""
    probabilities, labels = np.array([[0.4, 0.6], [0.58, 0.42]]), np.array([1, 1])
    found = measure(probabilities, labels, np.ones((1, 2), np.uint16))
    assert found.values["ece"] == pytest.approx(abs((1 - 0.6) + (0 - 0.58)) / 2)
