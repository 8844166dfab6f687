"""The shipped models keep what the project promises of them, measured again on the CPU."""

import numpy as np
import pytest

from medrnn.config import ASSETS
from medrnn.datasets import DATASETS, Split, load_dataset
from medrnn.evaluation.evaluate import answer, to_grids
from medrnn.evaluation.metrics import measure
from medrnn.models.catalog import MODELS, SHIPPED, list_cards, load_model, load_novelty, load_seeds, read_card
from medrnn.models.checkpoints import digest
from medrnn.training.presets import PRESETS
from medrnn.training.run import assess_answers

AIMS = {  # accuracy and AUC in the mean of three seeds
    "chest-renet": (0.955, 0.984),
    "chest-rows": (0.95, 0.981),
    "chest-cnn": (0.955, 0.985),
    "chest-kinds": (0.88, 0.96),
    "blood-renet": (0.91, 0.994),
    "ms-slices": (0.87, 0.94),
    "official-best": (0.929, 0.975),
}
FLOORS = {"mnist-lstm": 0.985, "mnist-rnn": 0.965, "mnist-gru": 0.983}


@pytest.fixture(scope="module")
def sets():
    return {name: load_dataset(name) for name in DATASETS}


@pytest.mark.parametrize("name", MODELS)
def test_a_card_describes_its_weights_and_its_recipe(name):
    card = read_card(SHIPPED / name)
    assert card.id == name
    assert card.digest == digest(SHIPPED / name / "model.safetensors")
    assert card.config == PRESETS[name]
    assert card.config.seed == 0
    assert f"--preset {name}" in card.command
    assert any("not for diagnosis" in sentence for sentence in card.limits)
    assert load_novelty(card) is not None


@pytest.mark.parametrize("name", MODELS)
def test_the_test_figures_of_a_card_come_out_again(name, sets):
    card = read_card(SHIPPED / name)
    test = sets[card.data["name"]].test
    p = answer(load_model(name), to_grids(test.images, card.config.reading), card.config.reading)
    found = measure(p, test.labels, intervals=False)
    assert found["accuracy"] == pytest.approx(card.metrics["test"]["accuracy"], abs=2.1 / len(test))
    assert found["auc"] == pytest.approx(card.metrics["test"]["auc"], abs=1e-3)


@pytest.mark.parametrize(("name", "floor"), FLOORS.items())
def test_mnist_models_reach_the_articles_accuracy(name, floor):
    assert read_card(SHIPPED / name).metrics["test"]["accuracy"] >= floor


@pytest.mark.parametrize("name", ["pneumonia-rnn", "pneumonia-lstm", "pneumonia-gru"])
def test_pneumonia_models_reach_their_floor_in_the_mean_of_three_seeds(name):
    metrics = read_card(SHIPPED / name).metrics
    assert [row["seed"] for row in metrics["seeds"]] == [0, 1, 2]
    for figure, floor in (("accuracy", 0.88), ("auc", 0.95)):
        mean = np.mean([row["test"][figure] for row in metrics["seeds"]])
        assert mean >= floor
        assert metrics["mean"][figure] == pytest.approx(mean)
        assert all(row["test"]["intervals"][figure][0] < row["test"][figure] for row in metrics["seeds"])


@pytest.mark.parametrize(("name", "aims"), AIMS.items(), ids=list(AIMS))
def test_networks_over_the_image_reach_their_floor_in_the_mean_of_three_seeds(name, aims):
    rows = read_card(SHIPPED / name).metrics["seeds"]
    assert [row["seed"] for row in rows] == [0, 1, 2]
    for figure, aim in zip(("accuracy", "auc"), aims, strict=True):
        assert np.mean([row["test"][figure] for row in rows]) >= aim


@pytest.mark.parametrize(("name", "aim"), [("mnist-renet", 0.994), ("mnist-lstm", 0.988)])
def test_networks_over_digits_reach_their_aim_in_the_mean_of_three_seeds(name, aim):
    rows = read_card(SHIPPED / name).metrics["seeds"]
    assert [row["seed"] for row in rows] == [0, 1, 2]
    assert np.mean([row["test"]["accuracy"] for row in rows]) >= aim


@pytest.mark.parametrize("name", list(AIMS))
def test_the_weights_of_every_seed_are_there_and_give_its_figures(name, sets):
    card = read_card(SHIPPED / name)
    assert list(card.other_seeds) == [1, 2]
    whole = sets[card.data["name"]].test
    test = Split(whole.images[::4], whole.labels[::4])
    for row, network in zip(card.metrics["seeds"][1:], load_seeds(card), strict=True):
        p = answer(network, to_grids(test.images, card.config.reading), card.config.reading)
        assert abs(float((p.argmax(1) == test.labels).mean()) - row["test"]["accuracy"]) < 0.06
    assert len({*card.other_seeds.values(), card.digest}) == 3


def test_what_ships_stays_small():
    assert sum(f.stat().st_size for f in ASSETS.rglob("*") if f.is_file()) < 90e6
    assert sum(f.stat().st_size for name in AIMS for f in (SHIPPED / name).iterdir()) < 25e6


def test_the_catalogue_lists_the_shipped_models_in_their_order():
    assert tuple(list_cards())[: len(MODELS)] == MODELS


@pytest.mark.parametrize("name", MODELS)
def test_prediction_sets_cover_each_class_on_held_out_halves_within_two_standard_errors(name):
    sets = read_card(SHIPPED / name).sure["sets"]
    assert sets["level"] == 0.9 and sets["rounds"] == 200
    for row in sets["classes"]:
        assert abs(row["halves"] - 0.9) < 2 * np.sqrt(0.9 * 0.1 / row["held_out"])


@pytest.mark.parametrize("name", ["pneumonia-gru", "chest-kinds"])
def test_how_sure_a_model_is_comes_out_again(name, sets):
    card, data = read_card(SHIPPED / name), sets[read_card(SHIPPED / name).config.data]
    model, reading = load_model(name), card.config.reading
    val, test = (answer(model, to_grids(one.images, reading), reading) for one in (data.val, data.test))
    found = assess_answers(val, test, data)
    for one, again in zip(card.sure["sets"]["classes"], found["sets"]["classes"], strict=True):
        assert again["limit"] == pytest.approx(one["limit"], abs=1e-4)
        assert again["test"] == pytest.approx(one["test"], abs=2.1 / one["test_count"])
    assert found["temperature"]["value"] == pytest.approx(card.sure["temperature"]["value"], rel=1e-3)
    assert found["temperature"]["is_on"] is card.sure["temperature"]["is_on"] is (name == "pneumonia-gru")
    assert found["ece"]["value"] == pytest.approx(card.sure["ece"]["value"], abs=5e-3)
