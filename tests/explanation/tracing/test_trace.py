"""Traces against the equations written out in float64, and against torch's own fused run."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from medrnn.config import ModelConfig
from medrnn.errors import ReadingError, TraceError
from medrnn.explanation.tracing.fused import run_by_call, run_by_module
from medrnn.explanation.tracing.trace import layer_weights, trace, trace_batch
from medrnn.models import cells
from medrnn.models.cells import find_cell, run_layer
from medrnn.models.classifier import RecurrentClassifier

CELLS = {name: cell.module for name, cell in cells.CELLS.items()}
LSTM = {"i", "f", "g", "o", "C", "h"}
SYMBOLS = {"rnn": {"h"}, "lstm": LSTM, "gru": {"z", "r", "n", "h"}, "peephole": LSTM}


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
            for symbol, values in run_layer(cells.CELLS[cell], read, weights).items():
                upright = values.flip(0) if way == "backward" else values
                arrays[f"layer{layer}/{way}/{symbol}"] = upright.numpy()
            outputs.append(torch.from_numpy(arrays[f"layer{layer}/{way}/h"]))
        level = torch.cat(outputs, -1)
    return arrays


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_every_gate_and_state_agrees_with_the_equations(cell, both, layers, bias, seed):
    torch.manual_seed(seed)
    rnn = CELLS[cell](5, 8, layers, bias=bias, batch_first=bool(seed), bidirectional=both)
    with torch.no_grad():
        for weight in rnn.parameters():
            weight *= 2
    x = 2 * torch.rand(11, 5) - 1
    expected = by_equations(cell, rnn, x)
    found = trace(rnn, x)
    assert set(found.arrays) == set(expected)
    assert set(found.part(layers - 1)) == SYMBOLS[cell]
    assert all(a.dtype == np.float32 and a.flags.c_contiguous for a in found.arrays.values())
    for name, values in expected.items():
        np.testing.assert_allclose(found.arrays[name], values, rtol=0, atol=1e-5, err_msg=name)
    double = trace_batch(rnn.double(), x[None].double())
    assert double.error < 1e-14
    for name, values in expected.items():
        np.testing.assert_allclose(double.arrays[name][0], values, rtol=0, atol=1e-10, err_msg=name)


def test_a_relu_network_is_traced_and_its_error_is_in_shares_of_the_state():
    rnn = nn.RNN(3, 4, nonlinearity="relu")
    with torch.no_grad():
        rnn.weight_hh_l0.copy_(1.3 * torch.eye(4))  # states grow beyond 1000
        rnn.bias_ih_l0.fill_(1)
    x, w, h = torch.rand(40, 3), layer_weights(rnn, 0, False), torch.zeros(4)
    found = trace(rnn, x)
    for t in range(40):
        h = (x[t] @ w["weight_ih"].T + w["bias_ih"] + h @ w["weight_hh"].T + w["bias_hh"]).relu()
        np.testing.assert_allclose(found.part(0)["h"][t], h, rtol=1e-5, atol=1e-6)
    assert found.part(0)["h"].max() > 1000
    assert found.error < 1e-6


def test_the_last_layer_is_what_torch_puts_out(case):
    _, rnn = case
    x = torch.rand(9, 5)
    outputs, _ = rnn.eval()(x[None])
    found = trace(rnn, x)
    joined = np.concatenate([found.part(2, way)["h"] for way in found.directions], -1)
    np.testing.assert_allclose(joined, outputs[0].detach().numpy(), rtol=0, atol=1e-6)


def test_the_chain_of_layers_is_the_whole_module_of_a_shipped_model():
    import medrnn

    model = medrnn.load("pneumonia-lstm-forward")
    x = torch.rand(4, 28, model.rnn.input_size)
    found = trace_batch(model, x)
    with torch.no_grad():
        outputs, _ = model.rnn(x)
    torch.testing.assert_close(found.part(model.rnn.num_layers - 1)["h"], outputs, rtol=0, atol=1e-5)
    assert found.error < 1e-5


def test_the_update_gate_has_its_usual_meaning():
    rnn = nn.GRU(3, 4, batch_first=True)
    found = trace(rnn, torch.rand(6, 3)).part(0)
    before = np.vstack([np.zeros((1, 4)), found["h"][:-1]])
    np.testing.assert_allclose((1 - found["z"]) * before + found["z"] * found["n"], found["h"], atol=1e-6)


def test_the_module_is_left_as_found(case):
    _, rnn = case
    rnn.train()
    rnn.weight_hh_l1.requires_grad_(False)
    weights, flags = copy.deepcopy(rnn.state_dict()), [w.requires_grad for w in rnn.parameters()]
    random, precision = torch.get_rng_state(), torch.backends.cudnn.rnn.fp32_precision
    for _ in range(2):
        found = trace_batch(rnn, torch.ones(2, 4, 5), lengths=[4, 2])
    assert rnn.training
    assert all(torch.equal(weights[name], value) for name, value in rnn.state_dict().items())
    assert [w.requires_grad for w in rnn.parameters()] == flags
    assert all(weight.grad is None for weight in rnn.parameters())
    assert not rnn._forward_hooks
    assert torch.equal(torch.get_rng_state(), random)
    assert torch.backends.cudnn.rnn.fp32_precision == precision
    assert torch.is_grad_enabled()
    assert not any(values.requires_grad for values in found.arrays.values())


def test_the_input_is_not_changed_and_may_need_a_gradient():
    x = torch.rand(4, 3, requires_grad=True)
    before = x.detach().clone()
    trace(nn.LSTM(3, 4), x)
    assert torch.equal(x, before)
    assert x.grad is None


def test_a_network_inside_a_users_module_is_traced():
    class Reader(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.5))
            self.memory = nn.GRU(3, 4, 2, dropout=0.9)

    model = Reader().train()
    x = torch.rand(5, 3)
    assert trace(model, x).layers == 2
    np.testing.assert_array_equal(trace(model, x).part(1)["h"], trace(model.memory, x).part(1)["h"])
    assert trace(RecurrentClassifier(ModelConfig(features=3, width=4, layers=1)), x).layers == 1


def test_several_networks_are_named_and_none_is_refused():
    model = nn.ModuleDict({"encoder": nn.LSTM(3, 4), "decoder": nn.Sequential(nn.GRU(3, 4))})
    with pytest.raises(TraceError, match=r"got 2: encoder, decoder\.0\. Hand over one of them"):
        trace(model, torch.rand(5, 3))
    with pytest.raises(TraceError, match="got 0"):
        trace(nn.Linear(3, 4), torch.rand(5, 3))


class Doubled(nn.GRU):
    def forward(self, x, state=None):
        return super().forward(2 * x, state)


@pytest.mark.parametrize(
    ("module", "sentence"),
    [
        (nn.LSTM(3, 4, proj_size=2), "without a projection"),
        (nn.LSTM(3, 4).bfloat16(), r"float32 or float64 weights, got torch.bfloat16"),
        (Doubled(3, 4), "got Doubled with a forward of its own"),
    ],
)
def test_what_is_not_written_out_is_refused(module, sentence):
    with pytest.raises(TraceError, match=sentence):
        trace(module, torch.rand(5, 3))


@pytest.mark.parametrize("cell", CELLS)
def test_a_difference_above_the_bound_is_an_error_and_no_picture(cell, monkeypatch):
    rnn = CELLS[cell](3, 4, 2)
    honest = find_cell(rnn.mode)

    def without_a_bias(weights, x, h, start):
        return honest.batched({**weights, "bias_hh": weights["bias_hh"] + 1e-3}, x, h, start)

    assert trace(rnn, torch.rand(6, 3)).error < 1e-6
    monkeypatch.setitem(cells._BY_MODE, rnn.mode, replace(honest, batched=without_a_bias))
    with pytest.raises(TraceError, match="within 1e-05 of the fused run.*differ from the fused run by"):
        trace(rnn, torch.rand(6, 3))
    with pytest.raises(TraceError, match="within 1e-10 of the fused run"):
        trace(rnn.double(), torch.rand(6, 3))


def test_weights_that_are_not_numbers_are_an_error_even_in_one_layer():
    rnn = nn.LSTM(3, 4, 3)
    with torch.no_grad():
        rnn.weight_hh_l1[0, 0] = np.nan
    with pytest.raises(TraceError, match="nan"):
        trace(rnn, torch.rand(6, 3))


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_named_by_its_step(wrong):
    x = torch.rand(6, 3)
    x[4, 1] = wrong
    with pytest.raises(ReadingError, match=r"finite values, got NaN or infinity at step 4.*Replace"):
        trace(nn.GRU(3, 4), x)


def test_finite_values_whose_sum_is_not_are_read():
    assert trace(nn.GRU(3, 4), torch.full((2, 3), 3e38)).error < 1e-5


@pytest.mark.parametrize("shape", [(5,), (0, 3), (4, 5), (2, 4, 3), (4, 1, 3)])
def test_a_wrong_shape_names_both_shapes(shape):
    with pytest.raises(ReadingError, match=r"Expected \(step, 3\).*got \("):
        trace(nn.LSTM(3, 4), torch.zeros(shape))


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", [name for name, cell in cells.CELLS.items() if cell.fused])
def test_a_layer_as_a_module_of_its_own_gives_what_the_call_gives(cell, layers):
    """The module is CUDA's way; it draws no random numbers either."""
    rnn, x = CELLS[cell](5, 8, layers, dropout=0.0), torch.rand(6, 2, 5)
    weights, random = layer_weights(rnn, 0, False), torch.get_rng_state()
    with torch.no_grad():
        one, other = (run(cells.CELLS[cell], weights, x, {}) for run in (run_by_module, run_by_call))
    torch.testing.assert_close(one, other)
    assert torch.equal(torch.get_rng_state(), random)


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
