"""``train --cut``: what a volume becomes, kept in the run, so that it is repeated, resumed and measured likewise."""

import json

import nibabel as nib
import numpy as np
import pytest

from medrnn.models.cards import read_card
from medrnn.models.catalog import load_model
from tests.cli.test_cli import run


@pytest.fixture
def volumes(tmp_path, rng):
    """Ten by class, 5 slices of 8 x 8; in class 1 the last slices are bright."""
    made = {}
    for split, count in (("train", 20), ("val", 8), ("test", 8)):
        labels = np.arange(count) % 2
        images = rng.integers(0, 80, (count, 5, 8, 8), np.uint8)
        images[labels == 1, 3:] += 120
        made |= {f"{split}_images": images, f"{split}_labels": labels}
    np.savez(tmp_path / "own.npz", **made)
    return tmp_path / "own.npz"


@pytest.fixture
def settings(tmp_path):
    from medrnn.config import ModelConfig, TrainConfig
    from medrnn.config.reading import read_slices

    reading = read_slices(5, 8)
    model = ModelConfig(features=64, layers=1, width=4, dropout=0, encoder="linear", encoded=4)
    config = TrainConfig(model=model, reading=reading, epochs=1, batch=8)
    path = tmp_path / "c.json"
    path.write_text(json.dumps(config.to_dict()))
    return path


def test_volumes_are_read_slice_by_slice_and_the_run_says_so(tmp_path, volumes, settings):
    words = ("--config", settings, "--data", volumes, "--threads", 1)
    refused = run("train", *words, "--out", tmp_path / "none", code=2)
    assert "the cut (--cut on the command line)" in refused.stderr and not (tmp_path / "none").exists()
    run("train", *words, "--cut", "slices", "--out", tmp_path / "mine")
    card = read_card(tmp_path / "mine")
    assert card.config.cut == json.loads((tmp_path / "mine" / "config.json").read_text())["cut"] == "slices"
    again = run(
        "train", "--config", tmp_path / "mine" / "config.json", "--threads", 1, "--out", tmp_path / "two"
    )
    assert json.loads(again.stdout.splitlines()[-1])["digest"] == card.digest
    found = json.loads(run("evaluate", "--model", tmp_path / "mine", "--data", volumes, "--json").stdout)
    assert found["accuracy"] == pytest.approx(card.metrics["test"]["accuracy"])
    assert load_model(tmp_path / "mine").reading.slices == 5
    over = json.loads(
        run(
            "compare", "--data", volumes, "--model", tmp_path / "mine", "--model", tmp_path / "two", "--json"
        ).stdout
    )
    assert {one["accuracy"] for one in over["figures"]} == {card.metrics["test"]["accuracy"]}


def test_commands_over_a_set_cut_it_as_the_model_learnt_it(tmp_path, volumes, settings):
    words = (
        "--config",
        settings,
        "--data",
        volumes,
        "--threads",
        1,
        "--cut",
        "slices",
        "--out",
        tmp_path / "mine",
    )
    run("train", *words)
    values = np.load(volumes)["test_images"][1].transpose(2, 1, 0)
    nib.Nifti1Image(np.ascontiguousarray(values), np.eye(4)).to_filename(tmp_path / "one.nii")
    of = (tmp_path / "one.nii", "--model", tmp_path / "mine")
    found = json.loads(run("nearest", *of, "--data", volumes, "--json").stdout)
    assert found["n"] == 20 and len(found["by_state"]["cases"]) == 5
    changed = json.loads(
        run("intervene", *of, "--edit", '{"kind": "skip", "steps": [1]}', "--data", volumes, "--json").stdout
    )
    assert changed["over_data"]["n"] == 8
    refused = run("nearest", *of, code=2)
    assert "learnt from data that are not shipped" in refused.stderr and "--data" in refused.stderr


def test_a_shipped_set_has_no_cut_to_choose(tmp_path):
    words = ("train", "--preset", "ms-slices", "--cut", "slices", "--out", tmp_path / "out")
    refused = run(*words, code=2)
    assert "cut: expected none, got slices: ms-slices is made of its files already" in refused.stderr
    assert not (tmp_path / "out").exists()


def test_who_goes_on_cannot_choose_anew(tmp_path):
    refused = run("train", "--resume", tmp_path, "--cut", "mean", code=2)
    assert "--resume takes the settings of the run" in refused.stderr
