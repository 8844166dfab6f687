"""A set without the same picture twice: it stays where it measures, and goes where its label is doubtful."""

import numpy as np

from medrnn.datasets.copies import without_copies
from medrnn.datasets.examine import examine
from medrnn.datasets.records import Dataset, Findings, Split


def made(rng):
    def split(count, start):
        return Split(
            rng.integers(0, 256, (count, 9, 9), np.uint8),
            np.arange(count) % 2,
            np.arange(start, start + count),
        )

    return Dataset(
        "x", "x", ("a", "b"), split(10, 0), split(4, 10), split(4, 14), findings=Findings(left_out={"few": 1})
    )


def test_a_picture_of_two_splits_stays_in_test_before_val_before_train(rng):
    data = made(rng)
    data.test.images[0] = data.train.images[2]  # both of class a
    data.val.images[1] = data.train.images[3]
    data.train.images[8] = data.train.images[4]
    found = without_copies(data)
    assert found.counts == {"train": 7, "val": 4, "test": 4} and examine(found).pairs == ()
    assert found.train.groups.tolist() == [0, 1, 4, 5, 6, 7, 9]
    assert np.array_equal(found.train.labels, np.array([0, 1, 0, 1, 0, 1, 1]))
    assert found.findings.left_out == {"few": 1, "copy": 3}


def test_a_picture_under_two_labels_goes_altogether(rng):
    data = made(rng)
    data.test.images[1] = data.train.images[0]
    found = without_copies(data)
    assert found.counts == {"train": 9, "val": 4, "test": 3}
    assert data.train.images[0].tobytes() not in {image.tobytes() for image in found.test.images}


def test_a_set_without_copies_stays_as_it_is(rng):
    data = made(rng)
    assert without_copies(data) is data
