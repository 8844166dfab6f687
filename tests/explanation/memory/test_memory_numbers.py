"""Half-life, saturation, horizon, gradients, spectrum and fixed points against autograd and planted networks."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from medrnn.config import ModelConfig, ReadingConfig
from medrnn.explanation.memory.dynamics import find_fixed_points, gate_weights
from medrnn.explanation.memory.horizon import horizon, step_gradients
from medrnn.explanation.memory.ordering import co_cluster, contribute, order_units
from medrnn.explanation.memory.retention import half_life, idle_units, mm_per_step, saturation
from medrnn.explanation.memory.settling import describe_answers
from medrnn.explanation.tracing.trace import trace
from medrnn.models.cells import CELLS
from medrnn.models.classifier import RecurrentClassifier
from medrnn.types import Reading

KINDS = {name: cell.module for name, cell in CELLS.items()}


def make(cell, **more):
    return KINDS[cell](3, 5, **{"num_layers": 2, "bidirectional": True} | more).double()


def counter(forget=1.0, units=2):
    """An LSTM whose cell adds the input and keeps ``forget`` of what it has, at every step, whatever it reads."""
    rnn = nn.LSTM(1, units).double()
    with torch.no_grad():
        for weight in rnn.parameters():
            weight.zero_()
        i, f, g, o = rnn.bias_ih_l0.view(4, units)
        i += 50
        o += 50
        f += 50 if forget == 1 else math.log(forget / (1 - forget))
        rnn.weight_ih_l0[2 * units : 3 * units] = 0.01
    return rnn


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("cell", KINDS)
def test_the_horizon_is_the_norm_of_autograds_jacobian(cell, direction):
    rnn, x = make(cell), torch.randn(6, 3, dtype=torch.float64)
    found = trace(rnn, x)
    layer_input = torch.from_numpy(
        np.concatenate([found.part(0, d)["h"] for d in ("forward", "backward")], 1)
    ).double()
    suffix = "_l1" + ("_reverse" if direction == "backward" else "")
    weights = {n: getattr(rnn, n + suffix).detach() for n in CELLS[cell].layout}
    part = {s: torch.from_numpy(v).double() for s, v in found.part(1, direction).items()}
    order = list(range(6)) if direction == "forward" else list(range(5, -1, -1))
    got = horizon(rnn, found, 1, direction)
    for place, t in enumerate(order):
        start = tuple(part[s][t] for s in ("h", "C") if s in part)

        def last(*state, rest=order[place + 1 :]):
            now = dict(zip(("h", "C"), state, strict=False))
            for k in rest:
                now = CELLS[cell].step(layer_input[k], now, weights)
            return now["h"]

        jacobians = torch.autograd.functional.jacobian(last, start, strict=False)
        norms = [float(torch.linalg.matrix_norm(j, 2)) for j in jacobians]
        assert got.hidden[t] == pytest.approx(norms[0], rel=1e-4, abs=1e-7)
        if got.cell is not None:
            assert got.cell[t] == pytest.approx(norms[1], rel=1e-4, abs=1e-7)


def test_a_counter_remembers_for_ever_and_a_leaky_one_for_its_half_life():
    x = torch.ones(20, 1, dtype=torch.float64)
    perfect = trace(counter(), x)
    assert np.isinf(half_life(perfect.part(0))).all()
    held = horizon(counter(), perfect, 0).cell
    c = perfect.part(0)["C"][-1, 0]
    assert held[:-1] == pytest.approx(
        1 - math.tanh(c) ** 2, rel=1e-3
    )  # dh/dC at the end, the same for every step
    for forget in (0.5, 0.9):
        leaky = trace(counter(forget), x)
        assert half_life(leaky.part(0)) == pytest.approx(math.log(0.5) / math.log(forget), rel=1e-4)
        kept = horizon(counter(forget), leaky, 0).cell
        assert kept[3] / kept[2] == pytest.approx(1 / forget, rel=1e-3)


def test_half_life_of_a_gru_uses_the_usual_update_gate_and_an_rnn_has_none():
    part = {"z": np.full((9, 2), 0.25, np.float32), "r": np.ones((9, 2), np.float32), "h": np.zeros((9, 2))}
    assert half_life(part) == pytest.approx(math.log(0.5) / math.log(0.75))
    assert half_life({"h": np.zeros((9, 2))}) is None
    assert half_life({"f": np.zeros((3, 1))}) == pytest.approx(0)


def test_saturation_counts_steps_and_leaves_out_those_that_were_not_read():
    f = np.array([[0.05, 0.5], [0.95, 0.5], [0.99, 0.5], [0.5, 0.5], [np.nan, np.nan]], np.float32)
    found = saturation({"f": f, "h": np.zeros((5, 2))})
    assert set(found) == {"f"}
    assert found["f"].left.tolist() == [0.25, 0] and found["f"].right.tolist() == [0.5, 0]
    assert idle_units({"h": np.array([[0, 0.2], [0, 0.5]])}).tolist() == [True, False]


def test_mm_per_step_is_the_thickness_of_a_row():
    boxes = np.array([[0, 4 * k, 40, 4] for k in range(10)], np.float32)
    reading = Reading(np.zeros((10, 2)), np.zeros((2, 2)), boxes, (0, 0, 40, 40), ReadingConfig())
    assert mm_per_step(reading.boxes, (0.5, 9.0)) == pytest.approx(2)
    assert mm_per_step(reading.boxes, None) is None


def test_step_gradients_are_autograds_and_the_model_is_left_as_found():
    model = RecurrentClassifier(ModelConfig(cell="gru", features=4, width=6, layers=1, classes=3)).train()
    x = torch.rand(5, 4)
    found = step_gradients(model, x, 2)
    assert model.training and all(p.grad is None and p.requires_grad for p in model.parameters())
    leaf = x[None].clone().requires_grad_()
    model.eval()(leaf)[0, 2].backward()
    np.testing.assert_allclose(found, leaf.grad[0].norm(dim=1), rtol=1e-5)


def test_the_answer_over_time():
    p = np.array([[0.5, 0.5], [0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.1, 0.9]])
    found = describe_answers(p)
    assert found.entropy[0] == pytest.approx(1)
    assert found.entropy[1] == pytest.approx(-(0.9 * math.log2(0.9) + 0.1 * math.log2(0.1)))
    assert found.settled == 2 and found.stability == pytest.approx(0.6)
    assert found.drift == pytest.approx(0.2)
    assert (found.lowest, found.highest) == (pytest.approx(0.7), pytest.approx(0.9))
    assert found.margin_at_end == pytest.approx(0.8)
    assert found.moved.tolist() == pytest.approx([0, 0.4, 0.7, 0.1, 0.2])
    assert found.margin[-1] == pytest.approx(0.8)
    assert describe_answers(np.array([[1.0, 0.0]])).entropy[0] == 0
    with pytest.raises(ValueError, match="at least one"):
        describe_answers(np.zeros((0, 2)))


@pytest.mark.parametrize("cell", KINDS)
def test_a_fixed_point_stays_where_it_is(cell):
    rnn = make(cell, num_layers=1, bidirectional=False)
    x = torch.randn(15, 3, dtype=torch.float64)
    line = np.array([0.2, -0.1, 0.4])
    points = find_fixed_points(rnn, trace(rnn, x), line)
    assert points
    for point in points:
        state = {"h": torch.from_numpy(point.state[:5])}
        if "C" in CELLS[cell].memory:
            state["C"] = torch.from_numpy(point.state[5:])
        weights = {n: getattr(rnn, f"{n}_l0").detach() for n in CELLS[cell].layout}
        after = CELLS[cell].step(torch.from_numpy(line), state, weights)
        assert all(torch.allclose(after[s], state[s], atol=1e-7) for s in state)
        assert point.is_stable == bool(np.abs(point.eigenvalues).max() < 1)


def test_a_planted_switch_has_two_stable_points_and_one_between_them():
    rnn = nn.RNN(1, 1).double()
    with torch.no_grad():
        for weight in rnn.parameters():
            weight.zero_()
        rnn.weight_hh_l0[:] = 2.0  # h = tanh(2 h): 0 and +-0.9575
        rnn.weight_ih_l0[:] = 1.0
    x = torch.tensor([[-1.0], [0.0], [2.0], [0.5], [-3.0], [1.4]], dtype=torch.float64)
    points = find_fixed_points(rnn, trace(rnn, x), np.zeros(1))
    assert sorted(round(float(p.state[0]), 4) for p in points) in ([-0.9575, 0.9575], [-0.9575, 0.0, 0.9575])
    for point in points:
        assert point.is_stable == (abs(point.state[0]) > 0.5)


def test_gate_weights_are_the_matrices_of_the_gates():
    rnn = make("lstm")
    found = gate_weights(rnn, 1, "backward")
    assert [g.symbol for g in found] == ["i", "f", "g", "o"]
    w = rnn.weight_hh_l1_reverse.detach()[5:10]
    assert found[1].recurrent == pytest.approx(float(w.square().sum().sqrt()))
    assert (
        np.abs(np.sort_complex(found[1].eigenvalues) - np.sort_complex(np.linalg.eigvals(w.numpy()))).max()
        < 1e-9
    )


def test_orders_are_permutations_and_put_like_units_together():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(30, 1)), rng.normal(size=(30, 1))
    states = np.concatenate([a, b, 1.1 * a, 0 * a, 0.9 * b, 3 * a], 1)
    part = {"h": states}
    for by in ("stored", "cluster", "variance", "contribution"):
        assert sorted(order_units(part, by)) == list(range(6))
    clustered = order_units(part, "cluster").tolist()
    assert clustered[-1] == 3  # it never moves
    places = [clustered.index(k) for k in (0, 2, 5)]
    assert max(places) - min(places) == 2
    assert order_units(part, "variance")[0] == 5
    gain = np.array([0.1, -2, 0.3, 0, 5, 1])
    assert order_units(part, "contribution", gain).tolist() == [4, 5, 2, 0, 3, 1]


@pytest.mark.parametrize("readout, ways", [("last", 1), ("last", 2), ("mean+max", 1), ("mean+max", 2)])
def test_contributions_and_the_bias_add_up_to_the_logit(readout, ways):
    torch.manual_seed(3)
    config = ModelConfig(
        "gru", features=4, classes=3, layers=2, width=5, is_bidirectional=ways == 2, readout=readout
    )
    model = RecurrentClassifier(config).eval()
    x = torch.rand(9, 4)
    seen = trace(model, x)
    with torch.no_grad():
        logits = model(x[None])[0].double()
    bias = model.head.bias.detach().double()
    told = sum(contribute(model, seen, way, 2).sum() for way in seen.directions)
    assert told + float(bias[2] - bias.mean()) == pytest.approx(float(logits[2] - logits.mean()), abs=1e-5)
    assert contribute(model, seen, "forward", 2).shape == (5,)


def test_blocks_of_units_and_steps_are_found_again():
    states = np.zeros((12, 9))
    states[:4, 6:], states[4:8, :3], states[8:, 3:6] = 0.9, -0.8, 0.7
    steps, units = co_cluster(states, 3)
    assert len(set(units[:3])) == len(set(units[3:6])) == len(set(units[6:])) == 1
    assert steps[0] == units[6] and steps[5] == units[0] and steps[9] == units[4]
