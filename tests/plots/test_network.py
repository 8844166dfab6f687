"""The diagram of a network: every layer is a box with its facts, and all parts are named."""

import pytest

from medrnn import plots
from medrnn.models.describe import describe_network
from medrnn.models.networks import build_network
from medrnn.training.presets import PRESETS
from tests.models import built

NAMES = ["chest-renet", "chest-rows", "chest-cnn", "blood-renet", "pneumonia-lstm-snake"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_every_layer_is_a_box_and_every_part_has_its_words(name, dark):
    config = PRESETS[name]
    layers = describe_network(config.model, config.reading)
    figure = plots.network(config.model, config.reading, dark=dark)
    assert [trace.name for trace in figure.data] == [
        plots.layer_name(layer, config.model, config.reading) for layer in layers
    ]
    for trace, layer in zip(figure.data, layers, strict=True):
        if layer.parameters:
            assert f"{layer.parameters:,} parameters" in trace.text
    words = " ".join(note.text for note in figure.layout.annotations)
    assert words.count("<b>") == len({layer.part for layer in layers})
    assert "not for diagnosis" in words


def arrows(*arguments, **more):
    figure = plots.network(*built.settings(*arguments, layers=1, **more))
    inside = [
        note
        for note in figure.layout.annotations
        if note.arrowwidth and note.ax != note.x or note.ay != note.y
    ]
    return [(note.x - note.ax, note.y - note.ay, note.arrowside) for note in inside if note.arrowwidth]


def test_sweeps_run_to_and_fro_along_rows_and_then_along_columns():
    found = arrows("none", "sweeps", is_bidirectional=True)
    level = [one for one in found if one[1] == 0 and one[2] == "start+end"]
    upright = [one for one in found if one[0] == 0 and one[1] < 0]
    assert len(level) == len(upright) == 3


@pytest.mark.parametrize(("direction", "side"), [("forward", "end"), ("reverse", "start")])
def test_rows_are_read_downward_or_upward(direction, side):
    assert (0, side) in [(x, where) for x, _, where in arrows("none", "stack", direction=direction)]


def test_the_words_for_those_who_cannot_see_it_name_every_layer():
    config = PRESETS["chest-renet"]
    alt = plots.network_alt(config.model, config.reading)
    assert "LSTM along the rows, both directions, 16 x 16 x 112" in alt
    total = sum(weights.numel() for weights in build_network(config.model, config.reading).parameters())
    assert f" {total:,} parameters" in alt
