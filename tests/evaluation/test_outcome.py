"""All that is told of a model on its test split, put together."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from medrnn.datasets.metadata import Metadata
from medrnn.evaluation.figures import draw, measure
from medrnn.evaluation.outcome import FEW, MOST_WORK, Answers, examine
from medrnn.ui.after import words
from tests.evaluation.test_figures import made


def test_the_parts_are_counted_on_their_own_images(rng):
    p, y = made(rng, images=200, classes=2, digits=2)
    side, patients = np.array(["left", "right", ""])[rng.integers(0, 3, 200)], np.arange(200) // 2
    found = examine(Answers(p, y), ("a", "b"), metadata=Metadata({"Side": side}, patients))
    assert [(one.title, one.name) for one in found.parts] == [
        ("Class", "a"), ("Class", "b"), ("Side", "left"), ("Side", "right")
    ]  # fmt: skip
    for one, inside in zip(found.parts, found.parts_in, strict=True):
        assert one.count == inside.sum() and one.accuracy.value == (p.argmax(1) == y)[inside].mean()
    left = found.parts[2].auc
    assert left.value == pytest.approx(roc_auc_score(y[side == "left"], p[side == "left", 1]))
    assert left.interval[0] < left.value < left.interval[1]
    assert found.parts[0].auc.value is None and found.unit == "patient"


def test_whole_figures_are_those_of_the_comparison(rng):
    p, y = made(rng, classes=3, digits=2)
    found = examine(Answers(p, y), ("a", "b", "c"), val=Answers(p, y))
    told = measure(p, y, draw(y, None, seed=0, rounds=found.rounds))
    assert found.balanced.value == pytest.approx(told.values["balanced_accuracy"])
    assert found.balanced.interval == pytest.approx(told.intervals["balanced_accuracy"])
    assert found.accuracy.value == told.values["accuracy"]
    assert found.calibration.before["ece"] == pytest.approx(told.values["ece"])
    assert found.calibration.before_ends["ece"] == pytest.approx(told.intervals["ece"])
    assert found.calibration.temperature is not None and found.matrix.sum() == len(y)


def test_a_large_set_gets_fewer_resamples_and_an_empty_validation_split_no_temperature(rng):
    count = MOST_WORK // 2 + 1
    p, y = made(rng, images=count, classes=2, digits=2)
    found = examine(Answers(p, y), ("a", "b"), val=Answers(p[:0], y[:0]))
    assert found.rounds == FEW and found.val is None and found.calibration.temperature is None


def test_one_image_alone_is_told():
    found = examine(Answers(np.array([[0.3, 0.7]]), np.array([1])), ("a", "b"))
    assert found.accuracy.value == 1 and found.rows[0].auc.value is None


def few(count):
    """The patients of twelve images, as many as asked for."""
    return np.arange(12) * count // 12


@pytest.mark.parametrize("count", [1, 2, 12])
def test_from_one_patient_or_two_nothing_is_resampled_and_the_reason_is_said(rng, count):
    p, y = made(rng, images=12, classes=2, digits=2)
    y = np.arange(12) % 2
    found = examine(Answers(p, y), ("a", "b"), val=Answers(p, y), metadata=Metadata({}, few(count)))
    told = found.calibration
    drawn = (found.balanced.interval, found.rows[0].f1.interval, found.rows[0].auc.interval,
             *told.before_ends.values(), *told.after_ends.values(), *told.change_ends.values())  # fmt: skip
    assert all((one is None) == (count < 3) for one in drawn) and found.accuracy.interval is not None
    assert found.balanced.value is not None and told.before["ece"] > 0
    said = words.draws(found)
    assert said.startswith(
        "12 test images of 1 patient. " if count == 1 else f"12 test images of {count} patients. "
    )
    assert ("of all else none: a class is of fewer than 3 patients, from which" in said) == (count < 3)
    assert words.cooled(told) and words.whole(found) and words.class_rows(found, ("a", "b"))
    assert ("all are of one patient, so nothing is told of others" in said) == (count == 1)
    assert ("some are of one patient, so they are a little too narrow" in said) == (count == 2)


def test_a_class_of_one_image_is_too_few_whatever_the_others_are(rng):
    p, y = made(rng, images=12, classes=2, digits=2)
    found = examine(Answers(p, (np.arange(12) == 3).astype(int)), ("a", "b"))
    assert found.rounds == 0 and found.balanced.interval is None
    assert "none: a class is of fewer than 3 images" in words.draws(found)
    assert examine(Answers(p, np.arange(12) % 4 % 2), ("a", "b")).rounds > 0


SURE = np.array([[0.8, 0.2], [0.3, 0.7]] * 9)  # of 18 images that are of class 0 and 1 in turn


@pytest.mark.parametrize(
    ("wrong", "end", "said"),
    [
        (0, "low", "Temperature: 0.05, at the end of the range that is searched (0.05 to 20). The validation images "
         "hold too few errors to fit it"),
        (4, "", "Temperature fitted on the validation images: "),
        (18, "high", "Temperature: 20.00, at the end of the range that is searched (0.05 to 20). The validation images "
         "hold answers that agree with their labels too seldom"),
    ],
    ids=["no errors", "some", "all wrong"],
)  # fmt: skip
def test_a_temperature_at_the_end_of_its_range_is_no_finding(wrong, end, said):
    labels = np.arange(18) % 2
    val = labels ^ (np.arange(18) < wrong)
    found = examine(Answers(SURE, labels), ("a", "b"), val=Answers(SURE, val)).calibration
    assert found.end == end and words.cooled(found).startswith(said)
    assert ("too unsure" in words.cooled(found) or "too sure" in words.cooled(found)) == (not end)
