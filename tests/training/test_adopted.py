"""Weights from elsewhere answer here what their own module answers, and their card says that nothing is measured."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save

import medrnn
from medrnn.config import ReadingConfig
from medrnn.errors import CatalogError, ConfigError
from medrnn.evaluation.evaluate import answer
from medrnn.models.cards import UNKNOWN, read_card
from medrnn.models.catalog import find_card, is_private, list_cards, load_model
from medrnn.training import adopted
from medrnn.training.adopted import Asked, adopt, adopt_own, new_folder
from medrnn.training.runs.processes import list_runs
from tests.models.adopt.strangers import Stranger

ROWS = ReadingConfig(size=(8, 10))
NAMES = ("a", "b", "c")


def packed(module):
    return save({name: weight.contiguous() for name, weight in module.state_dict().items()})


def pictures(rng, shape=(5, 8, 10)):
    return torch.from_numpy(rng.random(shape, np.float32))


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
@pytest.mark.parametrize("look", [{}, {"both": False, "layers": 1}, {"pool": True}, {"bias": False}, {"layers": 3}],
                         ids=["both ways", "one way", "mean and maximum", "no bias", "three layers"])  # fmt: skip
def test_the_answers_are_those_of_the_plain_module(rng, tmp_path, kind, look):
    module, grids = Stranger(kind, **look).eval(), pictures(rng)
    adopt(packed(module), Asked(NAMES, ROWS), tmp_path / "mine")
    with torch.inference_mode():
        wanted = module(grids).softmax(-1).numpy()
    found = answer(load_model(tmp_path / "mine"), grids, ROWS)
    np.testing.assert_allclose(found, wanted, atol=1e-6)
    assert np.ptp(wanted, axis=0).max() > 1e-3  # it does depend on the image


def test_columns_patches_colour_and_reverse_are_read_as_asked(rng, tmp_path):
    module = Stranger(features=12).eval()
    reading = ReadingConfig("raster", "reverse", (4, 6), 2, "rgb")
    adopt(packed(module), Asked(NAMES, reading), tmp_path / "mine")
    grids = pictures(rng, (3, 4, 6, 3))
    tiles = [grids[:, y : y + 2, x : x + 2].reshape(3, 12) for y in (0, 2) for x in (0, 2, 4)]
    with torch.inference_mode():
        wanted = module(torch.stack(tiles[::-1], 1)).softmax(-1).numpy()
    np.testing.assert_allclose(answer(load_model(tmp_path / "mine"), grids, reading), wanted, atol=1e-6)


@pytest.mark.parametrize("name", adopted.SCALES)
def test_the_scale_it_learnt_from_goes_into_the_first_layer(rng, tmp_path, name):
    _, mean, std = adopted.SCALES[name]
    module, grids = Stranger(bias=False).eval(), pictures(rng)
    card = adopt(packed(module), Asked(NAMES, ROWS, mean=mean, std=std), tmp_path / "mine")
    with torch.inference_mode():
        wanted = module((grids - mean) / std).softmax(-1).numpy()
    np.testing.assert_allclose(answer(load_model(card.folder), grids, ROWS), wanted, atol=2e-6)


def test_one_logit_is_the_log_odds_of_the_second_class(rng, tmp_path):
    module, grids = Stranger(classes=1).eval(), pictures(rng)
    adopt(packed(module), Asked(("no", "yes"), ROWS), tmp_path / "mine")
    with torch.inference_mode():
        wanted = module(grids).sigmoid()[:, 0].numpy()
    found = answer(load_model(tmp_path / "mine"), grids, ROWS)
    np.testing.assert_allclose(found[:, 1], wanted, atol=1e-6)
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-6)


@pytest.mark.parametrize("model", ["pneumonia-lstm", "chest-renet"])
def test_networks_of_this_program_come_back_by_their_settings(tmp_path, model):
    card = find_card(model)
    data = (card.folder / "model.safetensors").read_bytes()
    again = adopt_own(data, card.config, card.classes, tmp_path / "again")
    assert (again.digest, again.parameters) == (card.digest, card.parameters)
    before, after = load_model(model).state_dict(), load_model(tmp_path / "again").state_dict()
    assert all(after[name].equal(weight) for name, weight in before.items())
    with pytest.raises(CatalogError, match="not those of this network"):
        adopt_own(data, find_card("pneumonia-gru").config, card.classes, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_stack_of_this_program_needs_no_settings(tmp_path):
    card = find_card("pneumonia-lstm-columns")
    data = (card.folder / "model.safetensors").read_bytes()
    again = adopt(data, Asked(card.classes, card.config.reading), tmp_path / "again")
    assert again.digest == card.digest


def test_the_card_says_that_nothing_is_measured_and_the_model_can_be_traced(rng, tmp_path):
    card = adopt(packed(Stranger("GRU")), Asked(NAMES, ROWS), tmp_path / "mine")
    assert read_card(tmp_path / "mine") == card and not card.is_measured and card.data["name"] == UNKNOWN
    assert any("not measured here" in sentence for sentence in card.limits)
    trace = medrnn.trace(load_model(tmp_path / "mine"), rng.random((8, 10), np.float32))
    assert trace.error < 1e-4


def test_a_card_of_known_data_without_figures_is_damaged(tmp_path):
    card = adopt(packed(Stranger()), Asked(NAMES, ROWS), tmp_path / "mine")
    raw = json.loads((card.folder / "card.json").read_text())
    raw["data"]["name"] = "mnist"
    (card.folder / "card.json").write_text(json.dumps(raw))
    with pytest.raises(CatalogError, match="lacks the figures"):
        read_card(card.folder)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"classes": ("a", "b")}, "the head has 3, expected as many names, got 2"),
        ({"classes": ("a", "b", "a")}, "expected 3 different names, got 'a' twice"),
        ({"classes": ("a", "", "b")}, "names of 1 to 60"),
        ({"classes": ("a", "b\n", "c")}, "names of 1 to 60"),
        ({"reading": ReadingConfig(size=(10, 8))}, "reads 10 values a step, rows, top to bottom at 10 x 8 gives 8"),
        ({"readout": "mean+max"}, "the head's width allows last"),
        ({"nonlinearity": "relu"}, "ReLU cannot be run here"),
        ({"nonlinearity": "gelu"}, "expected one of tanh, relu"),
        ({"std": 0.0}, "std"),
        ({"mean": float("nan")}, "mean"),
    ],
)  # fmt: skip
def test_what_does_not_go_with_the_weights_is_refused_and_no_folder_is_made(tmp_path, changes, match):
    with pytest.raises(ConfigError, match=match):
        adopt(packed(Stranger("RNN")), replace(Asked(NAMES, ROWS), **changes), tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_weights_with_nan_and_a_taken_folder_are_refused(tmp_path):
    module = Stranger()
    with torch.no_grad():
        module.fc.weight[0, 0] = float("nan")
    with pytest.raises(CatalogError, match=r"no finite numbers, in 'fc\.weight'"):
        adopt(packed(module), Asked(NAMES, ROWS), tmp_path / "mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").touch()
    with pytest.raises(ConfigError, match="a new or an empty folder"):
        adopt(packed(Stranger()), Asked(NAMES, ROWS), tmp_path / "full")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["a"]


def test_a_visitors_model_stands_in_no_list_and_is_no_run(runs, monkeypatch):
    card = adopt(packed(Stranger()), Asked(NAMES, ROWS), new_folder())
    assert is_private(card.id) and card.folder.parent == runs
    assert card.id not in list_cards() and card.id in list_cards(with_private=True)
    assert list_runs(held={card.id}) == []
    for bound in ("MOST_KEPT", "MOST_ALL_BYTES"):
        with monkeypatch.context() as context:
            context.setattr(adopted, bound, 1)
            with pytest.raises(ConfigError, match="Expected room for another model, 1 that"):
                new_folder()
    assert new_folder() != new_folder()
