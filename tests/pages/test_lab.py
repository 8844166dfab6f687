"""The closer looks below the player: each runs on a real model and a real data set and follows the step."""

import base64
import json

import numpy as np
import pytest

from medrnn.datasets import load_dataset
from medrnn.explanation.index.build import index_dataset
from medrnn.explanation.index.states import save_index
from medrnn.models.catalog import find_card, load_model
from medrnn.ui.state import KEY
from tests.pages.test_pages import loaded, visit

MODEL = "pneumonia-lstm-forward"


@pytest.fixture
def indexed():
    card = find_card(MODEL)
    index = index_dataset(
        card, load_model(MODEL), load_dataset(card.config.data), data=card.config.data, limit=96
    )
    save_index(index)
    return index


def look(view, step=None, **choices):
    at = visit("memory", loaded(closer=view, **choices))
    if step is not None:
        at.session_state[KEY].step = step
        at.run()
    assert not at.exception, at.exception
    return at


def figures(at):
    return [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]


def numbers(values):
    """Plotly sends arrays as bytes."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
    return np.array(values)


def traces(figure):
    return {trace.get("name"): trace for trace in figure["data"]}


@pytest.mark.parametrize("view", ["trajectory", "units", "match"])
def test_without_an_index_a_view_offers_to_build_it(view):
    at = look(view)
    assert "built once" in at.info[-1].value
    assert any(b.label == "Build the index" for b in at.button)
    assert not figures(at)


def test_the_index_is_built_from_the_page(monkeypatch):
    monkeypatch.setattr("medrnn.explanation.index.build.LIMIT", 64)
    at = look("units")
    next(b for b in at.button if b.label == "Build the index").click()
    at.run()
    assert not at.exception and not at.error
    assert len(figures(at)) == 2


def test_a_view_with_the_index_shows_this_image_among_the_others(indexed):
    at = look("units", unit=7, step=4)
    activity, labels = figures(at)
    model, study = load_model(MODEL), at.session_state[KEY].study
    import medrnn

    own = medrnn.trace(model, medrnn.read(study, MODEL).sequence).part(0)["h"][:, 7]
    np.testing.assert_allclose(numbers(traces(activity)["in view"]["y"]), own, atol=1e-6)
    assert set(traces(labels)) == {"normal", "pneumonia"}
    assert activity["layout"]["shapes"][0]["x0"] == 5  # the cursor, counted from 1
    at.number_input[0].set_value(9)
    at.run()
    assert at.session_state[KEY].unit == 9


def test_the_trajectory_ends_where_the_state_does(indexed):
    at = look("trajectory")
    path, probe = figures(at)
    assert len(numbers(traces(path)["in view"]["x"])) == 28
    assert all(0 <= y <= 1 for y in numbers(traces(probe)["linear probe"]["y"]))


def test_the_best_match_is_shown_first_and_a_span_without_units_is_a_sentence(indexed):
    at = look("match", span=(18, 22))
    assert not at.error
    captions = [image.proto.imgs[0].caption for image in at.get("image")]
    scores = [float(c.split(": ")[-1]) for c in captions if "steps " in c]
    assert len(scores) == 14 and scores == sorted(scores, reverse=True)
    next(s for s in at.slider if s.label.startswith("Active")).set_value(0.95)
    at.run()
    assert any("Lower the threshold" in info.value for info in at.info)


def test_an_intervention_is_added_shows_its_effect_and_goes_again():
    at = look("whatif")
    assert not figures(at)
    next(b for b in at.button if b.label == "Add it").click()
    at.run()
    assert not at.exception and not at.error
    curves = traces(figures(at)[0])
    assert np.abs(numbers(curves["before"]["y"]) - numbers(curves["after"]["y"])).max() > 0.1
    assert [e.title for e in at.session_state[KEY].edits] == ["Clamp f at 0"]
    next(b for b in at.button if b.label.startswith("Do the same")).click()
    at.run()
    assert any("answers change" in m.value for m in at.markdown)
    next(b for b in at.button if b.label == "Remove").click()
    at.run()
    assert not figures(at)


def test_units_that_are_no_numbers_are_a_sentence():
    at = look("whatif")
    next(t for t in at.text_input if t.label == "Units").set_value("some")
    at.run()
    assert not at.exception and at.error


def test_scan_order_lets_every_model_of_the_data_read_the_image():
    at = look("order")
    shift, orders = figures(at)
    assert len(numbers(orders["data"][0]["x"])) == 11
    assert numbers(traces(shift)["moved down"]["x"])[0] == -7


def test_how_sure_draws_a_dot_a_pass_and_says_mean_spread_and_cost():
    at = look("sure", model="pneumonia-gru")
    (figure,) = figures(at)
    counts = [len(numbers(one["x"])) for one in figure["data"]]
    assert counts == [27, 1, 30, 1]  # no further seeds are kept of this model
    said = numbers(traces(figure)["Small shifts and turns"]["x"])
    mean = traces(figure)["Small shifts and turns, mean and SD"]
    assert numbers(mean["x"])[0] == pytest.approx(said.mean())
    assert numbers(mean["error_x"]["array"])[0] == pytest.approx(said.std())
    told = " ".join(one.value for one in (*at.caption, *at.markdown))
    assert "the weights of one seed alone are kept" in told and "Cost: 27 passes." in told
    assert "between the layers and before the head, masks from seed 0" in told
