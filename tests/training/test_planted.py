"""The set and the recipes of the networks that learn to see planted spots."""

import numpy as np
import pytest

from medrnn.config.network import check_network
from medrnn.datasets.planted import Planting, plant_set
from medrnn.errors import ConfigError
from medrnn.models.networks import build_network
from medrnn.training.planted import LEARNT, RECIPES, SEED, planted_data, ship, train_planted


def test_what_is_learnt_from_is_noisy_and_what_is_tested_is_not():
    found, plain = planted_data(2, 15.0), plant_set(Planting(seed=SEED, radius=LEARNT))
    films = len(plain["train_images"])
    assert len(found.train) == 2 * films
    for split in ("val", "test"):
        np.testing.assert_array_equal(getattr(found, split).images, plain[f"{split}_images"])
        np.testing.assert_array_equal(getattr(found, split).labels, plain[f"{split}_labels"].ravel())
    moved = found.train.images[:films].astype(float) - plain["train_images"]
    inner = (plain["train_images"] > 60) & (plain["train_images"] < 195)  # not cut off at black and white
    assert moved[inner].std() == pytest.approx(15, rel=0.02) and abs(moved[inner].mean()) < 0.1
    first, second = found.train.labels[:films], found.train.labels[films:]
    assert 0.3 < (first != second).mean() < 0.7  # the same film is seen with a spot and without


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_is_a_network(name):
    config = RECIPES[name].config
    check_network(config.model, config.reading)
    model = build_network(config.model, config.reading)
    assert sum(weight.numel() for weight in model.parameters()) * 4 < 1.5e6  # bytes


def test_an_unknown_network_lists_the_known_ones(tmp_path):
    with pytest.raises(ConfigError, match="network: expected one of .*cnn"):
        next(train_planted("transformer", tmp_path / "out"))


def test_what_ships_is_the_card_and_the_weights(tmp_path, monkeypatch):
    monkeypatch.setattr("medrnn.training.planted.FOLDER", tmp_path / "ships")
    (tmp_path / "run").mkdir()
    for file in ("card.json", "model.safetensors", "events.jsonl"):
        (tmp_path / "run" / file).write_text(file)
    target = ship(tmp_path / "run", "cnn")
    assert sorted(one.name for one in target.iterdir()) == ["card.json", "model.safetensors"]
