"""Contextual decomposition against the paper written out in numpy, and the sums that have to hold at each step."""

import numpy as np
import pytest
import torch

from medrnn.config import ModelConfig
from medrnn.errors import ConfigError
from medrnn.explanation.attribution.explain import explain
from medrnn.explanation.attribution.methods import METHODS
from medrnn.explanation.decomposition import Parts, decompose_layer, decompose_logits, decompose_states
from medrnn.explanation.tracing.fused import layer_weights
from medrnn.models.classifier import RecurrentClassifier
from tests.explanation.networks import build


def lstm(**settings):
    given = {"features": 4, "width": 5, "layers": 2, "classes": 3, "init": "torch"}
    model = RecurrentClassifier(ModelConfig(**{**given, **settings})).double().eval()
    return model, torch.rand(6, 4, dtype=torch.float64)


WAYS = pytest.mark.parametrize("both", [False, True], ids=["forward", "both"])
READ = pytest.mark.parametrize("readout", ["last", "mean+max"])


@WAYS
def test_the_parts_sum_to_the_states_at_each_step(both):
    model, x = lstm(is_bidirectional=both)
    within = torch.rand(9, 6) < 0.4
    found = decompose_states(model, x, within)
    with torch.no_grad():
        outputs, _ = model.rnn(x[None])
    torch.testing.assert_close(found.whole, outputs.expand_as(found.whole), rtol=0, atol=1e-12)
    assert float(found.gamma.abs().max()) > 0.01 and float(found.beta.abs().max()) > 0.01


def test_the_parts_of_the_memory_sum_to_it_at_each_step():
    model, x = lstm(layers=1)
    marks = torch.eye(6, dtype=torch.float64)
    level = Parts(x * marks[..., None], x * (1 - marks[..., None]))
    _, cell = decompose_layer(level, layer_weights(model.rnn, 0, False), marks)
    for t in range(1, 7):
        with torch.no_grad():
            _, (_, expected) = model.rnn(x[None, :t])
        torch.testing.assert_close(cell.whole[:, t - 1], expected[0].expand(6, -1), rtol=0, atol=1e-12)


@READ
@WAYS
def test_the_whole_sequence_makes_the_logit_and_nothing_the_rest(both, readout):
    model, x = lstm(is_bidirectional=both, readout=readout)
    found = decompose_logits(model, x, torch.tensor([[1] * 6, [0] * 6]))
    with torch.no_grad():
        logits = model(x[None])[0] - model.head.bias
    torch.testing.assert_close(found.beta[0], logits, rtol=0, atol=1e-12)
    torch.testing.assert_close(found.gamma[1], logits, rtol=0, atol=1e-12)
    assert not found.gamma[0].abs().max() > 1e-14 and not found.beta[1].abs().max() > 1e-14


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


def three(a, b, c, curve):
    """The two orders in which a and b can follow a bias c, averaged."""
    by_a = ((curve(c + a) - curve(c)) + (curve(c + b + a) - curve(c + b))) / 2
    by_b = ((curve(c + b) - curve(c)) + (curve(c + a + b) - curve(c + a))) / 2
    return by_a, by_b, curve(c)


def murdoch(model, x, start, stop):
    """One layer, read out at its last state: beta's logits for the steps from start to before stop."""
    w = {name.removesuffix("_l0"): one.detach().numpy() for name, one in model.rnn.named_parameters()}
    unit = w["weight_hh"].shape[1]
    bias = w["bias_ih"] + w["bias_hh"]
    beta = gamma = beta_c = gamma_c = np.zeros(unit)
    for t in range(len(x)):
        is_in = start <= t < stop
        from_x, nothing = w["weight_ih"] @ x[t], np.zeros(4 * unit)
        inside = w["weight_hh"] @ beta + (from_x if is_in else nothing)
        other = w["weight_hh"] @ gamma + (nothing if is_in else from_x)
        gate = dict(zip("ifgo", range(4), strict=True))
        parts = {}
        for name, k in gate.items():
            rows = slice(k * unit, (k + 1) * unit)
            curve = np.tanh if name == "g" else sigmoid
            parts[name] = three(inside[rows], other[rows], bias[rows], curve)
        (i_b, i_g, i_0), (f_b, f_g, f_0), (g_b, g_g, g_0) = parts["i"], parts["f"], parts["g"]
        o = sum(parts["o"])
        new_beta = i_b * g_b + i_b * g_0 + i_0 * g_b + (f_b + f_0) * beta_c
        new_gamma = i_g * (g_b + g_g + g_0) + (i_b + i_0) * g_g
        new_gamma = new_gamma + (f_b + f_g + f_0) * gamma_c + f_g * beta_c
        if is_in:
            new_beta = new_beta + i_0 * g_0
        else:
            new_gamma = new_gamma + i_0 * g_0
        beta_c, gamma_c = new_beta, new_gamma
        by_beta, by_gamma, _ = three(beta_c, gamma_c, 0, np.tanh)
        beta, gamma = o * by_beta, o * by_gamma
    return model.head.weight.detach().numpy() @ beta


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (2, 3), (5, 6), (1, 4)])
def test_a_phrase_agrees_with_the_paper_written_out(start, stop):
    model, x = lstm(layers=1)
    within = torch.tensor([[start <= t < stop for t in range(6)]])
    expected = murdoch(model, x.numpy(), start, stop)
    np.testing.assert_allclose(decompose_logits(model, x, within).beta[0], expected, rtol=1e-10, atol=1e-13)


def test_a_sequence_of_one_step_is_its_phrase():
    model, x = lstm()
    found = explain(model, x[:1], method="contextual-decomposition", target=1)
    with torch.no_grad():
        logit = float(model(x[None, :1])[0, 1] - model.head.bias[1])
    np.testing.assert_allclose(found.values, np.full((1, 4), logit), rtol=1e-6)


def test_a_map_has_one_value_a_step():
    model, x = build("stack", layers=2, both=True)
    found = explain(model, x, method="contextual-decomposition", target=2, reading=model.reading)
    scores = decompose_logits(model, x, torch.eye(len(x))).beta[:, 2]
    np.testing.assert_allclose(found.values, scores[:, None].expand(8, 12), rtol=1e-6)
    assert all(weight.grad is None and weight.requires_grad for weight in model.parameters())


@pytest.mark.parametrize(
    ("kind", "cell", "match"),
    [
        ("stack", "gru", "LSTM layers"),
        ("sweeps", "lstm", "one sequence"),
        ("cnn", "lstm", "one sequence"),
        ("stack-linear", "lstm", "encoder"),
    ],
)
def test_other_networks_are_refused_with_the_reason(kind, cell, match):
    model, x = build(kind, cell)
    assert match in METHODS["contextual-decomposition"].refuses(model)
    with pytest.raises(ConfigError, match=f"contextual-decomposition is not right here: .*{match}"):
        explain(model, x, method="contextual-decomposition", target=0)
    assert METHODS["contextual-decomposition"].refuses(build("stack")[0]) is None
    assert "attention" in METHODS["contextual-decomposition"].refuses(build("stack", readout="attention")[0])
