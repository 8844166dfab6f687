"""The records of interventions: to a dict and back, in words, and every wrong setting as one sentence."""

import numpy as np
import pytest
import torch

from medrnn.config import ModelConfig
from medrnn.errors import ConfigError
from medrnn.explanation.interventions.edited_run import run_edited
from medrnn.explanation.interventions.kinds import INTERVENTIONS, Intervention, check_interventions
from medrnn.models.classifier import RecurrentClassifier

MODEL = ModelConfig("lstm", features=4, classes=3, layers=2, width=5)


def edit(kind, **settings):
    return Intervention.from_dict({"kind": kind, **settings})


def test_every_kind_is_described_and_goes_to_a_dict_and_back():
    made = [
        edit("clamp", symbol="g", value=-1, layer=1, direction="backward", units="0-3", steps=[7, 3]),
        edit("zero", units=4),
        edit("freeze", steps="1-3"),
        edit("reset", steps=14, layer=0),
        edit("skip", steps="8-14"),
        edit("shuffle", seed=7, steps="all"),
        edit("blank", steps=[1], value="mean"),
    ]
    assert [one.kind for one in made] == list(INTERVENTIONS)
    assert all(Intervention.from_dict(one.to_dict()) == one and one.title for one in made)
    assert made[0].title == "Clamp g at -1, layer 2, backward, units 0 to 3, steps 4, 8"
    assert made[4].title == "Skip, steps 9 to 15"
    assert made[5].steps is None


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "expected a kind out of clamp"),
        ({"kind": "paint"}, "kind: expected one of clamp, .*got 'paint'"),
        ({"kind": "zero", "colour": 1}, "unknown setting 'colour'"),
        ({"kind": "zero", "value": 1}, "zero takes no 'value'"),
        ({"kind": "clamp", "symbol": "f"}, "clamp needs 'value'"),
        ({"kind": "skip"}, "skip needs 'steps'"),
        ({"kind": "clamp", "symbol": "q", "value": 0}, "symbol: expected one of"),
        ({"kind": "clamp", "symbol": "f", "value": 1.5}, "value: expected a number from 0 to 1, got 1.5"),
        ({"kind": "clamp", "symbol": "f", "value": True}, "value: expected a number"),
        ({"kind": "clamp", "symbol": "C", "value": float("nan")}, "value: expected a number"),
        ({"kind": "blank", "steps": 1, "value": "blue"}, "or one of black, mean, got 'blue'"),
        ({"kind": "zero", "steps": "5-3"}, "steps: expected whole numbers"),
        ({"kind": "zero", "steps": "0-99999999999"}, "steps: expected whole numbers"),
        ({"kind": "zero", "steps": []}, "steps: expected whole numbers"),
        ({"kind": "zero", "units": [-1]}, "units: expected whole numbers"),
        ({"kind": "zero", "units": [1.5]}, "units: expected whole numbers"),
        ({"kind": "zero", "layer": -1}, "layer: expected a whole number"),
        ({"kind": "zero", "direction": "up"}, "direction: expected forward, backward or all"),
        ({"kind": "shuffle", "seed": "x"}, "seed: expected a whole number"),
        ([1], "expected settings by name, got list"),
    ],
)
def test_a_wrong_setting_is_one_sentence(values, sentence):
    with pytest.raises(ConfigError, match=sentence):
        Intervention.from_dict(values)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kind": "zero", "layer": 2}, "layer: expected 0 to 1, got 2"),
        ({"kind": "zero", "units": 5}, "units: expected 0 to 4, got 5"),
        ({"kind": "reset", "steps": [1, 9]}, "steps: expected 0 to 8, got 9"),
        ({"kind": "zero", "direction": "backward"}, "only reads forward"),
        ({"kind": "clamp", "symbol": "z", "value": 0}, "symbol: LSTM: expected one of i, f, o"),
        ({"kind": "skip", "steps": "0-8"}, "at least one of the 9 steps"),
    ],
)
def test_what_does_not_fit_the_model_is_refused(values, sentence):
    edits, model = [Intervention.from_dict(values)], RecurrentClassifier(MODEL)
    with pytest.raises(ConfigError, match=sentence):
        check_interventions(edits, MODEL, 9)
    with pytest.raises(ConfigError, match=sentence):
        run_edited(model, torch.rand(9, 4), edits)


def test_where_it_acts():
    np.testing.assert_array_equal(edit("skip", steps=[1, 3]).touches(5), [0, 1, 0, 1, 0])
    assert edit("zero").touches(4).all()
    backward = edit("zero", direction="backward", layer=1)
    assert backward.acts_in(1, "backward")
    assert not backward.acts_in(1, "forward") and not backward.acts_in(0, "backward")
    assert not edit("skip", steps=1).acts_in(0, "forward")
