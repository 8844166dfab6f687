"""Reliability, Brier's score and temperature scaling: against scikit-learn, Murphy's sums and a known temperature."""

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, log_loss

from medrnn.evaluation.calibration import BINS, brier, error_of, reliability, split_brier
from medrnn.evaluation.figures import draw, measure
from medrnn.evaluation.temperature import LARGEST, SMALLEST, calibrate, cross_validate, fit_temperature, nll
from medrnn.models.sets import scale
from tests.evaluation.test_figures import made


def answers(rng, images=4_000, classes=3, sharpness=1.0):
    """Logits whose softmax is right, made sharper; so the temperature that mends them is known."""
    logits = 1.5 * rng.standard_normal((images, classes))
    p = softmax(logits, axis=1)
    y = (rng.random((images, 1)) < p.cumsum(1)).argmax(1)
    return softmax(sharpness * logits, axis=1), y


@pytest.mark.parametrize("way", ["width", "count"])
def test_the_points_are_those_of_scikit_learn(rng, way):
    said = rng.random(2_000)
    came = rng.random(2_000) < said**2
    found = reliability(said, came, way=way, bins=8)
    strategy = {"width": "uniform", "count": "quantile"}[way]
    wanted = calibration_curve(came, said, n_bins=8, strategy=strategy)
    assert [one.came for one in found] == pytest.approx(wanted[0], abs=0.01)
    assert [one.said for one in found] == pytest.approx(wanted[1], abs=0.01)
    assert sum(one.count for one in found) == 2_000


def test_bins_of_equal_count_hold_equally_many_and_equal_probabilities_stay_together(rng):
    said = rng.random(150)
    assert {one.count for one in reliability(said, said > 0.5, way="count", bins=15)} == {10}
    flat = np.array([0.3] * 50 + [0.9] * 3)
    assert [one.count for one in reliability(flat, flat > 0.5, way="count")] == [50, 3]


def test_the_calibration_error_is_the_one_of_the_other_tables(rng):
    p, y = made(rng, digits=3)
    found = reliability(p.max(1), p.argmax(1) == y, bins=BINS)
    assert error_of(found) == pytest.approx(measure(p, y, draw(y, None, seed=0, rounds=2)).values["ece"])


@pytest.mark.parametrize("classes", [2, 3])
def test_briers_score_is_that_of_scikit_learn(rng, classes):
    p, y = made(rng, classes=classes, digits=3)
    wanted = brier_score_loss(y, p[:, 1]) if classes == 2 else brier_score_loss(y, p)
    assert brier(p, y).mean() == pytest.approx(wanted)


def test_its_parts_sum_to_it_and_are_murphys(rng):
    """Forecasts of a few values only: nothing is lost within bins, and the sums are written out."""
    said = rng.choice([0.05, 0.25, 0.45, 0.85], 600)
    came = rng.random(600) < 0.5 * said + 0.2
    found = split_brier(said, came, bins=10)
    off = sum((said == v).mean() * (v - came[said == v].mean()) ** 2 for v in np.unique(said))
    apart = sum((said == v).mean() * (came[said == v].mean() - came.mean()) ** 2 for v in np.unique(said))
    assert (found.reliability, found.resolution) == pytest.approx((off, apart))
    assert found.uncertainty == pytest.approx(came.mean() * (1 - came.mean()))
    assert found.within == pytest.approx(0, abs=1e-12)
    assert found.score == pytest.approx(((said - came) ** 2).mean())
    rough = split_brier(rng.random(600), came, bins=5)
    assert rough.score == pytest.approx(
        rough.reliability - rough.resolution + rough.uncertainty + rough.within
    )


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 3.0])
def test_the_temperature_that_was_put_in_comes_out(rng, sharpness):
    p, y = answers(rng, images=20_000, sharpness=sharpness)
    assert fit_temperature(p.astype(np.float32), y) == pytest.approx(sharpness, rel=0.05)


def test_no_temperature_near_by_is_more_likely(rng):
    p, y = answers(rng, sharpness=2.0)
    best = fit_temperature(p, y)
    losses = {t: log_loss(y, scale(p, t)) for t in (best, 0.97 * best, 1.03 * best)}
    assert min(losses, key=losses.get) == best
    assert nll(scale(p, best), y).mean() == pytest.approx(losses[best])


def test_it_mends_test_images_it_has_not_seen_and_keeps_every_answer(rng):
    (val, y_val), (test, y) = (answers(rng, sharpness=3.0) for _ in range(2))
    found = calibrate(test, y, draw(y, None, seed=0, rounds=100), fit_temperature(val, y_val))
    for name in ("ece", "brier", "nll"):
        assert found.after[name] < found.before[name]
        assert found.change_ends[name][1] < 0
        assert found.before_ends[name][0] < found.before[name] < found.before_ends[name][1] + 0.01
    assert found.before["nll"] == pytest.approx(log_loss(y, test))
    scaled = scale(test, found.temperature)
    assert np.array_equal(scaled.argmax(1), test.argmax(1)) and scaled.sum(1) == pytest.approx(1)
    assert scale(test, 1.0) == pytest.approx(test)


def test_one_who_is_always_right_gets_the_end_of_the_range_and_zeros_do_no_harm():
    sure, y = np.eye(2, dtype=np.float32)[[0, 1, 1]], np.array([0, 1, 1])
    assert fit_temperature(np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([0, 1])) == pytest.approx(
        SMALLEST, rel=0.01
    )
    assert fit_temperature(sure, 1 - y) == pytest.approx(LARGEST, rel=0.01)
    assert np.isfinite(nll(sure, 1 - y)).all()


def test_without_validation_images_there_is_no_after(rng):
    p, y = answers(rng, images=50)
    found = calibrate(p, y, draw(y, None, seed=0, rounds=5), None)
    assert found.temperature is None and found.after == {} and set(found.before) == {"ece", "brier", "nll"}


def test_a_temperature_stays_off_where_probabilities_are_right_and_goes_on_where_they_are_not(rng):
    right, wrong = answers(rng, images=400), answers(rng, images=400, sharpness=3.0)
    off, on = cross_validate(*right, seed=1), cross_validate(*wrong, seed=1)
    assert not off["is_on"] and off["after"] >= off["before"]
    assert on["is_on"] and on["value"] == pytest.approx(3, rel=0.2)
    assert off["before"] == pytest.approx(log_loss(right[1], right[0]))


def test_a_patient_is_left_out_as_a_whole(rng):
    """Where a patient's images are alike, the rest of them would tell the fold what it is tried on."""
    found = []
    for seed in range(8):
        p, y = answers(rng, images=24, classes=2)
        p, y, patients = np.repeat(p, 20, 0), np.repeat(y, 20), np.repeat(np.arange(24), 20)
        by_image, by_patient = cross_validate(p, y, seed=seed), cross_validate(p, y, patients, seed=seed)
        assert (by_image["by"], by_patient["by"]) == ("image", "patient")
        best = nll(scale(p, by_image["value"]), y).mean()
        found.append((by_image["after"] - best, by_patient["after"] - best))
    told, left_out = np.mean(found, 0)
    assert 0 <= told < 0.2 * left_out
