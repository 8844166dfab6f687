"""Images dealt out: shares of every class, whole patients, the same again under the same seed."""

import numpy as np
import pytest

from medrnn.datasets.dealing import deal, deal_groups, singles

SHARES = (0.7, 0.15, 0.15)


@pytest.mark.parametrize(
    ("count", "parts"),
    [(1, [1, 0, 0]), (2, [1, 1, 0]), (3, [1, 1, 1]), (20, [14, 3, 3]), (100, [70, 15, 15])],
)
def test_a_class_is_dealt_by_its_shares_and_the_first_parts_go_first(count, parts):
    assert np.bincount(deal(np.zeros(count, np.int64), SHARES), minlength=3).tolist() == parts


def patients(rng, classes=3, each=60, most=6):
    """Patients of one class each, with 1 to ``most`` images."""
    labels, groups = [], []
    for patient in range(classes * each):
        count = int(rng.integers(1, most + 1))
        labels += [patient % classes] * count
        groups += [patient] * count
    order = rng.permutation(len(labels))
    return np.array(labels)[order], np.array(groups)[order]


@pytest.mark.parametrize("seed", range(5))
def test_no_patient_stands_in_two_parts_and_every_class_has_its_share(rng, seed):
    labels, groups = patients(rng)
    parts = deal_groups(labels, groups, SHARES, seed)
    assert all(len(set(parts[groups == one])) == 1 for one in np.unique(groups))
    for label in range(3):
        shares = np.bincount(parts[labels == label], minlength=3) / (labels == label).sum()
        assert np.abs(shares - SHARES).max() < 0.03
    assert np.array_equal(parts, deal_groups(labels, groups, SHARES, seed))
    assert not np.array_equal(parts, deal_groups(labels, groups, SHARES, seed + 1))


def test_patients_of_several_classes_stay_whole_too(rng):
    groups = np.repeat(np.arange(80), 4)
    labels = rng.integers(0, 2, len(groups))
    parts = deal_groups(labels, groups, SHARES)
    assert all(len(set(parts[groups == one])) == 1 for one in range(80))
    assert np.abs(np.bincount(parts) / len(parts) - SHARES).max() < 0.03


def test_one_patient_with_most_of_the_images_goes_to_train():
    groups = np.r_[np.zeros(50, np.int64), np.arange(1, 31)]
    parts = deal_groups(np.arange(80) % 2, groups, SHARES)
    assert set(parts[:50]) == {0} and {1, 2} <= set(parts)


def test_an_unknown_patient_is_one_of_its_own():
    assert singles(np.array([-1, 3, -1, 3])).tolist() == [4, 3, 5, 3]
    parts = deal_groups(np.zeros(40, np.int64), np.full(40, -1), SHARES)
    assert np.bincount(parts).tolist() == [28, 6, 6]
