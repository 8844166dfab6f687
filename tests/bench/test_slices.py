"""What `bench slices` counts, each a second way."""

import numpy as np
import pytest

from medrnn.bench.slices import pointing


def test_pointing_counts_where_the_slice_that_adds_most_has_lesion():
    masks = np.zeros((2, 3, 4, 4), bool)
    masks[0, 1, 2, 2] = masks[1, 0, 0, 0] = True
    each = np.array([[0.9, 0.8, 0.5], [0.9, 0.6, 0.5]])
    weights = np.array([[0.1, 0.8, 0.1], [0.2, 0.7, 0.1]])
    # log odds 2.197 x .1 < 1.386 x .8: slice 2, with lesion; 2.197 x .2 > .405 x .7: slice 1, with lesion
    found = pointing(each, weights, masks)
    assert (found["n"], found["hits"], found["by_chance"]) == (2, 1.0, pytest.approx(1 / 3))
    assert pointing(each[::-1], weights[::-1], masks)["hits"] == 0.0
