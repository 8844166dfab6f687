"""What is found in a set before anything is trained: planted copies, neighbours, leaks and contradictions."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from medrnn.datasets import load_dataset
from medrnn.datasets.blocks import SIDE
from medrnn.datasets.examine import NEAR, _small, examine
from medrnn.datasets.examine_words import say_examined
from medrnn.datasets.records import Dataset, Split
from tests.conftest import ROOT


@pytest.fixture
def data(rng):
    def split(count):
        return Split(rng.integers(0, 256, (count, 30, 40), np.uint8), np.arange(count, dtype=np.int64) % 2)

    return Dataset("noise", "Noise", ("a", "b"), split(40), split(12), split(12))


def pairs(found):
    return {(pair.splits, pair.places) for pair in found.pairs}


def test_a_clean_set_has_counts_and_nothing_else(data):
    found = examine(data)
    assert found.counts == {"train": {"a": 20, "b": 20}, "val": {"a": 6, "b": 6}, "test": {"a": 6, "b": 6}}
    assert (found.size, found.channels, found.pairs, found.imbalance) == ((30, 40), "grey", (), 1.0)
    assert "No picture comes twice" in list(say_examined(found))[-1]


def test_planted_copies_leaks_and_contradictions_are_found_and_told_apart(data, rng):
    train, val, test = data.train.images, data.val.images, data.test.images
    test[3] = train[7]  # 7 and 3 are both b
    val[2] = train[5]  # a and b
    train[30] = np.clip(train[11] * 0.9 + 12, 0, 255)  # brighter, in the same split
    test[9] = np.clip(val[0].astype(int) + rng.integers(-4, 5, val[0].shape), 0, 255)
    found = examine(data)
    assert pairs(found) == {
        (("train", "test"), (7, 3)),
        (("train", "val"), (5, 2)),
        (("train", "train"), (11, 30)),
        (("val", "test"), (0, 9)),
    }
    same = {pair.places for pair in found.pairs if pair.is_same}
    assert same == {(7, 3), (5, 2)} and [pair.is_same for pair in found.pairs] == [True, True, False, False]
    assert {pair.splits for pair in found.leaks} == {("train", "test"), ("train", "val"), ("val", "test")}
    assert [pair.places for pair in found.conflicts] == [(5, 2)]
    said = " ".join(say_examined(found))
    assert "Leaks: 2 pairs of the same picture and 1 of nearly the same" in said
    assert "Contradiction: 1 pairs" in said and "Twice: 0 pairs of the same picture and 1" in said


def test_pictures_of_one_grey_are_only_the_same_as_themselves(data):
    data.train.images[4], data.train.images[6], data.test.images[1] = 0, 0, 255
    assert pairs(examine(data)) == {(("train", "train"), (4, 6))}


def test_the_small_picture_holds_block_means_of_any_size(rng):
    images = rng.integers(0, 256, (2, 48, 32), np.uint8)
    blocks = images.reshape(2, SIDE, 3, SIDE, 2).mean((2, 4)).reshape(2, -1)
    blocks -= blocks.mean(1, keepdims=True)
    np.testing.assert_allclose(
        _small(images), blocks / np.linalg.norm(blocks, axis=1, keepdims=True), atol=1e-5
    )
    colour = np.repeat(images[..., None], 3, -1)
    np.testing.assert_allclose(_small(colour), _small(images), atol=1e-5)
    assert np.isfinite(_small(rng.integers(0, 256, (2, 9, 12), np.uint8))).all()  # smaller than the blocks


def test_uneven_classes_are_said(data):
    labels = np.zeros(40, np.int64)
    labels[:4] = 1
    found = examine(Dataset("n", "N", ("a", "b"), Split(data.train.images, labels), data.val, data.test))
    assert found.imbalance == 9
    assert "9.0 training images of the commonest" in " ".join(say_examined(found))


def test_the_films_have_no_leak_and_no_pair_comes_near_the_limit():
    data = load_dataset("chest64")
    assert examine(data).leaks == ()
    small = {name: _small(getattr(data, name).images) for name in ("train", "test")}
    assert (small["test"] @ small["train"].T).max() < NEAR - 0.01


def test_the_command_prints_it(tmp_path, data):
    data.test.images[3] = data.train.images[7]
    arrays = {
        f"{name}_{part}": getattr(getattr(data, name), part)
        for name in ("train", "val", "test")
        for part in ("images", "labels")
    }
    np.savez(tmp_path / "set.npz", **arrays)
    words = [sys.executable, "-m", "medrnn", "data", "check", str(tmp_path / "set.npz")]
    told = json.loads(subprocess.run([*words, "--json"], cwd=ROOT, capture_output=True, check=True).stdout)
    assert (told["pairs"], told["leaks"], told["conflicts"]) == (1, 1, 0)
    assert told["first_pairs"][0]["places"] == [7, 3]
    plain = subprocess.run(words, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    assert "Leaks: 1 pairs" in plain
    wrong = subprocess.run([*words[:-1], "nothing"], cwd=ROOT, capture_output=True, text=True)
    assert wrong.returncode == 2 and wrong.stderr.startswith("error: ")


def with_patients(data, *groups):
    splits = zip((data.train, data.val, data.test), groups, strict=True)
    train, val, test = (replace(one, groups=np.array(own)) for one, own in splits)
    return replace(data, train=train, val=val, test=test)


def test_a_patient_in_two_splits_is_a_leak(data):
    apart = with_patients(data, range(40), range(40, 52), range(52, 64))
    found = examine(apart)
    assert found.patients == {"train": 40, "val": 12, "test": 12} and found.shared == ()
    assert "None stands in two splits" in " ".join(say_examined(found))
    twice = with_patients(data, range(40), [3, 3, 4, *range(60, 69)], [-1, 60, *range(80, 90)])
    found = examine(twice)
    assert [(one.splits, one.patients, one.images) for one in found.shared] == [
        (("train", "val"), 2, 3),
        (("val", "test"), 1, 1),
    ]
    said = " ".join(say_examined(found))
    assert (
        "Leak: 2 patients stand in train and val, with 3 images there" in said and "None stands" not in said
    )
    assert "Leak: 1 patient stands in val and test" in said


def test_of_very_many_pairs_some_are_listed_and_it_is_said(data, monkeypatch):
    monkeypatch.setattr("medrnn.datasets.examine.MOST_PAIRS", 50)
    data.train.images[:] = data.train.images[0]
    found = examine(data)
    assert found.is_cut and len(found.pairs) == 50
    assert "There are more such pairs than are listed." in list(say_examined(found))


def test_only_so_many_images_of_a_split_are_looked_through(data):
    data.train.images[35] = data.train.images[3]
    assert len(examine(data).pairs) == 1 and examine(data, most=30).pairs == ()
    assert examine(data, most=30).looked == {"train": 30, "val": 12, "test": 12}
