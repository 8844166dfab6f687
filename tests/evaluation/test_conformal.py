"""Prediction sets: crepes against ranks written out, coverage of exchangeable images, what too few can say."""

import numpy as np
import pytest
from scipy.special import softmax

from medrnn.evaluation.conformal import calibrate_sets, fit_limits
from medrnn.evaluation.sure import LEAST, assess
from medrnn.models.sets import members


def made(rng, images, classes=3, sharpness=1.0):
    """Logits whose softmax is right, made sharper or softer."""
    logits = 1.5 * rng.standard_normal((images, classes))
    labels = (rng.random((images, 1)) < softmax(logits, axis=1).cumsum(1)).argmax(1)
    return softmax(sharpness * logits, axis=1).astype(np.float32), labels


def ranked(calibration, labels, probabilities, level):
    """A class stays unless (images of it as improbable, and the new one) / (all of it and the new one) < 1 - level."""
    kept = np.zeros(probabilities.shape, bool)
    for k in range(probabilities.shape[1]):
        own = calibration[labels == k, k]
        for i, p in enumerate(probabilities[:, k]):
            kept[i, k] = (1 + sum(own <= p)) / (1 + len(own)) >= 1 - level
    return kept


@pytest.mark.parametrize("level", [0.9, 0.8])
@pytest.mark.parametrize("images", [60, 331])
def test_the_sets_are_those_of_the_ranks(rng, level, images):
    p, y = made(rng, images)
    new, _ = made(rng, 200)
    kept = members(new, fit_limits(p, y, level=level))
    np.testing.assert_array_equal(kept, ranked(p, y, new, level))
    assert 0 < kept.mean() < 1


def test_equal_probabilities_stay_together():
    said = np.repeat([0.1, 0.2, 0.7], [2, 10, 28])
    p, y = np.column_stack([said, 1 - said]), np.zeros(40, int)
    p, y = np.concatenate([p, p[:, ::-1]]), np.concatenate([y, y + 1])
    new = np.array([[0.1, 0.9], [0.15, 0.85], [0.2, 0.8], [0.7, 0.3]])
    np.testing.assert_array_equal(members(new, fit_limits(p, y)), ranked(p, y, new, 0.9))


def test_nine_images_of_a_class_can_never_exclude_it_and_ten_can(rng):
    """Stranger than all of nine is one in ten."""
    p = rng.dirichlet([1, 1], 18)
    assert fit_limits(p, np.arange(18) % 2).tolist() == [0, 0]
    p = rng.dirichlet([1, 1], 20)
    assert fit_limits(p, np.arange(20) % 2).tolist() == [p[::2, 0].min(), p[1::2, 1].min()]


@pytest.mark.parametrize("sharpness", [0.4, 3.0])
def test_each_class_of_images_drawn_alike_is_covered_however_wrong_the_probabilities_are(rng, sharpness):
    found = calibrate_sets(made(rng, 1_500, 2, sharpness), made(rng, 6_000, 2, sharpness), rounds=60)
    for row in found["classes"]:
        assert abs(row["halves"] - 0.9) < 2 * np.sqrt(0.09 / row["held_out"])
        assert row["test"] == pytest.approx(
            0.9, abs=2 * np.sqrt(0.09 * (1 / row["count"] + 1 / row["test_count"]))
        )
        assert row["test_interval"][0] < row["test"] < row["test_interval"][1]
    sizes = found["test"]
    assert sizes["empty"] + sizes["one"] + sizes["more"] == pytest.approx(1)
    assert sizes["mean"] == pytest.approx(sizes["one"] + 2 * sizes["more"])


def test_images_of_another_population_are_not(rng):
    p, y = made(rng, 1_000, 2)
    other = softmax(np.log(made(rng, 1_000, 2)[0]) + [0.0, 1.5], axis=1)
    first, second = calibrate_sets((p, y), (other, y), rounds=4)["classes"]
    assert first["test"] < 0.8


def test_images_of_a_patient_are_never_in_both_halves(rng):
    from medrnn.evaluation import conformal

    _, y = made(rng, 200, 2)
    patients = np.where(y == 0, np.arange(200) // 8, 100 + np.arange(200) // 8)
    for fits in conformal._halves(y, patients, 5, 0):
        assert not set(patients[fits]) & set(patients[~fits])
        assert 0.3 < fits.mean() < 0.7


def test_too_few_validation_images_set_no_limits(rng):
    test = made(rng, 100, 2)
    y = np.repeat([0, 1], [LEAST, LEAST - 1])
    p = rng.dirichlet([1, 1], len(y)).astype(np.float32)
    found = assess((p, y), test)
    assert found["val"] == [LEAST, LEAST - 1] and "sets" not in found and "temperature" not in found
    p, y = np.concatenate([p, p[:1]]), np.append(y, 1)
    assert "sets" in assess((p, y), test)
    assert "sets" not in assess((p, y), test, val_patients=np.arange(len(y)) // 2)


def test_a_card_says_of_its_probabilities_what_the_tables_say(rng):
    from medrnn.evaluation.outcome import Answers, examine

    val, test = made(rng, 300, 2, 2.0), made(rng, 400, 2, 2.0)
    found, told = assess(val, test), examine(Answers(*test), ("a", "b"), val=Answers(*val)).calibration
    assert found["ece"]["value"] == pytest.approx(told.before["ece"])
    assert found["brier"]["interval"] == pytest.approx(told.before_ends["brier"])
    assert found["temperature"]["value"] == pytest.approx(told.temperature)
    assert sum(one["count"] for one in found["bins"]) == 400
    gap = sum(one["count"] * abs(one["said"] - one["came"]) for one in found["bins"]) / 400
    assert gap == pytest.approx(found["ece"]["value"], abs=1e-6)
