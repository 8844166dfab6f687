"""What of a set makes its figures worth little, on sets whose faults are planted."""

from dataclasses import replace

import numpy as np
import pytest

from medrnn.datasets import Dataset, Split
from medrnn.datasets.examine import examine
from medrnn.datasets.examine_words import say_found
from medrnn.datasets.shipped import DATASETS
from medrnn.datasets.weak import Weak, find_weak, say_weak


def split(labels, groups=None):
    groups = None if groups is None else np.array(groups)
    return Split(np.zeros((len(labels), 4, 4), np.uint8), np.array(labels, np.int64), groups)


def noise(*splits, classes=("a", "b")):
    return Dataset("noise", "Noise", classes, *splits)


SOUND = (split([0, 1] * 6, range(12)), split([0, 1] * 2, range(12, 16)), split([0, 1] * 2, range(16, 20)))


def test_a_sound_set_has_no_weak_point():
    assert (
        find_weak(noise(*SOUND)) == Weak(2, {}, {}, 20, 1, 0)
        and list(say_weak(find_weak(noise(*SOUND)))) == []
    )
    unknown = [replace(one, groups=None) for one in SOUND]
    assert find_weak(noise(*unknown)) == Weak(2, {}, {}, 20, 0, 0)


@pytest.mark.parametrize("name", DATASETS)
def test_no_set_that_ships_is_warned_of(name):
    from medrnn.datasets import load_dataset

    assert list(say_weak(find_weak(load_dataset(name)))) == []


def test_a_class_that_a_split_lacks_is_said_with_the_split():
    found = find_weak(noise(*SOUND[:2], split([0, 0, 0, 0], range(16, 20)), classes=("a", "b", "c")))
    assert found.missing == {"train": (2,), "val": (2,), "test": (1, 2)}
    assert "of 3 classes train lacks 1, val lacks 1, test lacks 2." in next(say_weak(found))


def test_one_patient_who_has_most_images_and_splits_of_few_patients_are_said():
    """As film_0.png, film_1.png and so on are all of "film" up to the first underscore."""
    found = find_weak(
        noise(split([0, 1] * 6, [0] * 12), split([0] * 5, [1] * 5), split([0, 1, 0], [2, 2, 3]))
    )
    assert (found.largest, found.images, found.few) == (12, 20, {"train": 1, "val": 1, "test": 2})
    said = "\n".join(say_weak(found))
    assert (
        "12 of 20 images are told to be of one" in said and "train 1, val 1, test 2. Figures of fewer" in said
    )


def test_images_of_nobody_known_count_as_a_patient_each_and_it_is_said_how_many():
    found = find_weak(
        noise(split([0, 1] * 6, [0, 0, 1, 1] + 8 * [-1]), split([0, 1] * 2, [-1] * 4), SOUND[2])
    )
    assert found.unknown == 12 and found.few == {} and found.largest == 2
    assert "of 12 of 20 images. Each counts as a patient of its own" in "\n".join(say_weak(found))


def test_an_empty_split_and_single_images_are_not_weak_here():
    found = find_weak(noise(SOUND[0], split([], []), split([0, 1], [20, 21])))
    assert found.missing == {} and found.few == {}


def test_what_was_found_in_a_set_says_them():
    assert any(
        line.startswith("Missing: of 2 classes test lacks 1.")
        for line in say_found(examine(noise(*SOUND[:2], split([0] * 4, range(16, 20)))))
    )
