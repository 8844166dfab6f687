"""``adopt``: weights of others from a shell, and then every command by the model's folder."""

import json

import pytest
import torch
from safetensors.torch import save_file

from medrnn.models.catalog import find_card
from tests.cli.test_cli import run
from tests.conftest import SAMPLES
from tests.models.adopt.strangers import Stranger


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "theirs.safetensors"
    save_file(Stranger("GRU", features=28, classes=2).state_dict(), path)
    return path


def test_weights_become_a_model_that_answers_by_its_folder(weights, tmp_path):
    out = tmp_path / "mine"
    told = json.loads(run("adopt", weights, "--classes", "no,yes", "--out", out, "--json").stdout)
    assert told["network"] == "GRU 2 x 6" and told["measured"] is False and told["classes"] == ["no", "yes"]
    found = json.loads(
        run("predict", SAMPLES / "chest-child-pneumonia-1.png", "--model", out, "--json").stdout
    )
    assert set(found["probabilities"]) == {"no", "yes"} and len(found["steps"]) == 28


def test_what_cannot_be_taken_is_one_line(weights, tmp_path):
    torch.save(Stranger().state_dict(), tmp_path / "theirs.pt")
    result = run("adopt", tmp_path / "theirs.pt", "--classes", "a,b,c", "--out", tmp_path / "mine", code=2)
    assert "save_file" in result.stderr and len(result.stderr.splitlines()) == 1
    result = run("adopt", weights, "--classes", "a,b,c", "--out", tmp_path / "mine", code=2)
    assert "the head has 2" in result.stderr and not (tmp_path / "mine").exists()
    assert "cannot be read" in run("adopt", tmp_path / "no", "--classes", "a,b", "--out", "x", code=2).stderr
    words = ("adopt", weights, "--classes", "a,b", "--reading", "raster", "--out", tmp_path / "mine")
    assert "--size ROWS COLUMNS" in run(*words, code=2).stderr


def test_a_network_behind_a_stem_comes_back_by_its_card(tmp_path):
    card = find_card("chest-rows")
    words = (
        "adopt",
        card.folder / "model.safetensors",
        "--classes",
        ",".join(card.classes),
        "--out",
        tmp_path / "m",
    )
    assert "settings too" in run(*words, code=2).stderr
    run(*words, "--settings", card.folder / "card.json")
    assert find_card(tmp_path / "m").digest == card.digest
