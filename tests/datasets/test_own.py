"""The sets that visitors brought: kept as they came under a name nobody guesses, deleted whole, never half there."""

import json
import os
import re
from dataclasses import replace

import numpy as np
import pytest

from medrnn.config import ReadingConfig
from medrnn.datasets import Dataset, Split, load_dataset, own
from medrnn.datasets.records import Findings
from medrnn.errors import ConfigError, DataError
from medrnn.models.catalog import list_cards
from medrnn.training.runs.processes import list_runs
from tests.test_disk import small_disk


def made(rng, count=6, side=12, groups=True):
    def split(start):
        images = rng.integers(0, 256, (count, side, side), np.uint8)
        patients = np.arange(start, start + count) if groups else None
        return Split(images, np.arange(count) % 2, patients)

    found = Findings({"PNG": 9}, {"40 x 30": 9}, {"not-image": 2}, ("val",), "name", seed=3)
    return Dataset(
        "x", "x", ("ill", "well"), split(0), split(10), split(20), about="Brought.", findings=found
    )


@pytest.fixture
def data(rng):
    return made(rng)


def folder_of(name):
    return own.own_folder() / name.removeprefix("own:")


def test_what_is_kept_comes_back_with_all_that_was_found_out(data):
    name = own.keep(data)
    assert re.fullmatch(r"own:[A-Za-z0-9_-]{22}", name)
    found = load_dataset(name)
    assert found.digest == data.digest and found.classes == data.classes and found.findings == data.findings
    for split in ("train", "val", "test"):
        assert np.array_equal(getattr(found, split).groups, getattr(data, split).groups)
    assert found.title == f"Own data {data.digest[:6]}" == own.facts_of(name).title
    assert name.removeprefix("own:") not in repr(found.name) + found.title + found.about


def test_patients_that_nobody_knows_stay_unknown(rng):
    found = load_dataset(own.keep(made(rng, groups=False)))
    assert found.train.groups is None and found.test.first(2).groups is None


def test_two_of_the_same_have_names_of_their_own_and_one_is_deleted(data):
    one, other = own.keep(data), own.keep(data)
    own.delete_own(one)
    own.delete_own(one)  # gone already
    assert not own.has_own(one) and own.has_own(other) and not folder_of(one).exists()
    with pytest.raises(DataError, match="nothing lies: they were deleted"):
        load_dataset(one)


def test_a_kept_set_is_no_run_and_no_model(data):
    own.keep(data)
    assert list_runs() == [] and all(card.folder.parent.name != ".own" for card in list_cards().values())


@pytest.mark.parametrize(
    "token", ["", "x", "../../etc", "/etc/passwd", "a" * 22 + "/..", "." * 22, "ä" * 22, "a" * 22]
)
def test_a_wrong_token_is_one_sentence(token):
    for call in (load_dataset, own.facts_of):
        with pytest.raises(DataError, match="got a name under which nothing lies"):
            call(f"own:{token}")
    if len(token) != 22 or token.startswith("."):
        with pytest.raises(DataError):
            own.delete_own(f"own:{token}")


def _cut(path):
    path.write_bytes(path.read_bytes()[:-7])


def _other_class(path):
    facts = json.loads(path.read_text())
    path.write_text(json.dumps(facts | {"classes": ["one"]}))


DAMAGES = {
    "arrays cut": ("arrays.npz", _cut),
    "arrays gone": ("arrays.npz", os.unlink),
    "facts cut": ("facts.json", _cut),
    "facts gone": ("facts.json", os.unlink),
    "facts of another kind": ("facts.json", lambda path: path.write_text('{"arrays": 3}')),
    "too few classes": ("facts.json", _other_class),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_folder_is_one_sentence_and_can_be_deleted(data, name):
    token = own.keep(data)
    file, damage = DAMAGES[name]
    damage(folder_of(token) / file)
    with pytest.raises(DataError, match="damaged on the disk. Delete them and bring them again"):
        load_dataset(token)
    own.delete_own(token)
    assert not folder_of(token).exists()


def test_a_full_disk_is_a_sentence_and_nothing_stays(rng, runs):
    with small_disk(runs, "256k"):
        with pytest.raises(ConfigError, match="the disk is full. Free some space"):
            own.keep(made(rng, count=200, side=40))
        assert list(own.own_folder().iterdir()) == []


def test_what_a_killed_server_left_is_swept_and_never_read(data):
    part = own.own_folder() / ".killed.part"
    part.mkdir(parents=True)
    (part / "arrays.npz").write_bytes(b"half")
    fresh = own.own_folder() / ".at work.part"
    fresh.mkdir()
    os.utime(part, (0, 0))
    own.keep(data)
    assert not part.exists() and fresh.exists()


@pytest.mark.parametrize(
    ("bound", "most", "match"),
    [
        ("MOST_IMAGES", 17, "at most 17 images and 512 MB of pixels, got 18"),
        ("MOST_BYTES", 1000, "got 18 and 0 MB"),
        ("MOST_SETS", 1, "room for another set, 1 of visitors are kept already"),
        ("MOST_ALL_BYTES", 3000, "room for another set"),
    ],
)
def test_what_is_too_much_is_refused(data, monkeypatch, bound, most, match):
    if bound.startswith(("MOST_SETS", "MOST_ALL")):
        own.keep(data)
    monkeypatch.setattr(own, bound, most)
    with pytest.raises(DataError, match=match):
        own.keep(data)


def test_a_run_learns_from_a_kept_set_and_its_card_names_no_token(rng, tmp_path):
    from medrnn.config import ModelConfig, TrainConfig
    from medrnn.models.cards import read_card
    from medrnn.training.run import train

    name = own.keep(made(rng, side=28))
    config = TrainConfig(data=name, epochs=1, batch=4, model=ModelConfig(width=4), reading=ReadingConfig())
    list(train(config, tmp_path / "run"))
    text = json.dumps(replace(read_card(tmp_path / "run"), folder=None).__dict__, default=str)
    assert name.removeprefix("own:") not in text


def test_long_names_of_classes_that_begin_alike_stay_different(data):
    names = tuple("x" * 70 + end for end in "abc"[: len(data.classes)])
    kept = own.facts_of(own.keep(replace(data, classes=names))).classes
    assert len(set(kept)) == len(names) and all(len(name) == own.MOST_NAME for name in kept)
