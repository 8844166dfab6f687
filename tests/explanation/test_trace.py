"""Traces against the equations written out in float64, and against torch's own fused run."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from medrnn.config import ModelConfig
from medrnn.errors import ReadingError, TraceError
from medrnn.explanation.trace import layer_weights, trace
from medrnn.models.cells import run_layer
from medrnn.models.classifier import RecurrentClassifier

CELLS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
SYMBOLS = {"rnn": {"h"}, "lstm": {"i", "f", "g", "o", "C", "h"}, "gru": {"z", "r", "n", "h"}}


@pytest.fixture(
    params=[(cell, both) for cell in CELLS for both in (False, True)], ids=lambda p: f"{p[0]}-{p[1]}"
)
def case(request):
    cell, both = request.param
    return cell, CELLS[cell](5, 8, num_layers=3, batch_first=True, bidirectional=both, dropout=0.4)


def by_equations(cell, rnn, x):
    """Every array by the step functions in float64, layer by layer."""
    level, arrays = x.double(), {}
    for layer in range(rnn.num_layers):
        outputs = []
        for way in ("forward", "backward")[: 1 + rnn.bidirectional]:
            weights = {k: v.double() for k, v in layer_weights(rnn, layer, way == "backward").items()}
            read = level.flip(0) if way == "backward" else level
            for symbol, values in run_layer(cell, read, weights).items():
                upright = values.flip(0) if way == "backward" else values
                arrays[f"layer{layer}/{way}/{symbol}"] = upright.numpy()
            outputs.append(torch.from_numpy(arrays[f"layer{layer}/{way}/h"]))
        level = torch.cat(outputs, -1)
    return arrays


def test_every_gate_and_state_agrees_with_the_equations(case):
    cell, rnn = case
    x = 2 * torch.rand(11, 5) - 1
    found, expected = trace(rnn, x), by_equations(cell, rnn, x)
    assert set(found.arrays) == set(expected)
    assert set(found.part(2)) == SYMBOLS[cell]
    for name, values in expected.items():
        np.testing.assert_allclose(found.arrays[name], values, atol=2e-6, err_msg=name)
    assert found.error < 1e-6


def test_the_last_layer_is_what_torch_puts_out(case):
    _, rnn = case
    x = torch.rand(9, 5)
    outputs, _ = rnn.eval()(x[None])
    found = trace(rnn, x)
    joined = np.concatenate([found.part(2, way)["h"] for way in found.directions], -1)
    np.testing.assert_allclose(joined, outputs[0].detach().numpy(), atol=1e-6)


def test_the_update_gate_has_its_usual_meaning():
    rnn = nn.GRU(3, 4, batch_first=True)
    found = trace(rnn, torch.rand(6, 3)).part(0)
    before = np.vstack([np.zeros((1, 4)), found["h"][:-1]])
    np.testing.assert_allclose((1 - found["z"]) * before + found["z"] * found["n"], found["h"], atol=1e-6)


def test_the_module_is_left_as_found(case):
    _, rnn = case
    rnn.train()
    weights = copy.deepcopy(rnn.state_dict())
    trace(rnn, torch.rand(4, 5))
    assert rnn.training
    assert all(torch.equal(weights[name], value) for name, value in rnn.state_dict().items())
    assert all(weight.grad is None for weight in rnn.parameters())


def test_a_module_without_biases_and_one_inside_a_classifier_are_traced():
    assert trace(nn.LSTM(3, 4, bias=False), torch.rand(5, 3)).error < 1e-6
    model = RecurrentClassifier(ModelConfig(features=3, width=4, layers=1))
    assert trace(model, torch.rand(5, 3)).layers == 1


def test_a_difference_above_the_bound_is_an_error_and_no_picture(monkeypatch):
    from medrnn.explanation import trace as module

    honest = module.PARTS[nn.GRU]

    def torchs_z(weights, x, h):
        found = honest(weights, x, h)
        before = torch.cat([torch.zeros_like(h[:1]), h[:-1]])
        return {**found, "h": found["z"] * before + (1 - found["z"]) * found["n"]}

    monkeypatch.setitem(module.PARTS, nn.GRU, torchs_z)
    with pytest.raises(TraceError, match="differ from the fused run by"):
        trace(nn.GRU(3, 4), torch.rand(6, 3))


@pytest.mark.parametrize("shape", [(5,), (0, 3), (4, 5), (1, 4, 3)])
def test_a_wrong_shape_names_both_shapes(shape):
    with pytest.raises(ReadingError, match=r"Expected \(step, 3\).*got \("):
        trace(nn.LSTM(3, 4), torch.zeros(shape))


def test_what_holds_no_recurrent_network_is_refused():
    with pytest.raises(TraceError, match="got 0"):
        trace(nn.Linear(3, 4), torch.rand(5, 3))


def test_saturated_cells_stay_exact():
    """|C| far above 8, where inverting h = o tanh(C) would blow up."""
    rnn = nn.LSTM(1, 2)
    with torch.no_grad():
        for weight in rnn.parameters():
            weight.zero_()
        rnn.bias_ih_l0 += torch.tensor([9.0, 9, 9, 9, 9, 9, 9, 9])  # every gate open: the cell counts steps
    found = trace(rnn, torch.rand(40, 1)).part(0)
    np.testing.assert_allclose(
        found["C"][-1], by_equations("lstm", rnn, torch.rand(40, 1))["layer0/forward/C"][-1], rtol=1e-5
    )
    assert found["C"][-1].min() > 39
