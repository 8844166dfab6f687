"""Relevance against a written-out loop of Arras et al. in numpy, worked examples, and the sum that has to be kept."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from medrnn.config import CELLS, ModelConfig
from medrnn.errors import ConfigError
from medrnn.explanation.attribution.explain import explain, explain_reading
from medrnn.explanation.attribution.methods import METHODS
from medrnn.explanation.relevance.hand_back import relevance
from medrnn.explanation.relevance.refusals import refuse_relevance
from medrnn.explanation.relevance.rules import EPSILON
from medrnn.models.classifier import RecurrentClassifier
from medrnn.sequences import place
from tests.explanation.networks import KINDS, RECURRENT, build, carded

EACH = [(kind, cell) for kind in RECURRENT for cell in CELLS] + [("cnn", "lstm")]


def logits(model, x):
    with torch.no_grad():
        return model(x[None])[0]


@pytest.mark.parametrize("both", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize(("kind", "cell"), EACH, ids=["-".join(one) for one in EACH])
def test_relevance_sums_to_the_logit_in_every_network(kind, cell, both):
    model, x = build(kind, cell, both)
    for target in range(3):
        found, score = relevance(model, x[None], target)
        logit = float(logits(model, x)[target])
        assert score == pytest.approx(logit, abs=1e-9)
        assert float(found.sum()) == pytest.approx(logit, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("readout", ["last", "mean+max", "attention"])
@pytest.mark.parametrize("cell", CELLS)
def test_relevance_is_kept_by_layers_and_read_outs(cell, readout, layers):
    model, x = build("stack", cell, True, layers=layers, readout=readout)
    found, _ = relevance(model, x[None], 2)
    assert float(found.sum()) == pytest.approx(float(logits(model, x)[2]), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_a_map_in_float32_sums_to_the_logit_and_lies_upright(kind):
    model, card, reading = carded(kind)
    found = explain_reading(model, card, reading, method="gated-relevance", target="c")
    logit = float(logits(model, torch.from_numpy(reading.sequence))[2])
    assert found.values.shape == (8, 12) and found.is_signed and not found.baseline
    assert float(found.values.sum(dtype=np.float64)) == pytest.approx(logit, rel=1e-3, abs=1e-4)
    exact, _ = relevance(model, torch.from_numpy(reading.sequence)[None], 2)
    upright = place(exact[0], model.reading)
    upright = upright.sum(-1) if upright.ndim == 3 else upright
    np.testing.assert_allclose(found.values, upright, rtol=1e-4, atol=1e-4 * float(upright.abs().max()))


def shared(inputs, weights, bias, output, on_output):
    """Equation 2 of Arras et al. 2017 one pair at a time, the bias and the stabiliser shared evenly (delta = 1)."""
    on_input = np.zeros(len(inputs))
    for j in range(len(output)):
        sign = -1 if output[j] < 0 else 1
        for i in range(len(inputs)):
            message = inputs[i] * weights[j, i] + (bias[j] + EPSILON * sign) / len(inputs)
            on_input[i] += message / (output[j] + EPSILON * sign) * on_output[j]
    return on_input


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


def arras(model, x, target):
    """An LSTM of one layer whose last state is read out, by the rules of the paper, in numpy."""
    w = {name: one.detach().numpy() for name, one in model.rnn.named_parameters()}
    w_x, w_h, bias = w["weight_ih_l0"], w["weight_hh_l0"], w["bias_ih_l0"] + w["bias_hh_l0"]
    steps, unit = len(x), w_h.shape[1]
    h, c = np.zeros((steps + 1, unit)), np.zeros((steps + 1, unit))
    gates, inside = [], []
    for t in range(steps):
        i, f, g, o = np.split(w_x @ x[t] + w_h @ h[t] + bias, 4)
        inside.append(g)
        gates.append((sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)))
        i, f, g, o = gates[-1]
        c[t + 1] = f * c[t] + i * g
        h[t + 1] = o * np.tanh(c[t + 1])
    head, offset = model.head.weight.detach().numpy(), model.head.bias.detach().numpy()
    score = head[target] @ h[-1] + offset[target]
    on_h = shared(h[-1], head[[target]], offset[[target]], [score], [score])
    on_c, found = np.zeros(unit), np.zeros_like(x)
    for t in range(steps - 1, -1, -1):
        i, f, g, _ = gates[t]
        on_c = on_c + on_h  # h = o tanh(C): all to the signal
        rows, part = slice(2 * unit, 3 * unit), [x[t]]
        if t:
            on_written = np.zeros(unit)
            on_kept = np.zeros(unit)
            for j in range(unit):
                on_kept[j], on_written[j] = shared(
                    np.array([f[j] * c[t, j], i[j] * g[j]]), np.ones((1, 2)), [0], [c[t + 1, j]], [on_c[j]]
                )
            part.append(h[t])
        else:  # there is nothing before the first step
            on_written, on_kept = on_c, None
        weights = np.concatenate([w_x[rows], w_h[rows]], 1)[:, : sum(map(len, part))]
        on_part = shared(np.concatenate(part), weights, bias[rows], inside[t], on_written)
        found[t], on_h, on_c = on_part[: x.shape[1]], on_part[x.shape[1] :], on_kept
    return found, score


def test_an_lstm_agrees_with_the_paper_written_out():
    torch.manual_seed(3)
    model = RecurrentClassifier(ModelConfig(features=4, width=3, layers=1, classes=2, init="torch")).double()
    x = torch.rand(6, 4, dtype=torch.float64)
    for target in (0, 1):
        expected, score = arras(model.eval(), x.numpy(), target)
        found, logit = relevance(model, x[None], target)
        assert logit == pytest.approx(score, abs=1e-12)
        np.testing.assert_allclose(found[0], expected, rtol=1e-8, atol=1e-12)


def test_a_gru_of_one_unit_by_hand():
    """Two steps, one value a step, no biases: h1 = z1 n1, h2 = (1 - z2) h1 + z2 n2."""
    rnn = nn.GRU(1, 1, bias=False, batch_first=True).double()
    with torch.no_grad():
        rnn.weight_ih_l0.copy_(torch.tensor([[0.3], [-0.4], [0.9]], dtype=torch.float64))
        rnn.weight_hh_l0.copy_(torch.tensor([[0.5], [0.2], [-0.7]], dtype=torch.float64))
    x = np.array([0.8, 0.6])
    r, keep, n, h = [], [], [], [0.0]
    for t in range(2):
        r.append(sigmoid(0.3 * x[t] + 0.5 * h[t]))
        keep.append(sigmoid(-0.4 * x[t] + 0.2 * h[t]))
        n.append(np.tanh(0.9 * x[t] - 0.7 * r[t] * h[t]))
        h.append(keep[t] * h[t] + (1 - keep[t]) * n[t])
    on_kept, on_n = shared([keep[1] * h[1], (1 - keep[1]) * n[1]], np.ones((1, 2)), [0], [h[2]], [h[2]])
    on_x, on_h = shared([x[1], h[1]], np.array([[0.9, -0.7 * r[1]]]), [0], [np.arctanh(n[1])], [on_n])
    found, score = relevance(LastOf(rnn), torch.tensor(x)[None, :, None], 0)
    assert score == pytest.approx(h[2], abs=1e-12)
    np.testing.assert_allclose(found[0, :, 0], [on_kept + on_h, on_x], rtol=1e-9)


class LastOf(nn.Module):
    """A stranger's module: a recurrent network, and its last state as the logits."""

    def __init__(self, rnn, head=None):
        super().__init__()
        self.rnn, self.head = rnn, head or nn.Identity()

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


