"""Bars of the images of each class: every count once, a colour and a word a split, the finding in words."""

import numpy as np
import pytest

from medrnn.datasets.examine import examine
from medrnn.datasets.records import Dataset, Split
from medrnn.plots import class_counts, class_counts_alt, figure_table


@pytest.fixture
def found(rng):
    def split(*labels):
        return Split(rng.integers(0, 256, (len(labels), 9, 9), np.uint8), np.array(labels))

    return examine(Dataset("x", "x", ("<b>ill</b>", "well"), split(0, 0, 0, 1), split(0), split(1, 1)))


@pytest.mark.parametrize("dark", [False, True])
def test_every_count_is_a_bar(found, dark):
    figure = class_counts(found, dark=dark)
    assert {bar.name: list(bar.x) for bar in figure.data} == {
        "train": [3, 1],
        "validation": [1, 0],
        "test": [0, 2],
    }
    assert len({bar.marker.color for bar in figure.data}) == 3
    assert [bar.text[1] for bar in figure.data] == ["train 1", "validation 0", "test 2"]  # never colour alone
    assert "<b>" not in "".join(figure.data[0].y)


def test_its_table_holds_the_counts_and_its_words_the_finding(found):
    assert "3" in figure_table(class_counts(found))
    assert class_counts_alt(found) == (
        "Bars of the images of 2 classes: 4 in train, 1 in validation, 2 in test; of the commonest training class 3.0 "
        "for each of the rarest."
    )
