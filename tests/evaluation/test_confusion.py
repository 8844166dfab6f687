"""Who was taken for whom: against scikit-learn, and by hand."""

import numpy as np
import pytest
from sklearn.metrics import (
    average_precision_score,
    confusion_matrix,
    precision_recall_curve,
    precision_recall_fscore_support,
    roc_auc_score,
)

from medrnn.evaluation import ranking
from medrnn.evaluation.confusion import images_of, matrix, per_class, share, worst_mistakes
from medrnn.evaluation.figures import draw
from tests.evaluation.test_figures import made, repeated


@pytest.mark.parametrize("classes", [2, 4])
def test_the_matrix_and_the_table_are_those_of_scikit_learn(rng, classes):
    p, y = made(rng, classes=classes, digits=2)
    answers = p.argmax(1)
    assert np.array_equal(matrix(y, answers, classes), confusion_matrix(y, answers, labels=range(classes)))
    found = per_class(p, y, draw(y, None, seed=0, rounds=50), tuple("abcd"[:classes]))
    wanted = precision_recall_fscore_support(y, answers, labels=range(classes))
    for k, row in enumerate(found):
        told = row.precision.value, row.sensitivity.value, row.f1.value, row.count
        assert told == pytest.approx([column[k] for column in wanted])
        assert row.auc.value == pytest.approx(roc_auc_score(y == k, p[:, k]))
        assert row.ap.value == pytest.approx(average_precision_score(y == k, p[:, k]))
        assert row.called == (answers == k).sum()


def test_intervals_are_the_middle_of_the_resamples(rng):
    p, y = made(rng, classes=3, digits=2)
    weights = draw(y, None, seed=2, rounds=40)
    row = per_class(p, y, weights, ("a", "b", "c"))[1]
    scores = []
    for one in weights:
        drawn, labels = repeated(p, y, one)
        f1 = precision_recall_fscore_support(labels, drawn.argmax(1), labels=[1])[2][0]
        scores.append((f1, roc_auc_score(labels == 1, drawn[:, 1])))
    ends = np.percentile(scores, [2.5, 97.5], axis=0)
    assert row.f1.interval == pytest.approx(ends[:, 0])
    assert row.auc.interval == pytest.approx(ends[:, 1])


def test_a_class_that_is_missing_has_no_figures_and_warns_nobody():
    p = np.array([[0.7, 0.2, 0.1], [0.2, 0.7, 0.1]])
    row = per_class(p, np.array([0, 1]), np.ones((3, 2), np.uint16), ("a", "b", "c"))[2]
    assert (row.count, row.called) == (0, 0)
    figures = (row.sensitivity, row.precision, row.f1, row.auc, row.ap)
    assert all(one.value is None and one.interval is None for one in figures)


def test_a_cell_holds_its_images_the_surest_first():
    p = np.array([[0.4, 0.6], [0.1, 0.9], [0.8, 0.2], [0.3, 0.7]])
    y = np.array([0, 0, 0, 1])
    assert images_of(p, y, 0, 1).tolist() == [1, 0]
    assert images_of(p, y, 1, 0).tolist() == []
    assert images_of(p, y, 1, 1).tolist() == [3]
    assert worst_mistakes(p, y).tolist() == [1, 0]


def test_wilson_of_a_published_example():
    """Newcombe 1998, table I: 81 of 263, score method .2553 to .3662; 0 of 20, .0000 to .1611."""
    assert share(81, 263).interval == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert share(0, 20).interval == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert share(0, 0).value is None


def test_every_point_of_the_precision_recall_curve_is_counted_by_hand(rng):
    p, y = made(rng, classes=2)
    scores, is_class = p[:, 1], y == 1
    precision, recall, thresholds = ranking.precision_recall(scores, is_class)
    for one, other, threshold in zip(precision, recall, thresholds, strict=True):
        called = scores >= threshold
        assert one == pytest.approx(is_class[called].mean())
        assert other == pytest.approx(called[is_class].mean())
    assert recall.max() == 1 and len(precision) <= len(precision_recall_curve(is_class, scores)[0])
