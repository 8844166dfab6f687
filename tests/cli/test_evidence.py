"""`explain --evidence`: verdicts on the screen, all of it in the file, the same again under the same seed."""

import json

import numpy as np
import pytest
import torch

from medrnn.__main__ import main
from medrnn.datasets import load_dataset
from medrnn.explanation.attribution.others import others_of
from medrnn.explanation.evidence.randomise import randomise
from medrnn.explanation.evidence.subject import subject_of
from medrnn.imaging.samples import read_sample
from medrnn.models.catalog import find_card, load_model
from medrnn.sequences import read_study
from tests.conftest import SAMPLES

CHEST, OTHER = SAMPLES / "chest-child-pneumonia-1.png", SAMPLES / "chest-child-normal-1.png"


def read(file, card):
    return read_study(read_sample(file.stem), card.config.reading)


def run(capsys, *args):
    code = main(["explain", *map(str, args)])
    return code, *capsys.readouterr()


def asked(out, *more):
    return (CHEST, "--model", "pneumonia-rnn-forward", "--method", "saliency", "--out", out, *more)


def test_the_verdicts_are_printed_and_stand_in_the_file(capsys, tmp_path):
    code, out, _ = run(capsys, *asked(tmp_path / "m.npz", "--evidence", "--seed", 3, "--json"))
    told = json.loads(out)
    assert code == 0 and told["headline"]
    names = [one["name"] for one in told["verdicts"]]
    assert {"randomisation", "deletion", "road", "sensitivity", "time"} <= set(names)
    with np.load(tmp_path / "m.npz", allow_pickle=False) as file:
        kept = json.loads(str(file["evidence"]))
        assert kept["verdicts"] == told["verdicts"] and kept["seed"] == 3
        np.testing.assert_allclose(file["evidence/deletion/scores"], kept["deletion"]["scores"])
        assert str(file["model_digest"]) and str(file["method"]) == "saliency"
    run(capsys, *asked(tmp_path / "again.npz", "--evidence", "--seed", 3, "--json"))
    with np.load(tmp_path / "again.npz", allow_pickle=False) as file:
        assert json.loads(str(file["evidence"])) == kept


def test_people_read_sentences(capsys, tmp_path):
    code, out, _ = run(capsys, *asked(tmp_path / "m.npz", "--evidence"))
    lines = dict(line.split(": ", 1) for line in out.strip().splitlines())
    assert code == 0 and lines["evidence"].endswith(".")
    assert "all weights drawn anew" in lines["randomisation"]


def test_without_a_file_the_verdicts_are_printed_alone(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = (CHEST, "--model", "pneumonia-rnn-forward", "--method", "saliency", "--evidence", "--json")
    code, out, err = run(capsys, *words)
    told = json.loads(out)
    assert code == 0 and told["out"] is None and told["headline"] and told["verdicts"]
    assert "--out FILE.npz keeps the map" in err and not list(tmp_path.iterdir())
    run(capsys, *words[:-1], "--out", tmp_path / "m.npz", "--json")
    with np.load(tmp_path / "m.npz", allow_pickle=False) as file:
        assert json.loads(str(file["evidence"]))["verdicts"] == told["verdicts"]


def test_without_it_a_map_is_as_it_was(capsys, tmp_path):
    _, out, _ = run(capsys, *asked(tmp_path / "m.npz", "--json"))
    assert "verdicts" not in json.loads(out)
    with np.load(tmp_path / "m.npz", allow_pickle=False) as file:
        assert not any(name.startswith("evidence") for name in file.files)


def test_a_mask_says_how_much_of_the_map_lies_in_it(capsys, tmp_path):
    film, mask = SAMPLES / "chest-film-viral-1.jpg", SAMPLES / "chest-film-viral-1-lungs.png"
    given = (film, "--model", "pneumonia-rnn-forward", "--method", "saliency", "--out", tmp_path / "m.npz")
    _, out, _ = run(capsys, *given, "--evidence", "--mask", mask, "--json")
    assert "localisation" in [one["name"] for one in json.loads(out)["verdicts"]]
    with np.load(tmp_path / "m.npz", allow_pickle=False) as file:
        kept, values = json.loads(str(file["evidence"]))["localisation"], file["values"]
    assert 0 < kept["mass"] < 1 and kept["pixels"] == round(kept["share"] * values.size)


@pytest.mark.parametrize("method", ["resampled-occlusion", "gradient-shap"])
def test_maps_with_other_images_are_tested_with_these_images(capsys, tmp_path, method):
    """The same verdicts as ``gather`` gives with the same images; and not those without."""
    out, card = tmp_path / "m.npz", find_card("pneumonia-rnn-forward")
    words = (CHEST, "--model", card.id, "--method", method, "--out", out, "--others", "mnist", "--seed", 2)
    code, told, _ = run(capsys, *words, "--evidence", "--json")
    assert code == 0 and json.loads(told)["others"] == 256
    with np.load(out, allow_pickle=False) as file:
        kept, values = json.loads(str(file["evidence"])), file["values"]
    model, x = load_model(card.id), read(CHEST, card).sequence
    images = torch.from_numpy(others_of(load_dataset("mnist"), card, seed=2))
    how = {"method": method, "target": kept["target"], "reading": card.config.reading, "seed": 2}
    with_images = randomise(subject_of(model, x, **how, images=images), values)
    assert kept["randomisation"]["rank"] == pytest.approx(with_images.rank.tolist(), abs=1e-5)
    if method == "gradient-shap":  # goes without them too, and is another map then
        without = randomise(subject_of(model, x, **how), values)
        assert np.abs(with_images.rank - without.rank).max() > 0.01


def test_a_map_against_another_image_is_tested_against_it(capsys, tmp_path):
    words = asked(tmp_path / "m.npz", "--evidence", "--baseline-image", OTHER, "--json")
    code, told, _ = run(capsys, *words)
    assert code == 0 and json.loads(told)["verdicts"]
    with np.load(tmp_path / "m.npz", allow_pickle=False) as file:
        kept = json.loads(str(file["evidence"]))
    assert kept["baseline"] == "image"
    card = find_card("pneumonia-rnn-forward")
    last = load_model(card.id)(torch.from_numpy(read(OTHER, card).sequence)[None]).softmax(-1)
    assert kept["deletion"]["scores"][-1] == pytest.approx(float(last[0, kept["target"]]), abs=1e-5)


@pytest.mark.parametrize("more", [("--mask", "lungs.png"), ("--evidence", "--seed", -1)])
def test_what_cannot_be_is_said(capsys, tmp_path, more):
    code, _, err = run(capsys, *asked(tmp_path / "m.npz", *more))
    assert code == 2 and err.startswith("error: ")
    assert ("seed: expected" if "--evidence" in more else "Add --evidence") in err
