"""Lesson 10: accuracies of a network that learnt from unequal classes, and what an augmentation leaves true."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score
from sklearn.utils.class_weight import compute_class_weight

from medrnn.lessons.imbalance import CHANGES, PREVIEWS, Counted, choose, learn, preview
from medrnn.training.augment import STRENGTHS
from medrnn.training.learner import balance


@pytest.fixture(scope="module")
def learnt():
    return {is_weighted: learn(10, is_weighted=is_weighted) for is_weighted in (False, True)}


def test_at_ten_to_one_it_always_says_pneumonia_and_is_right_in_nine_of_ten(learnt):
    found = learnt[False]
    assert found.learnt.tolist() == [30, 300] and found.counts.tolist() == [[0, 35], [0, 350]]
    assert round(100 * found.accuracy, 1) == 90.9 and found.accuracy == found.always_common
    assert found.balanced == 0.5


def test_with_weights_the_same_network_finds_most_normal_films(learnt):
    found = learnt[True]
    assert found.recalls[0] > 0.5 and found.balanced > 0.75
    assert found.weights == pytest.approx((5.5, 0.55))


@pytest.mark.parametrize("seed", [1, 2])
def test_that_is_no_accident_of_one_seed(seed):
    plain, weighted = (learn(10, is_weighted=is_weighted, seed=seed) for is_weighted in (False, True))
    assert plain.balanced < 0.6 < 0.7 < weighted.balanced


def test_balanced_accuracy_is_sklearns():
    found = Counted(("a", "b"), np.array([1, 1]), np.array([[3, 1], [2, 6]]), (1.0, 1.0), 0.0)
    labels = [0] * 4 + [1] * 8
    said = [0, 0, 0, 1] + [0, 0] + [1] * 6
    assert found.balanced == pytest.approx(balanced_accuracy_score(labels, said))
    assert found.accuracy == pytest.approx(9 / 12)


def test_weights_are_sklearns(rng):
    labels = np.repeat([0, 1, 2], [3, 10, 30])
    wanted = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    np.testing.assert_allclose(balance(labels, len(np.unique(labels))), wanted)


@pytest.mark.parametrize(
    ("ratio", "learnt", "aside"), [(1, [165, 165], 35), (3, [82, 248], 105), (10, [30, 300], 350)]
)
def test_a_ratio_is_what_is_learnt_and_measured_on(ratio, learnt, aside):
    data = choose(ratio)
    assert np.bincount(data.train.labels).tolist() == learnt
    assert np.bincount(data.val.labels).tolist() == [35, aside]


@pytest.mark.parametrize("change", CHANGES)
def test_a_preview_begins_with_the_film_and_changes_it(change):
    found = preview(change)
    assert found.shape == (2 if change == "mirrored" else 1 + PREVIEWS, 128, 128)
    assert found.min() >= 0 and found.max() <= 1
    assert all(np.abs(found[k] - found[0]).mean() > 0.01 for k in range(1, len(found)))
    np.testing.assert_array_equal(found, preview(change))


def test_mirroring_is_right_to_left_and_no_augmentation_of_films_does_it():
    film, other = preview("mirrored")
    np.testing.assert_array_equal(other, film[:, ::-1])
    assert not STRENGTHS["light"].is_mirrored and not STRENGTHS["films"].is_mirrored
    assert STRENGTHS["cells"].is_mirrored
