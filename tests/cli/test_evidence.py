"""`explain --evidence`: verdicts on the screen, all of it in the file, the same again under the same seed."""

import json

import numpy as np
import pytest

from medrnn.__main__ import main
from tests.conftest import SAMPLES

CHEST = SAMPLES / "chest-child-pneumonia-1.png"


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


@pytest.mark.parametrize("more", [("--mask", "lungs.png"), ("--evidence", "--seed", -1)])
def test_what_cannot_be_is_said(capsys, tmp_path, more):
    code, _, err = run(capsys, *asked(tmp_path / "m.npz", *more))
    assert code == 2 and err.startswith("error: ")
    assert ("seed: expected" if "--evidence" in more else "Add --evidence") in err
