"""Every cell's record is whole: its module, its three forms of the equations, and its facts agree with each other."""

import math

import pytest
import torch
from torch import nn

from medrnn import config
from medrnn.models.cells import CELLS, MODULES, find_cell, run_layer
from medrnn.models.cells.rnn import RELU
from medrnn.plots import theme

EVERY = [*CELLS.values(), RELU]


@pytest.fixture(params=EVERY, ids=lambda cell: cell.name)
def cell(request):
    return request.param


def make(cell, features=3, units=4, **more):
    return cell.module(features, units, **cell.options, **more).double()


def weights_of(cell, rnn):
    return {name: getattr(rnn, f"{name}_l0").detach() for name in cell.layout}


def begin(cell, units=4, batch=()):
    return {symbol: torch.rand(*batch, units, dtype=torch.float64) - 0.5 for symbol in cell.memory}


def test_the_cells_are_those_of_the_settings_in_their_order():
    assert list(CELLS) == list(config.CELLS)
    assert all(cell.name == name for name, cell in CELLS.items())
    assert len(MODULES) == len(CELLS)


def test_a_module_finds_its_record(cell):
    rnn = make(cell)
    assert find_cell(rnn.mode) is cell
    assert {f"{name}_l0" for name in cell.layout} == dict(rnn.named_parameters()).keys()
    for name, gates in cell.layout.items():
        assert len(getattr(rnn, f"{name}_l0")) == 4 * len(gates)


def test_every_gate_has_a_colour_and_a_meaning(cell):
    for symbol in cell.ranges:
        assert symbol in theme.MEANINGS
        assert all(symbol in colours for colours in theme.GATES.values())


def test_the_example_of_what_if_is_a_symbol_of_the_cell_within_its_range(cell):
    symbol, value = cell.example
    low, high = cell.ranges[symbol]
    assert low <= value <= high


def test_the_equations_are_the_module(cell):
    rnn, x = make(cell), torch.randn(7, 3, dtype=torch.float64)
    found = run_layer(cell, x, weights_of(cell, rnn))
    assert set(found) == set(cell.ranges)
    torch.testing.assert_close(found["h"], rnn(x)[0].detach(), rtol=0, atol=1e-14)


def test_the_equations_are_the_module_from_any_state(cell):
    rnn, x, start = make(cell), torch.randn(5, 3, dtype=torch.float64), begin(cell)
    state = tuple(start[symbol][None] for symbol in cell.memory)
    output, _ = rnn(x, state if len(state) > 1 else state[0])
    found = run_layer(cell, x, weights_of(cell, rnn), start)
    torch.testing.assert_close(found["h"], output.detach(), rtol=0, atol=1e-14)


@pytest.mark.parametrize("is_given", [False, True])
def test_the_batched_form_is_the_equations_for_every_symbol(cell, is_given):
    rnn, x = make(cell), torch.randn(6, 2, 3, dtype=torch.float64)
    start = begin(cell, batch=(2,)) if is_given else {}
    weights = weights_of(cell, rnn)
    alone = [
        run_layer(cell, x[:, k], weights, {s: v[k] for s, v in start.items()}) for k in range(x.shape[1])
    ]
    expected = {symbol: torch.stack([one[symbol] for one in alone], 1) for symbol in cell.ranges}
    before = {symbol: values.clone() for symbol, values in start.items()}
    found = cell.batched(weights, x, expected["h"].clone(), start)
    assert set(found) == set(cell.ranges)
    for symbol, values in expected.items():
        torch.testing.assert_close(found[symbol], values, rtol=0, atol=1e-13, msg=symbol)
    assert all(torch.equal(start[symbol], values) for symbol, values in before.items())


def test_gates_and_states_keep_to_their_ranges(cell):
    rnn = make(cell)
    with torch.no_grad():
        for weight in rnn.parameters():
            weight.mul_(4)
    found = run_layer(cell, torch.randn(30, 3, dtype=torch.float64), weights_of(cell, rnn))
    for symbol, (low, high) in cell.ranges.items():
        assert low <= found[symbol].min() and found[symbol].max() <= high


def test_the_jacobian_is_autograds(cell):
    rnn, x, before = make(cell), torch.randn(3, dtype=torch.float64), begin(cell)
    weights = weights_of(cell, rnn)
    now = cell.step(x, before, weights)
    found = cell.jacobian(now, before, weights)
    assert set(found) == {a + b for a in cell.memory for b in cell.memory}
    for told in cell.memory:
        for asked in cell.memory:

            def one(state, told=told, asked=asked):
                return cell.step(x, before | {asked: state}, weights)[told]

            expected = torch.autograd.functional.jacobian(one, before[asked])
            torch.testing.assert_close(found[told + asked], expected, rtol=0, atol=1e-14, msg=told + asked)


@pytest.mark.parametrize("cell", [c for c in CELLS.values() if c.keeps], ids=lambda c: c.name)
def test_what_keeps_is_what_carries_the_memory_from_one_step_to_the_next(cell):
    """With the gate held open nothing is lost: the memory of the last step changes by what is told anew alone."""
    rnn, x, before = make(cell), torch.randn(3, dtype=torch.float64), begin(cell)
    now = cell.step(x, before, weights_of(cell, rnn))
    share = torch.as_tensor(cell.keeps.share(now[cell.keeps.symbol].numpy()))
    told = now["i"] * now["g"] if "C" in cell.memory else now["z"] * now["n"]
    memory = cell.memory[-1]
    torch.testing.assert_close(now[memory], share * before[memory] + told, rtol=0, atol=1e-14)
    assert cell.keeps.share(cell.example[1]) == 0
    assert cell.keeps.formula == ("f" if cell.keeps.symbol == "f" else "1 - z")


@pytest.mark.parametrize("cell", [c for c in CELLS.values() if c.holding], ids=lambda c: c.name)
def test_held_gates_leave_the_long_memory_as_it_is(cell):
    weights = {name: torch.zeros_like(w) for name, w in weights_of(cell, make(cell)).items()}
    for gate, value in cell.holding.items():
        place = cell.rows.index(gate)
        weights["bias_ih"][4 * place : 4 * place + 4] = math.inf if value else -math.inf
    before = begin(cell)
    assert torch.equal(cell.step(torch.zeros(3).double(), before, weights)["C"], before["C"])


def test_the_gates_that_are_turned_are_1_less_what_their_rows_compute(cell):
    weights = {name: torch.zeros_like(w) for name, w in weights_of(cell, make(cell)).items()}
    for place in range(len(cell.rows)):
        weights["bias_ih"][4 * place : 4 * place + 4] = 2.0
    now = cell.step(torch.zeros(3).double(), begin(cell), weights)
    for gate in cell.rows:
        if cell.ranges[gate] == (0.0, 1.0):
            expected = 1 - 1 / (1 + math.exp(-2)) if gate in cell.turned else 1 / (1 + math.exp(-2))
            assert now[gate].tolist() == pytest.approx([expected] * 4)


def test_torchs_own_modules_are_untouched():
    assert MODULES[:3] == (nn.RNN, nn.LSTM, nn.GRU)
