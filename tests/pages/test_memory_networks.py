"""Memory with networks of every kind: sweeps as maps over the image, streams, a stem, and none at all."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from medrnn.explanation.tracing.inside import map_of, trace_inside
from medrnn.models.catalog import find_card, load_model
from medrnn.models.places import passages
from medrnn.sequences import read_study
from medrnn.ui.lab.scene import Scene
from tests import networks
from tests.pages.test_lab_tracks import carried, told
from tests.pages.test_pages import components, loaded, visit

SAMPLE = "chest-film-viral-2"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """One small network of each kind."""
    folder = tmp_path_factory.mktemp("networks")
    for kind in ("sweeps", "streams", "rows", "cnn"):
        networks.write(folder, kind)
    networks.write(folder, "colour", "blood64")
    return folder


@pytest.fixture
def runs(trained, monkeypatch):
    monkeypatch.setenv("MEDRNN_RUNS", str(trained))
    return trained


def chosen(model, **choices):
    """A session in which these choices were made on Memory before."""
    session = loaded(SAMPLE, model=model)
    session.shown = session.current, model
    return replace(session, **choices)


def words(at):
    return " ".join(
        element.value for kind in ("markdown", "caption", "info") for element in getattr(at, kind)
    )


def labels(at):
    return {box.label for box in at.selectbox}


def test_sweeps_open_with_the_last_one_and_say_what_its_answers_are(runs):
    at = visit("memory", loaded(SAMPLE, model="sweeps"))
    assert not at.exception and not at.error
    assert "Module" in labels(at)
    assert at.session_state["medrnn_session"].module == "sweeps.0.columns"
    assert "after so many rows of the last sweep" in words(at)
    assert "Over the image" in [s.value for s in at.subheader]
    assert len(components(at, "medrnn_player")) == 1


@pytest.mark.parametrize("module", ["sweeps.0.rows", "sweeps.0.columns"])
def test_a_line_lies_where_it_is_read(module):
    model, reading = networks.NETWORKS["sweeps"]
    passage, read = passages(model, reading)[module], read_study(loaded(SAMPLE).study, reading)
    boxes = np.rint(Scene(None, None, read, None, passage, None, 2).boxes).astype(int)
    x, y, width, height = read.crop
    along = boxes[:, 0] if passage.axis == "rows" else boxes[:, 1]
    across = boxes[:, 1] if passage.axis == "rows" else boxes[:, 0]
    assert len(boxes) == 8 and (np.diff(along) > 0).all() and np.ptp(across) == 0
    start, side = (y, height) if passage.axis == "rows" else (x, width)
    assert across[0] == round(start + 2 * side / 8)  # the third line of eight


@pytest.mark.parametrize("module", ["sweeps.0.rows", "sweeps.0.columns"])
def test_a_map_shows_every_state_at_its_own_place(runs, module):
    at = visit("memory", chosen("sweeps", module=module, direction="backward"))
    assert not at.exception
    (chart,) = (json.loads(c.proto.spec) for c in at.get("plotly_chart") if "lab__figure-map" in c.proto.id)
    unit = int(
        re.search(r"h of unit (\d+), (row|column) sweep, (right to left|bottom to top)", words(at)).group(1)
    )
    card = find_card("sweeps")
    reading = read_study(loaded(SAMPLE).study, card.config.reading)
    passage = passages(card.config.model, card.config.reading)[module]
    found = map_of(trace_inside(load_model("sweeps"), reading.sequence, module), passage, "h", 0, "backward")
    assert chart["data"][1]["text"] == [f"{value:.3f}" for value in found[..., unit].ravel()]
    assert chart["data"][1]["customdata"] == [[row, column] for row in range(8) for column in range(8)]


def test_steps_along_the_rows_come_before_any_answer(runs):
    at = visit("memory", chosen("sweeps", module="sweeps.0.rows"))
    assert not at.exception
    buttons = {b.label: b.disabled for b in at.button}
    assert buttons["Answer over time"] and buttons["Scan order"] and not buttons["Saturation"]


def test_module_line_and_step_are_kept_until_another_model_is_chosen(runs):
    at = visit("memory", chosen("sweeps", module="sweeps.0.rows", line=2, step=4))
    state = at.session_state["medrnn_session"]
    assert (state.module, state.line, state.step) == ("sweeps.0.rows", 2, 4)
    (model,) = [box for box in at.selectbox if box.label == "Model"]
    model.set_value("streams").run()
    assert (state.module, state.step) == ("columns", None)


@pytest.mark.parametrize("kind", ["streams", "rows"])
@pytest.mark.parametrize("view", ["answer", "gates", "retention", "tracks", "weights", "horizon", "whatif"])
def test_closer_looks_work_behind_a_stem_and_in_streams(runs, kind, view):
    at = visit("memory", loaded(SAMPLE, model=kind, closer=view))
    assert not at.exception and not at.error


@pytest.mark.parametrize("view", ["gates", "retention", "tracks", "weights", "horizon", "whatif", "answer"])
def test_closer_looks_work_in_a_sweep(runs, view):
    at = visit("memory", loaded(SAMPLE, model="sweeps", closer=view))
    assert not at.exception and not at.error


def test_a_convolutional_network_has_no_gates_and_says_so(runs):
    at = visit("memory", loaded(SAMPLE, model="cnn"))
    assert not at.exception and not at.error
    assert "no steps, no states and no gates" in words(at)
    assert components(at, "medrnn_player") == []
    next(b for b in at.button if b.label == "Watch chest-renet read it").click().run()
    assert at.session_state["medrnn_session"].model == "chest-renet"


def test_a_map_of_a_convolutional_network_has_no_last_quarter(runs):
    at = visit("map", loaded(SAMPLE, model="cnn"))
    assert not at.exception and not at.error
    assert not any("last quarter" in metric.label for metric in at.metric)


def test_weights_of_a_read_out_are_a_track_and_no_evidence(runs):
    at = visit("memory", chosen("rows", closer="tracks"))
    assert not at.exception and not at.error
    rows = told(at)["rows"]
    (k,) = [k for k, row in enumerate(rows) if row["name"] == "Weight in the read-out"]
    assert "no evidence of what mattered" in str(rows[k])
    network, reading = load_model("rows"), read_study(loaded(SAMPLE).study, find_card("rows").config.reading)
    outputs, _ = network.rnn(network.encode(torch.from_numpy(reading.sequence)[None]))
    scores = network.attention.score(outputs)[0, :, 0].double().numpy()
    weights = np.exp(scores) / np.exp(scores).sum()
    np.testing.assert_allclose(carried(at, "lab-tracks")[f"row{k}"].ravel(), weights, atol=1e-5)


def test_colour_reaches_the_player(runs):
    at = visit("memory", loaded("cell-eosinophil", model="colour"))
    assert not at.exception and not at.error
    assert not any(t.label == "Convert to grey" for t in at.toggle)


def test_weights_of_a_read_out_over_a_map_lie_over_the_image(runs):
    at = visit("memory", loaded("cell-eosinophil", model="colour"))
    (chart,) = (
        json.loads(c.proto.spec) for c in at.get("plotly_chart") if "lab__figure-attention" in c.proto.id
    )
    shown = [float(text) for text in chart["data"][1]["text"]]
    assert len(shown) == 64 and sum(shown) == pytest.approx(1, abs=64 * 5e-4)
    assert "no evidence of what mattered" in words(at)
