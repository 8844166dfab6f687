"""Classes of a set are those of a model by their names alone; by number where nobody named them."""

import numpy as np
import pytest

from medrnn.datasets import Dataset, Split
from medrnn.datasets.matching import match_classes, number_classes
from medrnn.errors import DataError


def with_classes(*names):
    labels = np.arange(6) % len(names)
    split = Split(np.zeros((6, 4, 4), np.uint8), labels, np.arange(6))
    return Dataset("own", "own", names, split, split, split)


@pytest.mark.parametrize(
    ("own", "names"),
    [
        (("b", "c"), list("bcbcbc")),
        (("c", "b", "a"), list("cbacba")),
        (("a", "b", "c"), list("abcabc")),
        (number_classes(2), list("ababab")),
    ],
    ids=["some", "another order", "the same", "numbered"],
)
def test_every_label_means_the_class_that_it_meant(own, names):
    classes = ("a", "b", "c")
    found = match_classes(with_classes(*own), classes, "model")
    assert found.classes == classes
    for split in (found.train, found.val, found.test):
        assert [classes[k] for k in split.labels] == names and split.labels.dtype == np.int64
        assert split.groups.tolist() == list(range(6))


@pytest.mark.parametrize(
    "own", [("b", "d"), ("A", "b", "c"), number_classes(4), ("a", "b", "c", "d")], ids=str
)
def test_a_class_that_the_model_does_not_know_is_refused(own):
    with pytest.raises(DataError, match=r"only classes of model \('a', 'b', 'c'\), got '"):
        match_classes(with_classes(*own), ("a", "b", "c"), "model")


def test_a_numbered_model_takes_no_named_set():
    with pytest.raises(DataError, match="got 'a', 'b'. Call them as the model does"):
        match_classes(with_classes("a", "b"), number_classes(2), "model")


def test_of_many_strange_classes_some_are_named():
    with pytest.raises(DataError, match="and 15 more. Call") as found:
        match_classes(with_classes(*(f"x{k}" for k in range(20))), ("a", "b"), "model")
    assert len(str(found.value)) < 250
