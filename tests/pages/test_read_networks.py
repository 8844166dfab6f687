"""Read under every kind of network: what is said, what is drawn over the image, and that colour is read as it is."""

import json
from dataclasses import replace

import pytest

from medrnn.config import ModelConfig, ReadingConfig, TrainConfig
from medrnn.training.run import train
from tests.pages.test_pages import assert_header, components, loaded, visit
from tests.training.conftest import config, data, npz  # noqa: F401  fixtures

STEM = {"encoder": "stem", "stem": (4,), "strides": (2,), "readout": "mean+max"}
NETWORKS = {
    "sweeps": STEM | {"core": "sweeps", "is_bidirectional": True},
    "streams": {"core": "streams"},
    "rows": STEM | {"core": "stack"},
    "cnn": STEM | {"core": "none"},
}


def trained(base: TrainConfig, runs, name, channels="grey"):
    """A model among the runs, its weights hardly learnt."""
    reading = ReadingConfig(size=(8, 8), channels=channels)
    model = ModelConfig(cell="gru", layers=1, width=4, features=reading.features, **NETWORKS[name])
    settings = replace(base, model=model, reading=reading, epochs=1, limit=32)
    list(train(settings, runs / name))
    return name


def drawn(at):
    """Boxes and sweep of the viewer."""
    found = json.loads(components(at, "medrnn_viewer")[0].proto.json)
    return found["boxes"], found["sweep"]


def words(at):
    return " ".join(str(one.value) for kind in (at.caption, at.info, at.warning) for one in kind)


def test_sweeps_are_drawn_one_after_the_other(config, runs):  # noqa: F811
    at = visit("read", loaded(model=trained(config, runs, "sweeps")))
    assert not at.exception and not at.error
    assert_header(at, "read")
    assert "The image as a map of 4 x 4 places, swept along all rows, then all columns" in words(at)
    assert drawn(at) == (None, {"axis": "rows", "grid": [4, 4], "both": True})
    picked = next(one for one in at.button_group if one.label == "Drawn over the image")
    picked.set_value("sweeps.0.columns")
    at.run()
    assert drawn(at)[1]["axis"] == "columns"
    assert "every column of what the rows gave from the top and back" in words(at)
    assert not [one for one in at.button_group if one.label == "Order"]


def test_two_streams_are_rows_and_columns(config, runs):  # noqa: F811
    at = visit("read", loaded(model=trained(config, runs, "streams")))
    assert "two sequences, read side by side: 8 rows and 8 columns" in words(at)
    rows, _ = drawn(at)
    next(one for one in at.button_group if one.label == "Drawn over the image").set_value("columns")
    at.run()
    columns, _ = drawn(at)
    assert not at.exception and not at.error
    assert len(rows) == len(columns) == 8
    assert rows[0][2] > rows[0][3] and columns[0][3] > columns[0][2]


def test_behind_a_stem_a_step_is_a_row_of_its_map(config, runs):  # noqa: F811
    at = visit("read", loaded(model=trained(config, runs, "rows")))
    assert not at.exception and not at.error
    assert "4 rows of a convolution stem's map" in words(at)
    assert len(drawn(at)[0]) == 4


def test_a_convolutional_network_says_that_it_reads_nothing_step_by_step(config, runs):  # noqa: F811
    at = visit("read", loaded(model=trained(config, runs, "cnn")))
    assert not at.exception and not at.error
    assert "sees the whole image at once" in words(at)
    assert drawn(at) == (None, None)
    assert at.get("plotly_chart")  # the answer


@pytest.mark.parametrize(("sample", "is_colour"), [("blood-cells", True), ("chest-child-pneumonia-1", False)])
def test_a_model_of_colour_needs_no_switch_and_says_where_an_image_is_grey(sample, is_colour, config, runs):  # noqa: F811
    at = visit("read", loaded(sample, model=trained(config, runs, "sweeps", "rgb")))
    assert not at.exception and not at.error
    assert not [one for one in at.toggle if one.label == "Convert to grey"]
    assert ("red, green and blue are equal here" in words(at)) is not is_colour
