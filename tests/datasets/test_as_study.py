"""A test image as a study."""

import numpy as np
import pytest

from medrnn.datasets import load_dataset
from medrnn.datasets.as_study import as_study


@pytest.mark.parametrize(
    ("name", "index", "title"),
    [
        ("pneumoniamnist", 16, "pneumoniamnist test 17, labelled "),
        ("mnist", 0, "mnist test 1, labelled digit 7"),
        ("blood64", 3, "blood64 test 4, labelled monocyte"),
    ],
)
def test_the_pixels_are_those_of_the_set_and_the_title_says_whence(name, index, title):
    data = load_dataset(name)
    study = as_study(data, index)
    np.testing.assert_array_equal(study.stored[0], data.test.images[index])
    assert study.title.startswith(title) and study.key == as_study(data, index).key
    assert study.key != as_study(data, index + 1).key and len(study.key) == 64
