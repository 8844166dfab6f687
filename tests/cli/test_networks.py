"""The commands on networks of every kind, in this process, on cards of their own."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from medrnn.__main__ import main
from medrnn.config import ASSETS, ModelConfig, ReadingConfig
from medrnn.explanation.attribution.states import attribute_states
from medrnn.explanation.index.states import load_index
from medrnn.explanation.interventions.effects import compare
from medrnn.explanation.interventions.kinds import Intervention
from medrnn.explanation.tracing.inside import trace_inside
from medrnn.imaging.samples import read_sample
from medrnn.models.cards import read_card, write_card
from medrnn.models.catalog import find_card, load_model
from medrnn.models.checkpoints import save_weights
from medrnn.models.networks import build_network
from medrnn.models.places import passages
from medrnn.sequences import read_study
from tests.conftest import SAMPLES

CHEST = SAMPLES / "chest-child-pneumonia-1.png"
STEM = {"encoder": "stem", "stem": (4,), "strides": (2,)}
NETWORKS = {
    "stack": {**STEM, "layers": 1},
    "streams": {"core": "streams", "layers": 1},
    "sweeps": {**STEM, "core": "sweeps", "readout": "mean+max", "layers": 1, "is_bidirectional": True},
    "cnn": {**STEM, "core": "none", "readout": "mean+max"},
}


@pytest.fixture
def made(tmp_path):
    """Makes a card with its weights in a folder; gives the folder."""

    def make(kind):
        torch.manual_seed(1)
        shipped, folder = read_card(ASSETS / "models" / "pneumonia-lstm-forward"), tmp_path / kind
        folder.mkdir()
        config = ModelConfig(**{"cell": "gru", "width": 4, **NETWORKS[kind]})
        model = build_network(config, ReadingConfig())
        digest = save_weights(model, folder / "model.safetensors")
        settings = replace(shipped.config, model=config, reading=ReadingConfig())
        write_card(replace(shipped, id=kind, folder=folder, digest=digest, config=settings, novelty=""))
        return folder

    return make


@pytest.fixture
def run(capsys):
    def ask(command, *words, code=0):
        assert main([command, *map(str, words), "--json"]) == code
        said = capsys.readouterr()
        return json.loads(said.out) if code == 0 else said.err

    return ask


def opened(folder):
    """The network and the reading of the image."""
    card = find_card(folder)
    return load_model(folder), read_study(read_sample(CHEST.stem), card.config.reading)


def test_a_sweep_is_traced_with_all_its_lines_or_one(made, run, tmp_path):
    folder, out = made("sweeps"), tmp_path / "trace.npz"
    model, reading = opened(folder)
    record = run("trace", CHEST, "--model", folder, "--out", out)
    passage = passages(model.config, model.reading)["sweeps.0.columns"]
    with np.load(out) as found:
        inside = trace_inside(model, reading.sequence, "sweeps.0.columns")
        for way in ("forward", "backward"):
            name = f"sweeps.0.columns/column/{way}/z"
            np.testing.assert_array_equal(found[name], inside.part(0, way)["z"])
        np.testing.assert_array_equal(found["sweeps.0.columns/boxes"][3], passage.boxes(reading.crop, 3))
        assert found["sweeps.0.rows/row/forward/h"].shape == (14, 14, 4)
        assert record["arrays"] == 16 and record["error"] == found["error"]
    run("trace", CHEST, "--model", folder, "--out", out, "--module", "sweeps.0.columns", "--line", 3)
    with np.load(out) as found:
        np.testing.assert_array_equal(found["layer0/forward/h"], inside.one(3).arrays["layer0/forward/h"])
        np.testing.assert_array_equal(found["boxes"], passage.boxes(reading.crop, 3))
        assert found["module"] == "sweeps.0.columns"
    said = run("trace", CHEST, "--model", folder, "--out", out, "--line", 14, code=2)
    assert said == "error: line: expected 0 to 13 of sweeps.0.columns, got 14.\n"


@pytest.mark.parametrize("kind", ["stack", "streams"])
def test_one_sequence_is_traced_with_the_boxes_of_its_own_steps(kind, made, run, tmp_path):
    folder, out = made(kind), tmp_path / "trace.npz"
    run("trace", CHEST, "--model", folder, "--out", out)
    with np.load(out) as found:
        steps = {"stack": 14, "streams": 28}[kind]
        assert found["layer0/forward/h"].shape == (steps, 4) and found["boxes"].shape == (steps, 4)
        assert ("module" in found) == (kind == "streams")


def test_a_memory_is_that_of_a_module_and_a_line(made, run):
    folder = made("sweeps")
    record = run("memory", CHEST, "--model", folder)
    assert (record["module"], record["line"], len(record["entropy_bits"])) == ("sweeps.0.columns", 0, 14)
    other = run("memory", CHEST, "--model", folder, "--module", "sweeps.0.rows", "--line", 7)
    assert (other["module"], other["line"]) == ("sweeps.0.rows", 7)
    assert len(other["parts"]) == 2 and len(other["parts"][0]["horizon"]) == 14
    assert other["parts"][0]["horizon"] != record["parts"][0]["horizon"]
    assert len(record["step_gradients"]) == 28  # of the reading


def test_a_convolutional_network_has_no_steps_and_says_so(made, run, tmp_path):
    folder = made("cnn")
    for command, words in (("predict", ()), ("intervene", ("--edit", '{"kind": "blank", "steps": "3-5"}'))):
        record = run(command, CHEST, "--model", folder, *words)
        assert record["steps"] is None and "sees the whole image at once" in record["steps_reason"]
    record = run("memory", CHEST, "--model", folder)
    assert record["settled_step"] is record["parts"] is record["module"] is None
    assert "sees the whole image at once" in record["steps_reason"]
    assert len(record["step_gradients"]) == 28
    said = run("trace", CHEST, "--model", folder, "--out", tmp_path / "none.npz", code=2)
    assert "convolutional" in said and said.count("\n") == 1
    run("explain", CHEST, "--model", folder, "--out", tmp_path / "map.npz")


def test_an_intervention_names_its_module(made, run):
    folder, edit = made("sweeps"), {"kind": "zero", "module": "sweeps.0.rows", "units": [1]}
    record = run(
        "intervene", CHEST, "--model", folder, "--edit", json.dumps(edit), "--module", "sweeps.0.rows"
    )
    assert record["edits"] == [edit] and record["module"] == "sweeps.0.rows" and len(record["steps"]) == 14
    words = ("--module", "sweeps.0.rows", "--line", 3)
    line = run("intervene", CHEST, "--model", folder, "--edit", json.dumps(edit), *words)
    model, reading = opened(folder)
    effect = compare(model, find_card(folder), reading, [Intervention.from_dict(edit)])
    before, after = (
        traces["sweeps.0.rows"].part(0)["h"].numpy() for traces in (effect.traces_before, effect.traces_after)
    )
    squares = ((after - before) ** 2).mean(2)  # (line, step)
    moved = [np.square(one["states_moved"]["layer0/forward"]) for one in (line, record)]
    np.testing.assert_allclose(moved[0], squares[3], atol=1e-7)
    np.testing.assert_allclose(moved[1], squares.mean(0), atol=1e-7)


def test_a_map_may_hold_the_states_of_a_module(made, run, tmp_path):
    folder, out = made("sweeps"), tmp_path / "map.npz"
    model, reading = opened(folder)
    record = run("explain", CHEST, "--model", folder, "--out", out, "--method", "saliency", "--line", 2)
    assert record["module"] == "sweeps.0.columns"
    target = find_card(folder).classes.index(record["class"])
    with np.load(out) as found:
        expected = attribute_states(model, reading, "sweeps.0.columns", target)
        np.testing.assert_allclose(found["states"], expected[2:3], atol=1e-7)
    run("explain", CHEST, "--model", folder, "--out", out, "--method", "saliency")
    with np.load(out) as found:
        assert "states" not in found


def test_an_index_of_a_module(made, run):
    folder = made("sweeps")
    words = ("--model", folder, "--data", "pneumoniamnist", "--limit", 6)
    assert run("index", *words)["module"] == "sweeps.0.columns"
    record = run("index", *words, "--module", "sweeps.0.rows")
    assert (record["module"], record["images"], record["steps"], record["units"]) == (
        "sweeps.0.rows",
        6,
        196,
        8,
    )
    assert load_index(find_card(folder), "pneumoniamnist", "sweeps.0.rows").module == "sweeps.0.rows"
    assert "module: expected one of" in run("index", *words, "--module", "rnn", code=2)