class Linear(nn.Module):
    """A linear network without a bias."""

    def __init__(self, layers):
        super().__init__()
        self.layers = layers.double()

    def forward(self, x):
        return self.layers(x.flatten(1))


def test_of_a_linear_layer_the_map_is_weight_times_value():
    """But for the stabiliser, which is shared evenly."""
    model, x = Linear(nn.Linear(12, 2, bias=False)), torch.rand(1, 3, 4, dtype=torch.float64)
    found, score = relevance(model, x, 1)
    sign = EPSILON if score >= 0 else -EPSILON
    product = (model.layers.weight[1] * x.flatten()).detach()
    np.testing.assert_allclose(
        found.flatten(), (product + sign / 12) * score / (score + sign), rtol=1e-9, atol=1e-12
    )


def test_two_linear_layers_share_one_after_the_other():
    layers = nn.Sequential(nn.Linear(12, 5), nn.Linear(5, 2))
    x = torch.rand(1, 3, 4, dtype=torch.float64)
    found, score = relevance(Linear(layers), x, 0)
    first, last = (
        (layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in (layers[0], layers[1])
    )
    values = x.flatten().numpy()
    hidden = first[0] @ values + first[1]
    on_hidden = shared(hidden, last[0][[0]], last[1][[0]], [score], [score])
    expected = shared(values, *first, hidden, on_hidden)
    np.testing.assert_allclose(found.flatten(), expected, rtol=1e-8, atol=1e-12)


def test_what_only_a_gate_reads_gets_nothing():
    """The second feature opens the input gate; the candidate does not see it, nor does any step's memory hold it."""
    rnn = nn.LSTM(2, 3, batch_first=True).double()
    with torch.no_grad():
        rnn.weight_ih_l0[6:9, 1] = 0
    model, x = LastOf(rnn), torch.rand(1, 1, 2, dtype=torch.float64)
    found, score = relevance(model, x, 1)
    rnn.requires_grad_(False)
    bias = float(rnn.bias_ih_l0[7] + rnn.bias_hh_l0[7])
    inside = float(rnn.weight_ih_l0[7, 0] * x[0, 0, 0]) + bias
    sign = -EPSILON if inside < 0 else EPSILON
    assert float(found[0, 0, 1]) == pytest.approx(score * (bias + sign) / 2 / (inside + sign), rel=1e-9)


@pytest.mark.parametrize("kind", ["stack", "sweeps-stem", "cnn"])
def test_the_module_is_left_as_found(kind):
    model, card, reading = carded(kind)
    model.train()
    before = copy.deepcopy(model.state_dict())
    explain(model, reading.sequence, method="gated-relevance", reading=model.reading)
    assert all(torch.equal(one, before[name]) for name, one in model.state_dict().items())
    assert all(part.training and not part._forward_hooks for part in model.modules())
    assert not any("forward" in vars(part) for part in model.modules())
    assert all(weight.grad is None and weight.requires_grad for weight in model.parameters())
    assert next(model.parameters()).dtype == torch.float32


def test_strangers_of_known_layers_are_explained():
    head = nn.Sequential(nn.Linear(6, 4), nn.ReLU(inplace=True), nn.Dropout(0.5), nn.Linear(4, 2))
    model = LastOf(nn.LSTM(5, 6, 2, batch_first=True), head)
    assert refuse_relevance(model) is None
    found = explain(model, torch.rand(7, 5), method="gated-relevance", target=1)
    assert found.values.shape == (7, 5)


class Products(nn.Module):
    """Two signals are multiplied."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(5, 2)

    def forward(self, x):
        found = self.layer(x).sum(1)
        return found * found


class Sines(Products):
    """An operation that nobody wrote a rule for."""

    def forward(self, x):
        return self.layer(x).sin().sum(1)


class Cells(Products):
    """The head sees the memory C, which a trace of states does not lead back from."""

    def __init__(self):
        super().__init__()
        self.rnn, self.layer = nn.LSTM(5, 4, batch_first=True), nn.Linear(8, 2)

    def forward(self, x):
        outputs, (_, cell) = self.rnn(x)
        return self.layer(torch.cat([outputs[:, -1], cell[0]], -1))


@pytest.mark.parametrize(
    ("model", "match"),
    [
        (Products(), "product of a gate and a signal"),
        (Sines(), "operations that it has a rule for, got 'sin'"),
        (Cells(), "sums to the logit"),
    ],
    ids=["product", "sin", "memory"],
)
def test_a_stranger_without_a_rule_is_refused_when_it_runs(model, match):
    with pytest.raises(ConfigError, match=match):
        explain(model, torch.rand(7, 5), method="gated-relevance", target=1)


def test_a_stranger_is_refused_by_its_layers():
    refuses = METHODS["gated-relevance"].refuses
    assert "projection" in refuses(LastOf(nn.LSTM(5, 6, proj_size=2)))
    assert "TransformerEncoderLayer" not in refuses(nn.TransformerEncoderLayer(4, 2))  # its parts are named
    assert "LayerNorm" in refuses(LastOf(nn.GRU(5, 6), nn.LayerNorm(6)))
    assert all(refuses(build(kind)[0]) is None for kind in KINDS)


class At(nn.Module):
    """The answer of a network after so many steps."""

    def __init__(self, whole, step):
        super().__init__()
        self.whole, self.step = whole, step

    def forward(self, x):
        return self.whole.prefix_logits(x)[:, self.step]


@pytest.mark.parametrize("readout", ["mean+max", "attention"])
@pytest.mark.parametrize("kind", RECURRENT)
def test_the_answer_on_the_way_is_shared_too(kind, readout):
    model, x = build(kind, "gru", readout=readout)
    found, _ = relevance(At(model, 1), x[None], 1)
    with torch.no_grad():
        logit = float(model.prefix_logits(x[None])[0, 1, 1])
    assert float(found.sum()) == pytest.approx(logit, rel=1e-6, abs=1e-9)
    if kind == "stack":
        assert not found[0, 2:].any() and found[0, :2].all()
