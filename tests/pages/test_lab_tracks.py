"""The views that draw tracks, and the ones of gates and weights: what stands in them, and what comes back."""

import json

import numpy as np
import pytest

import medrnn
from medrnn.explanation.memory.dynamics import find_fixed_points, gate_weights
from medrnn.explanation.memory.retention import half_life
from medrnn.imaging.masks.read import draw_mask
from medrnn.models.catalog import load_model
from medrnn.ui.state import KEY
from tests.pages.test_lab import figures, look, numbers, traces
from tests.pages.test_pages import components, header, loaded, visit

MODEL = "pneumonia-lstm-forward"
GRU = "pneumonia-gru"  # reads both ways


def told(at, name="medrnn_tracks"):
    return json.loads(components(at, name)[0].proto.json)


def carried(at, name):
    """The arrays that a carrier brought."""
    raw = next(c for c in components(at, "medrnn_carry") if header(c)["name"] == name).proto.bytes
    size = int.from_bytes(raw[:4], "little")
    table = json.loads(raw[4 : 4 + size])["arrays"]
    return {
        key: np.frombuffer(raw, a["dtype"], int(np.prod(a["shape"])), 4 + size + a["at"]).reshape(a["shape"])
        for key, a in table.items()
    }


def own_trace(at, model=MODEL):
    reading = medrnn.read(at.session_state[KEY].study, model)
    return medrnn.trace(load_model(model), reading.sequence)


def model_session(at_view, model, **choices):
    """A session that looks at the sample with another model than its own."""
    session = loaded(closer=at_view, **choices)
    session.model = model
    return session


def test_all_gates_of_all_layers_and_directions_are_there_in_the_chosen_order():
    at = visit("memory", model_session("gates", GRU, ordering="variance"))
    assert not at.exception and not at.error
    rows, arrays, trace = told(at)["rows"], carried(at, "lab-gates"), own_trace(at, GRU)
    assert [row["symbol"] for row in rows] == list(trace.part(0)) * 4
    assert [row["backward"] for row in rows] == ([False] * 4 + [True] * 4) * 2
    for k, name in enumerate(trace.arrays):
        labels = rows[k]["labels"]
        np.testing.assert_allclose(arrays[f"row{k}"], trace.arrays[name][:, labels], atol=1e-6)
        states = trace.arrays[name.rpartition("/")[0] + "/h"]
        spread = states.var(0)[labels]
        assert (np.diff(spread) <= 1e-9).all()


def test_the_player_stands_in_the_same_order_and_says_the_true_units():
    at = visit("memory", loaded(ordering="contribution", layer=1))
    labels, states = told(at, "medrnn_player")["labels"], carried(at, "memory-player")["states"]
    trace, model = own_trace(at), load_model(MODEL)
    head = model.head.weight.detach().numpy()
    gain = (head[1] - head.mean(0)) * trace.part(1)["h"][-1]
    assert labels == np.argsort(-gain, kind="stable").tolist()
    np.testing.assert_allclose(states[-1], trace.part(1)["h"][:, labels], atol=1e-6)


def test_what_is_selected_in_the_tracks_is_kept_and_let_go_again():
    at = look("gates")
    digest = told(at)["digest"]
    at.session_state["lab-gates"] = {"span": {"digest": digest, "span": [3, 7], "units": [9, 4], "row": 7}}
    at.run()
    state = at.session_state[KEY]
    assert (state.span, state.units, state.units_of) == ((3, 7), (9, 4), "layer 2")
    at.run()
    assert told(at)["span"] == "3-7"  # an echo, which the browser knows for one
    at.session_state["lab-gates"] = {"span": {"digest": digest, "span": None, "units": None, "row": None}}
    at.run()
    assert at.session_state[KEY].span is None and at.session_state[KEY].units == ()


def test_a_step_chosen_in_the_tracks_is_the_step_of_the_page():
    at = look("answer")
    digest = told(at)["digest"]
    at.session_state["lab-answer"] = {"step": {"digest": digest, "at": 11}}
    at.run()
    assert at.session_state[KEY].step == 11
    assert told(at, "medrnn_player")["link"] == told(at)["link"]
    at.run()
    assert told(at, "medrnn_player")["start"] == 11


def test_the_answer_settles_where_it_last_changes():
    at = look("answer")
    p = carried(at, "lab-answer")["row0"]
    assert told(at)["rows"][0]["curves"][1]["name"] == "pneumonia"
    np.testing.assert_allclose(p.sum(0), 1, atol=1e-5)
    last_other = max(t for t in range(28) if p[:, t].argmax() != p[:, -1].argmax())
    assert told(at)["rows"][1]["marks"][0][0] == last_other + 1
    assert any(f"step **{last_other + 2}**" in m.value for m in at.markdown)
    entropy = carried(at, "lab-answer")["row2"][0]
    np.testing.assert_allclose(entropy, -(p * np.log2(p)).sum(0), atol=1e-5)


def test_the_share_of_a_mask_stands_over_the_states():
    at = look("tracks")
    assert any("No mask" in c.value for c in at.caption)
    session = loaded(closer="tracks")
    study = session.study
    session.masks[study.key] = draw_mask(study, 0, [(0, 10, 7, 4)])  # a quarter of each of four rows
    at = visit("memory", session)
    assert not at.exception and not at.error
    expected = np.zeros(28)
    expected[10:14] = 0.25
    np.testing.assert_allclose(carried(at, "lab-tracks")["row0"], expected, atol=1e-6)
    assert told(at)["rows"][0]["name"].startswith("share of")
    before = told(at)["digest"]
    session.masks[study.key] = draw_mask(
        study, 0, [(0, 11, 7, 4)]
    )  # named the same: its picture is drawn anew
    at.run()
    assert told(at)["digest"] != before


