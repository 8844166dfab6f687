"""A network is told by names and shapes alone, and what cannot be built here is refused with the reason."""

import pytest
import torch
from torch import nn

from medrnn.config import ModelConfig
from medrnn.errors import CatalogError
from medrnn.models.adopt.header import Header
from medrnn.models.adopt.recognise import recognise
from medrnn.models.classifier import RecurrentClassifier
from tests.models.adopt.strangers import Stranger


def header(module_or_state):
    state = module_or_state.state_dict() if isinstance(module_or_state, nn.Module) else module_or_state
    return Header({name: tuple(weight.shape) for name, weight in state.items()})


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("layers", [1, 3])
def test_cell_layers_units_and_directions_stand_in_the_shapes(kind, both, layers):
    found = recognise(header(Stranger(kind, both=both, layers=layers)))
    told = found.cell, found.layers, found.width, found.is_bidirectional, found.features, found.classes
    assert told == (kind.lower(), layers, 6, both, 10, 3)
    assert found.readouts == ("last",)


@pytest.mark.parametrize("name", ["lstm", "rnn", "encoder", "backbone_1"])
def test_the_module_may_have_any_name(name):
    found = recognise(header(Stranger(name=name)))
    assert found.names["rnn.weight_ih_l0"] == f"{name}.weight_ih_l0"
    assert found.names["head.weight"] == "fc.weight"


def test_a_deeper_name_and_a_head_in_a_sequence():
    state = Stranger().state_dict()
    state = {f"model.{name}".replace("fc.", "classifier.1."): weight for name, weight in state.items()}
    assert recognise(header(state)).names["head.bias"] == "model.classifier.1.bias"


def test_the_heads_width_tells_the_read_out():
    assert recognise(header(Stranger(pool=True))).readouts == ("mean+max",)
    own = RecurrentClassifier(ModelConfig(features=10, layers=1, width=6, readout="attention", classes=4))
    assert recognise(header(own)).readouts == ("attention",)


def test_weights_without_a_bias_and_with_one_logit():
    found = recognise(header(Stranger(bias=False, classes=1)))
    assert found.names["rnn.bias_hh_l1_reverse"] == found.names["head.bias"] == ""
    assert (found.outputs, found.classes) == (1, 2)


def changed(**changes):
    state = Stranger().state_dict()
    for name, value in changes.items():
        key = name.replace("__", ".")
        if value is None:
            del state[key]
        else:
            state[key] = torch.zeros(value)
    return state


@pytest.mark.parametrize(
    ("state", "match"),
    [
        ({"a": torch.zeros(3)}, "Expected the weights of a recurrent network under torch's names"),
        (nn.LSTM(4, 6, proj_size=2).state_dict(), "without projection"),
        (changed(fc__weight=None, fc__bias=None), "Expected one linear head"),
        (changed(fc__weight=(3, 7)), "Expected one linear head over 12 or 24 values"),
        (changed(fc__bias=(4,)), "'fc.bias' of shape"),
        (changed(other__weight=(2, 12)), "Expected one linear head"),
        (changed(conv__weight=(4, 1, 3, 3)), "got more: 'conv.weight'"),
        (changed(lstm__weight_hh_l0=(20, 6)), "4 rows a unit"),
        (changed(lstm__weight_ih_l1=(24, 11)), "'weight_ih_l1' of shape"),
        (changed(lstm__bias_ih_l0=None), "'bias_ih_l0' of shape"),
        (changed(lstm__weight_ih_l1_reverse=None, lstm__weight_hh_l1_reverse=None, lstm__bias_ih_l1_reverse=None,
                 lstm__bias_hh_l1_reverse=None), "same directions"),
        (changed(lstm__weight_hh_l0=None), "Expected a matrix 'weight_hh_l0'"),
        (changed(second__weight_ih_l0=(24, 10)), "Expected one recurrent module, got 2"),
        (changed(lstm__weight_hh_l0=(0, 0)), "Expected a matrix"),
        (changed(lstm__weight_hh_l0=(24,)), "Expected a matrix"),
        ({"sweeps.0.rows.weight_ih_l0": torch.zeros(4, 2)}, "its settings too"),
    ],
)  # fmt: skip
def test_what_cannot_be_built_is_refused_with_the_reason(state, match):
    with pytest.raises(CatalogError, match=match):
        recognise(header(state))


def test_a_head_of_more_classes_than_can_be_told_apart_is_refused():
    state = {name: tuple(weight.shape) for name, weight in Stranger().state_dict().items()}
    width = state["fc.weight"][1]
    with pytest.raises(CatalogError, match="at most 1,000 classes, got one of 30,000,000"):
        recognise(Header(state | {"fc.weight": (30_000_000, width), "fc.bias": (30_000_000,)}))
    assert recognise(Header(state | {"fc.weight": (1_000, width), "fc.bias": (1_000,)})).classes == 1_000
