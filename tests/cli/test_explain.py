"""``explain`` and its methods: the list, seed, step, other baselines and images; what is refused."""

import json

import numpy as np
import pytest

from medrnn.__main__ import main
from medrnn.datasets import load_dataset
from medrnn.explanation.attribution.explain import explain, explain_reading
from medrnn.explanation.attribution.methods import METHODS, REFUSED, methods_for
from medrnn.explanation.attribution.others import others_of
from medrnn.imaging.samples import read_sample
from medrnn.models.catalog import find_card, load_model
from medrnn.sequences import read_study
from tests.conftest import SAMPLES

CHEST, OTHER = SAMPLES / "chest-child-pneumonia-1.png", SAMPLES / "chest-child-normal-1.png"
FORWARD = "pneumonia-lstm-forward"


@pytest.fixture
def run(capsys):
    def ask(*words, code=0):
        assert main(["explain", *map(str, words)]) == code
        said = capsys.readouterr()
        return said.out if code == 0 else said.err

    return ask


def read(file, card):
    return read_study(read_sample(file.stem), card.config.reading)


def test_the_list_is_the_dict_and_of_a_model_what_is_right_for_it(run):
    told = json.loads(run("--list", "--json"))
    assert [one["name"] for one in told["methods"]] == list(METHODS) and told["refused"] == REFUSED
    assert next(one for one in told["methods"] if one["name"] == "row-occlusion")["forwards"] == 29
    card = find_card("chest-rows")
    told = json.loads(run("--list", "--model", "chest-rows", "--json"))
    expected = [
        (name, how.cost(card.config.reading)) for name, how in methods_for(card, has_others=True).items()
    ]
    assert [(one["name"], one["forwards"]) for one in told["methods"]] == expected
    text = run("--list")
    assert all(f"\n{name} " in text for name in (*METHODS, *REFUSED))


def test_seed_step_and_baseline_reach_the_map_and_the_file(run, tmp_path):
    out, card = tmp_path / "m.npz", find_card(FORWARD)
    words = (CHEST, "--model", FORWARD, "--out", out, "--class", "pneumonia", "--json")
    asked = ("--method", "gradient-shap", "--seed", 3, "--step", 20, "--baseline", "noise")
    told = json.loads(run(*words, *asked))
    assert (told["seed"], told["step"], told["samples"], told["others"]) == (3, 20, 50, 0)
    settings = {"method": "gradient-shap", "baseline": "noise", "seed": 3, "step": 20, "target": "pneumonia"}
    expected = explain_reading(load_model(FORWARD), card, read(CHEST, card), **settings)
    with np.load(out) as found:
        np.testing.assert_allclose(found["values"], expected.values, atol=1e-7)
        assert (found["seed"], found["step"], found["samples"], found["others"]) == (3, 20, 50, 0)
    told = json.loads(run(*words, "--method", "saliency"))
    assert (told["seed"], told["step"], told["samples"]) == (None, None, 0)
    with np.load(out) as found:
        assert (found["seed"], found["step"]) == (-1, -1)


def test_another_image_is_the_baseline(run, tmp_path):
    out, card = tmp_path / "m.npz", find_card(FORWARD)
    words = (CHEST, "--model", FORWARD, "--out", out, "--method", "row-occlusion", "--json")
    told = json.loads(run(*words, "--baseline", "image", "--baseline-image", OTHER))
    assert told["baseline"] == "image"
    base, target = read(OTHER, card).sequence, card.classes.index(told["class"])
    x, reading = read(CHEST, card).sequence, card.config.reading
    settings = {"method": "row-occlusion", "target": target, "baseline": base, "reading": reading}
    with np.load(out) as found:
        np.testing.assert_allclose(
            found["values"], explain(load_model(FORWARD), x, **settings).values, atol=1e-7
        )


def test_other_images_are_those_that_the_model_learnt_from_or_were_named(run, tmp_path):
    out, card = tmp_path / "m.npz", find_card(FORWARD)
    words = (CHEST, "--model", FORWARD, "--out", out, "--method", "resampled-occlusion", "--json")
    for name, more in ((card.config.data, ()), ("mnist", ("--others", "mnist"))):
        told = json.loads(run(*words, *more))
        assert told["others"] == 256 and told["baseline"] is None
        others = others_of(load_dataset(name), card)
        settings = {"method": "resampled-occlusion", "others": others, "target": told["class"]}
        with np.load(out) as found:
            expected = explain_reading(load_model(FORWARD), card, read(CHEST, card), **settings)
            np.testing.assert_allclose(found["values"], expected.values, atol=1e-7)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--method", "deeplift"), "deeplift is refused: its rules"),
        (("--method", "guided-cam"), "expected one of integrated-gradients, saliency, "),
        (
            ("--method", "grad-cam"),
            "grad-cam is not right here: a class activation map asks for a convolution",
        ),
        (("--step", "28"), "step: expected 0 to 27, got 28"),
        (("--baseline", "white"), "baseline: expected one of black, mean, blur, noise, image, got 'white'"),
        (("--baseline", "image"), "expected --baseline-image FILE"),
        (("--baseline", "blur", "--baseline-image", str(OTHER)), "expected --baseline image beside it"),
        (("--evidence", "--step", "3"), "evidence: expected a map of the whole image's answer"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(run, tmp_path, words, said):
    error = run(CHEST, "--model", FORWARD, "--out", tmp_path / "m.npz", *words, code=2)
    assert error.startswith("error: ") and said in error and error.count("\n") == 1
    assert not (tmp_path / "m.npz").exists()


def test_what_is_missing_is_said(run, tmp_path):
    assert "FILE: expected one, got none" in run(code=2)
    assert "--model: expected one" in run(CHEST, code=2)
    assert "--out: expected an .npz file for the map" in run(CHEST, "--model", FORWARD, code=2)