def test_units_are_grouped_and_every_step_belongs_to_one_picture():
    at = look("tracks", layer=1)
    row = told(at)["rows"][-1]
    assert sum(count for _, count in row["groups"]) == 128 and sorted(row["labels"]) == list(range(128))
    captions = [image.proto.imgs[0].caption for image in at.get("image")]
    assert sum(int(c.split(": ")[1].split(" steps")[0]) for c in captions if c.startswith("Group")) == 28


def test_with_the_true_class_its_surprise_is_a_track():
    at = look("tracks")
    next(s for s in at.selectbox if s.label.startswith("True class")).set_value("normal")
    at.run()
    assert not at.exception
    assert told(at)["rows"][0]["name"] == "Surprise at normal"
    p = 1 - carried(at, "lab-tracks")["row2"][0]  # of pneumonia
    np.testing.assert_allclose(carried(at, "lab-tracks")["row0"], -np.log2(p), rtol=1e-3)


def test_the_horizon_puts_the_three_cells_on_one_axis():
    at = look("horizon")
    assert not at.exception and not at.error
    hidden, plain, good, gradient = told(at)["rows"]
    assert hidden["curves"] == plain["curves"] == good["curves"]
    assert (hidden["low"], hidden["high"]) == (plain["low"], plain["high"]) == (good["low"], good["high"])
    assert [c["name"] for c in hidden["curves"]] == ["RNN", "LSTM", "GRU", "LSTM, by C"]
    assert [c["name"] for c in gradient["curves"]] == ["RNN", "LSTM", "GRU"]
    values = carried(at, "lab-horizon")["row0"]
    np.testing.assert_allclose(values[:3, -1], 1)
    untrained = [carried(at, "lab-horizon")[name] for name in ("row1", "row2")]
    assert untrained[0][:3, 0].max() < 1e-3 < untrained[1][1, 0]  # torch's start and the good one
    assert any("Untrained, the RNN forgets more, as in the textbook" in said.value for said in at.markdown)
    assert hidden["log"] and hidden["low"] <= values[:3].min() and hidden["high"] >= values.max()


@pytest.mark.parametrize("model, kept", [(MODEL, "f"), ("pneumonia-gru-forward", "1 - z")])
def test_saturation_and_half_life_are_those_of_the_trace(model, kept):
    at = visit("memory", model_session("retention", model))
    assert not at.exception and not at.error
    scatter, lives = figures(at)
    part = own_trace(at, model).part(0)
    first = "f" if "f" in part else "z"
    points = next(t for name, t in traces(scatter).items() if name.startswith(f"{first},"))
    np.testing.assert_allclose(numbers(points["x"]), (part[first] < 0.1).mean(0), atol=1e-6)
    expected = np.sort(half_life(part))[::-1]
    np.testing.assert_allclose(numbers(traces(lives)["half-life"]["y"]), expected, rtol=1e-4)
    assert any(f"geometric mean of {kept} over" in c.value for c in at.caption)
    assert any("has no scale" in c.value for c in at.caption)


def test_a_plain_rnn_has_no_gates_to_show():
    at = visit("memory", model_session("retention", "pneumonia-rnn-forward"))
    assert not at.exception and not figures(at)
    assert any("no gates" in info.value for info in at.info)


def test_weights_spectrum_and_a_fixed_point_of_the_line_in_view():
    at = look("weights", step=9, layer=1)
    norms, spectrum, points, jacobian = figures(at)
    found = gate_weights(load_model(MODEL), 1)
    np.testing.assert_allclose(
        numbers(traces(norms)["f"]["y"]), [found[1].input, found[1].recurrent, found[1].bias]
    )
    assert np.abs(numbers(traces(spectrum)["g"]["x"])).max() <= np.abs(found[2].eigenvalues).max() + 1e-9
    assert any("what layer 1 showed at step 10" in m.value for m in at.markdown)
    shown = [t for name, t in traces(points).items() if name.endswith("stable fixed point")]
    assert sum(len(numbers(t["x"])) for t in shown) >= 1
    eigenvalues = traces(jacobian)["fixed point 1"]
    largest = np.hypot(numbers(eigenvalues["x"]), numbers(eigenvalues["y"])).max()
    assert any(f"largest eigenvalue {largest:.3f}" in m.value for m in at.markdown)


def test_a_fixed_point_is_of_the_line_in_view():
    at = look("weights", step=9)
    trace = own_trace(at)
    point = find_fixed_points(load_model(MODEL), trace, trace.input[9])[0]
    other = find_fixed_points(load_model(MODEL), trace, trace.input[0])[0]
    largest = [f"largest eigenvalue {np.abs(p.eigenvalues).max():.3f}" for p in (point, other)]
    said = " ".join(m.value for m in at.markdown)
    assert largest[0] in said and largest[1] not in said


def test_a_finding_is_moved_alone_where_there_is_a_mask_or_a_selection():
    at = look("order")
    assert len(figures(at)) == 2 and any("To move a finding alone" in c.value for c in at.caption)
    at.session_state[KEY].span = (10, 14)
    at.run()
    down = traces(figures(at)[1])["moved down"]
    assert numbers(down["x"]).tolist() == list(range(-10, 15))  # a band of 4 rows, from the top to the bottom
    session = loaded(closer="order")
    session.masks[session.study.key] = draw_mask(session.study, 0, [(3, 10, 7, 4)])
    at = visit("memory", session)
    assert not at.exception and not at.error
    moved = traces(figures(at)[1])
    assert numbers(moved["moved down"]["x"]).tolist() == list(range(-10, 15))
    assert numbers(moved["moved to the right"]["x"]).tolist() == list(range(-3, 19))
