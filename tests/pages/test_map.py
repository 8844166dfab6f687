"""Map: several methods beside each other, what the picture is sent, what is said of each map, what a link keeps."""

import json

import numpy as np
import pytest

import medrnn
from medrnn.config import ReadingConfig
from medrnn.imaging.samples import read_sample
from medrnn.sequences import lines
from medrnn.ui.attribution.sheet import steps_of
from medrnn.ui.state import KEY
from tests.pages.test_address import arrive
from tests.pages.test_pages import CHEST, LSTM, components, loaded, visit


def sent(at):
    """What the picture of maps got."""
    (shown,) = components(at, "medrnn_maps")
    return json.loads(shown.proto.json)


def test_every_method_has_its_map_and_the_sentence_of_its_completeness():
    chosen = ["integrated-gradients", "saliency", "row-occlusion"]
    at = visit("map", loaded(maps=chosen))
    assert not at.exception
    told = sent(at)
    assert [one["signed"] for one in told["maps"]] == [True, False, True]
    assert told["maps"][0]["ends"] == ["against pneumonia", "for pneumonia", "sensitive, pneumonia"]
    assert told["axis"] == "rows" and told["steps"] == 28 and not told["backward"]
    found = medrnn.explain(medrnn.load(LSTM), medrnn.read(read_sample(CHEST), LSTM).sequence)
    error = f"{100 * found.completeness_error:.2f} %"
    said = [one.value for one in at.markdown]
    assert sum(f"Left unexplained: {error}" in text for text in said) == 1
    assert sum("Left unexplained" in text for text in said) == 1  # others promise no sum


def test_what_is_said_of_a_map_names_its_strongest_place():
    found = medrnn.explain(
        medrnn.load(LSTM), medrnn.read(read_sample(CHEST), LSTM).sequence, method="saliency"
    )
    row, column = np.argwhere(found.values == found.values.max())[0] + 1
    alt = sent(visit("map", loaded(maps=["saliency"])))["maps"][0]["alt"]
    assert f"strongest in row {row}, column {column} of 28 by 28" in alt


def test_the_last_method_stays_and_a_fifth_finds_no_place():
    at = visit("map", loaded())
    at.multiselect(key="map__methods").set_value([]).run()
    assert at.session_state[KEY].maps == ["integrated-gradients"] and len(sent(at)["maps"]) == 1


def test_a_link_brings_several_methods_and_keeps_them():
    at = arrive("map", sample=CHEST, model=LSTM, methods="saliency,row-occlusion")
    assert at.session_state[KEY].maps == ["saliency", "row-occlusion"]
    assert at.query_params["methods"] == "saliency,row-occlusion"


@pytest.mark.parametrize("asked", ["saliency,saliency", "saliency,none", ",", "a,b,c,d,e"])
def test_methods_that_cannot_stand_beside_each_other_are_left_out_with_a_word(asked):
    at = arrive("map", sample=CHEST, model=LSTM, methods=asked)
    assert not at.exception and at.session_state[KEY].maps == ["integrated-gradients"]
    assert any("no methods that can stand beside each other" in one.value for one in at.info)


@pytest.mark.parametrize(
    "reading",
    [
        ReadingConfig(),
        ReadingConfig("rows", "reverse"),
        ReadingConfig("columns"),
        ReadingConfig("snake"),
        ReadingConfig(size=(16, 16), order="raster", channels="rgb"),
    ],
    ids=lambda reading: reading.title,
)
def test_every_cell_knows_at_which_step_it_is_read(reading):
    found = steps_of(reading)
    assert found.shape == reading.size
    for step in range(reading.steps):
        marked = (found == step).astype(np.float32)
        if reading.is_colour:
            marked = np.repeat(marked[..., None], 3, -1)
        read = lines(marked, reading)
        assert read[step].all() and read.sum() == reading.features


def test_a_network_that_reads_all_at_once_has_no_steps_beside_its_map():
    at = visit("map", loaded("chest-film-viral-1", model="chest-cnn"))
    assert not at.exception and sent(at)["axis"] == ""
