"""The weights of several seeds: kept beside each other, checked, and their spread beside an answer."""

import json
import re
import shutil

import numpy as np
import pytest

from medrnn.errors import CatalogError
from medrnn.imaging.samples import read_sample
from medrnn.models import catalog
from medrnn.models.cards import read_card
from medrnn.models.predict import predict
from medrnn.sequences import read_study
from medrnn.ui import operating
from tests import networks


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return networks.write(tmp_path_factory.mktemp("seeds"), "cnn", seeds=(3, 4, 5))


@pytest.fixture
def folder(trained, runs):
    shutil.copytree(trained, runs / "cnn")
    return runs / "cnn"


def test_every_seed_is_kept_with_its_own_weights(folder):
    card = read_card(folder)
    assert card.config.seed == 3 and list(card.other_seeds) == [4, 5]
    assert sorted(f.name for f in folder.glob("*.safetensors")) == [
        "model-seed4.safetensors",
        "model-seed5.safetensors",
        "model.safetensors",
        "novelty.safetensors",
    ]
    assert len(set(catalog.weight_files(card).values())) == 3
    first = catalog.load_model(folder).head.weight
    assert not any((one.head.weight == first).all() for one in catalog.load_seeds(card))


def test_an_answer_comes_with_the_lowest_and_the_highest_of_all_seeds(folder):
    card = read_card(folder)
    reading = read_study(read_sample("chest-child-pneumonia-1"), card.config.reading)
    found = predict(catalog.load_model(folder), card, reading, seeds=catalog.load_seeds(card))
    alone = [
        predict(one, card, reading).probabilities
        for one in (catalog.load_model(folder), *catalog.load_seeds(card))
    ]
    np.testing.assert_allclose(found.seeds, alone, atol=1e-6)
    np.testing.assert_allclose(found.seeds[0], found.probabilities, atol=1e-7)
    lowest, highest = min(p[1] for p in alone), max(p[1] for p in alone)
    assert found.spread(1) == pytest.approx((lowest, highest))
    k = found.answer
    numbers = [float(n) for n in re.findall(r"[\d.]+(?= to| %)", operating.seeds_sentence(found))]
    assert numbers == pytest.approx(
        [100 * min(p[k] for p in alone), 100 * max(p[k] for p in alone)], abs=0.05
    )


def test_one_seed_has_no_spread(folder):
    card = read_card(folder)
    reading = read_study(read_sample("chest-child-pneumonia-1"), card.config.reading)
    found = predict(catalog.load_model(folder), card, reading)
    assert found.spread(1) is None and operating.seeds_sentence(found) == ""


def test_changed_or_missing_weights_of_a_seed_are_refused(folder):
    assert list(catalog.list_cards())[-1] == "cnn"
    path = folder / "model-seed5.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert "cnn" not in catalog.list_cards()
    with pytest.raises(CatalogError, match="weights"):
        catalog.load_seeds(read_card(folder))
    path.unlink()
    assert "cnn" in catalog.list_damaged()


def test_seeds_without_kept_weights_are_figures_only(folder):
    path = folder / "card.json"
    raw = json.loads(path.read_text())
    for row in raw["metrics"]["seeds"]:
        row.pop("digest")
    path.write_text(json.dumps(raw))
    assert read_card(folder).other_seeds == {}
    assert catalog.load_seeds(read_card(folder)) == []


def test_a_card_that_names_a_seed_twice_is_refused(folder):
    path = folder / "card.json"
    raw = json.loads(path.read_text())
    raw["metrics"]["seeds"].append(raw["metrics"]["seeds"][1])
    path.write_text(json.dumps(raw))
    with pytest.raises(CatalogError, match="names a seed twice"):
        read_card(folder)
