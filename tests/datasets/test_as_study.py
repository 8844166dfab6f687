"""A test image as a study."""

import numpy as np
import pytest

from medrnn.datasets import load_dataset
from medrnn.datasets.as_study import as_study, outline_of
from medrnn.datasets.shipped import DATA


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


def test_a_film_of_a_set_comes_with_its_lungs_where_they_are_outlined():
    data = load_dataset("chest64")
    with np.load(DATA / "chest64" / "chest64.npz") as arrays:
        lungs, known = arrays["val_lungs"], arrays["val_has_lungs"]
    for index in (int(np.flatnonzero(known)[0]), *np.flatnonzero(~known.astype(bool))[:1].tolist()):
        study = as_study(data, index, "val")
        mask = outline_of(data, index, study, "val")
        assert (mask is not None) is bool(known[index])
        if mask:
            np.testing.assert_array_equal(mask.labels[0] > 0, lungs[index] > 0)
            assert mask.study_key == study.key and mask.names == ("lungs",)
    digits = load_dataset("mnist")
    assert outline_of(digits, 0, as_study(digits, 0)) is None
