"""Compare, single images: columns that say what each model did, and what to do where nothing can be compared."""

import io
import json

import numpy as np
import pytest
from PIL import Image

import medrnn.imaging
from medrnn.config import DISCLAIMER
from medrnn.imaging.samples import SAMPLES
from medrnn.models.catalog import find_card
from medrnn.ui.state import KEY, Session
from tests.pages.test_address import arrive
from tests.pages.test_pages import assert_header, components, header, loaded, visit

FILM, CHILD = "chest-film-bacterial-1", "chest-child-pneumonia-1"


def columns_of(at):
    (shown,) = components(at, "medrnn_columns")
    return json.loads(shown.proto.json)


def words(at):
    return " ".join(str(one.value) for kind in (at.caption, at.markdown, at.info, at.warning) for one in kind)


def test_with_nothing_open_it_offers_a_sample():
    at = visit("compare")
    assert not at.exception and not at.error
    assert_header(at, "compare")
    assert "No image yet" in at.info[0].value


def test_a_film_is_read_by_sweeps_rows_and_a_cnn_of_the_same_size():
    at = visit("compare", loaded(FILM, model="chest-renet"))
    assert not at.exception and not at.error
    assert_header(at, "compare")
    shown = columns_of(at)
    titles = [column["title"] for column in shown["columns"]]
    assert titles == ["chest-renet", "chest-rows", "chest-cnn"]
    sizes = [find_card(name).parameters for name in titles]
    assert max(sizes) < 1.1 * min(sizes)
    renet, rows, cnn = shown["columns"]
    assert f"{sizes[2]:,} parameters" in cnn["facts"][2] and "over 3 seeds" in cnn["facts"][3]
    assert renet["spread"][0] <= renet["curve"][-1] <= renet["spread"][1]
    assert cnn["steps"] == 0 and "no gates" in cnn["cells"]["state"]["none"]
    assert "reads all at once" in cnn["cells"]["answer"]["none"]
    assert rows["cells"]["keeps"]["symbol"] == "z" and renet["cells"]["keeps"]["symbol"] == "f"
    assert shown["note"].startswith(DISCLAIMER)
    (carried,) = [c for c in at.get("bidi_component") if c.proto.component_name == "medrnn_carry"]
    shapes = {name: array["shape"] for name, array in header(carried)["arrays"].items()}
    assert shapes["map2"] == [64, 64] and shapes["states0"][1:] == [renet["steps"], 56]


def test_the_three_cells_stand_with_their_own_gates_and_say_what_they_lack():
    state = loaded(CHILD, model="pneumonia-lstm-forward")
    state.rows = ("lets-in", "resets", "cell", "state")
    at = visit("compare", state)
    by_cell = {find_card(c["title"]).config.model.cell: c["cells"] for c in columns_of(at)["columns"]}
    assert set(by_cell) == {"rnn", "lstm", "gru"}
    assert by_cell["lstm"]["lets-in"]["symbol"] == "i" and "one gate, z" in by_cell["gru"]["lets-in"]["none"]
    assert by_cell["gru"]["resets"]["symbol"] == "r" and "no reset gate" in by_cell["lstm"]["resets"]["none"]
    assert "no gates" in by_cell["rnn"]["lets-in"]["none"]
    assert all(cells["state"]["symbol"] == "h" for cells in by_cell.values())


def test_an_address_brings_models_and_keeps_them():
    names = "pneumonia-gru,pneumonia-rnn-forward"
    at = arrive("compare", sample=CHILD, models=names, method="saliency")
    assert not at.exception and not at.error and not at.info
    assert [column["title"] for column in columns_of(at)["columns"]] == names.split(",")
    assert at.session_state[KEY].arrival.written["models"] == names
    assert at.session_state[KEY].method == "saliency"


@pytest.mark.parametrize("names", ["pneumonia-gru,nobody", "chest-cnn,chest-cnn", ","])
def test_models_of_an_address_that_cannot_stand_beside_each_other_are_left_out_with_a_word(names):
    at = arrive("compare", sample=CHILD, models=names)
    assert not at.exception and not at.error
    assert "are no models that can stand beside each other here" in at.info[0].value
    assert len(columns_of(at)["columns"]) >= 2


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_models_are_asked_for_more(count):
    at = visit("compare", loaded(CHILD, model="pneumonia-lstm-forward"))
    picked = next(one for one in at.multiselect if one.label == "Models")
    picked.set_value(picked.value[:count])
    at.run()
    assert not at.exception
    assert "at least two models" in at.info[0].value
    other = next(box for box in at.selectbox if box.label == "Model")
    other.set_value("pneumonia-gru")  # the sidebar's choice is another thing
    at.run()
    assert len(next(one for one in at.multiselect if one.label == "Models").value) == count


def test_two_images_are_read_by_one_model_with_their_labels():
    state = loaded(CHILD, model="pneumonia-lstm-forward")
    state.mode, state.second = "images", "sample/chest-child-normal-1"
    at = visit("compare", state)
    assert not at.exception and not at.error
    one, other = columns_of(at)["columns"]
    assert one["facts"][-1] == "labelled pneumonia" and other["facts"][-1] == "labelled normal"
    assert one["curve"] != other["curve"] and len(one["curve"]) == len(other["curve"]) == 28
    assert "not laid over each other" in words(at)


def test_an_image_that_no_model_knows_gets_no_bold_answer():
    digit = next(name for name, one in SAMPLES.items() if one.model.startswith("mnist"))
    state = loaded(digit, model="pneumonia-lstm-forward")
    at = visit("compare", state)
    assert not at.exception and not at.error
    for column in columns_of(at)["columns"]:
        assert column["isAnswer"] is False
        assert column["answer"].startswith("not what this model was trained on (")


def test_a_model_that_cannot_read_colour_asks_for_grey_first():
    cell = next(name for name, one in SAMPLES.items() if one.model == "blood-renet")
    state = loaded(cell, model="blood-renet")
    state.columns = ["blood-renet", "chest-renet"]
    at = visit("compare", state)
    assert not at.exception and not at.error
    (switch,) = [one for one in at.toggle if one.label == "Convert to grey"]
    switch.set_value(True)
    at.run()
    assert [column["title"] for column in columns_of(at)["columns"]] == ["blood-renet", "chest-renet"]


def test_small_changes_come_in_three_sizes_and_the_answers_move():
    at = visit("compare", loaded(CHILD, model="pneumonia-lstm-forward"))
    small = next(c.proto.spec for c in at.get("plotly_chart") if "mirrored" in c.proto.spec)
    size = next(one for one in at.button_group if one.label == "Size of the changes")
    size.set_value("large")
    at.run()
    assert not at.exception and not at.error
    large = next(c.proto.spec for c in at.get("plotly_chart") if "mirrored" in c.proto.spec)
    assert "16 % of the side" in large and "16 % of the side" not in small


def test_maps_of_a_black_image_are_not_said_to_agree():
    black = io.BytesIO()
    Image.fromarray(np.zeros((64, 64), np.uint8)).save(black, "PNG")
    state = Session(model="chest-renet")
    state.add(medrnn.imaging.read(black.getvalue()))
    at = visit("compare", state)
    assert not at.exception and not at.error
    assert "have one value only" in words(at)
    assert "in common" not in words(at)
