"""A model on a set whose classes have another order, or are fewer: every answer is held against its own label."""

import numpy as np
import pytest

from medrnn.datasets import load_dataset
from medrnn.errors import DataError
from medrnn.evaluation.evaluate import answer, evaluate, to_grids
from medrnn.models.catalog import find_card, load_model

MODEL = "mnist-lstm"


@pytest.fixture(scope="module")
def digits():
    """Some test images, their digits, and which digit the model answers."""
    test, card = load_dataset("mnist").test.first(300), find_card(MODEL)
    reading = card.config.reading
    return (
        test.images,
        test.labels,
        answer(load_model(MODEL), to_grids(test.images, reading), reading).argmax(1),
    )


def save(path, images, labels, **names):
    arrays = {}
    for split in ("train", "val", "test"):
        arrays |= {f"{split}_images": images, f"{split}_labels": labels}
    np.savez(path, **arrays, **names)
    return path


@pytest.mark.parametrize(
    "names", [("7", "1"), ("1", "7"), tuple("9876543210")], ids=["two", "two by size", "turned"]
)
def test_labels_are_found_by_the_names_of_their_classes(tmp_path, digits, names):
    images, labels, answers = digits
    is_there = np.isin(labels, [int(name) for name in names])
    own = np.array([names.index(str(label)) for label in labels[is_there]])
    found = evaluate(MODEL, save(tmp_path / "own.npz", images[is_there], own, classes=np.array(names)))
    assert found["classes_by"] == "name" and found["n"] == is_there.sum()
    assert (
        found["accuracy"] == pytest.approx((answers == labels)[is_there].mean()) and found["accuracy"] > 0.9
    )


def test_classes_that_nobody_named_are_numbered_as_the_models_and_it_is_said(tmp_path, digits):
    images, labels, answers = digits
    found = evaluate(MODEL, save(tmp_path / "own.npz", images, labels))
    assert found["classes_by"] == "number" and found["accuracy"] == pytest.approx((answers == labels).mean())


def test_as_many_classes_of_other_names_are_refused(tmp_path, digits):
    images, labels, _ = digits
    with pytest.raises(DataError, match=f"only classes of {MODEL} .*, got 'one', 'seven'"):
        evaluate(MODEL, save(tmp_path / "own.npz", images, labels % 2, classes=np.array(["one", "seven"])))
