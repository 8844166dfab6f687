"""Lesson 3: each claim of what vanishes and what explodes, over several seeds where it is of untrained networks."""

import numpy as np
import pytest
import torch
from torch import nn

from medrnn.config import ModelConfig
from medrnn.explanation.memory.horizon import step_gradients
from medrnn.lessons.fading import CELLS, MODELS, MOST, fade_trained, fade_untrained, untrained
from medrnn.models.catalog import load_model
from medrnn.models.networks import build_untrained
from medrnn.ui.learn.fading import power

SEEDS = (0, 1, 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_of_an_lstm_less_than_1e_4_arrives_with_torchs_start_and_more_than_1e_2_with_the_good_one(seed):
    arrives = {start: fade_untrained(start, 28, 1.0, seed).arrives("lstm") for start in ("torch", "good")}
    assert arrives["torch"] < 1e-4 and arrives["good"] > 1e-2


def test_the_good_start_is_orthogonal_with_forget_bias_1_and_torchs_forget_gate_stands_near_one_half():
    good, plain = (untrained("lstm", start, 28).rnn for start in ("good", "torch"))
    for gate in good.weight_hh_l0.detach().split(128):
        np.testing.assert_allclose(gate @ gate.T, np.eye(128), atol=1e-6)
    assert (good.bias_ih_l0 + good.bias_hh_l0)[128:256].unique().tolist() == [1.0]
    bias = (plain.bias_ih_l0 + plain.bias_hh_l0)[128:256].detach()
    assert float(bias.sigmoid().mean()) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("length", [28, 784])
def test_with_torchs_start_the_plain_rnn_fades_most_as_in_the_textbook(seed, length):
    found = fade_untrained("torch", length, 1.0, seed)
    assert found.arrives("rnn") < min(found.arrives("lstm"), found.arrives("gru"))


@pytest.mark.parametrize("seed", SEEDS)
def test_with_the_good_start_the_plain_rnn_is_level_with_the_lstm_at_28_steps(seed):
    found = fade_untrained("good", 28, 1.0, seed)
    assert 0.5 < found.arrives("rnn") / found.arrives("lstm") < 2 and found.arrives("gru") < 1e-3


@pytest.mark.parametrize("start", ["torch", "good"])
def test_the_longer_the_less_arrives(start):
    shares = [fade_untrained(start, length, 1.0) for length in (28, 112, 392)]
    for cell in CELLS:
        arrives = [one.arrives(cell) for one in shares]
        assert arrives == sorted(arrives, reverse=True)


def test_larger_recurrent_weights_let_the_plain_rnn_explode_first():
    found = fade_untrained("good", 28, 2.0)
    assert found.arrives("rnn") > 1000 and found.arrives("lstm") < 100 and found.arrives("gru") < 1


def test_clipping_brings_the_update_to_norm_1_and_the_share_stays():
    found = fade_untrained("good", 28, 2.0)
    by = found.clipped("rnn")
    weights = [nn.Parameter(torch.zeros(3)), nn.Parameter(torch.zeros(2))]
    for weight in weights:
        weight.grad = torch.ones_like(weight) * found.weights["rnn"] / 5**0.5
    before = nn.utils.clip_grad_norm_(weights, MOST)  # torch's own clipping of a gradient of this norm
    assert float(before) == pytest.approx(found.weights["rnn"], rel=1e-6)
    assert float(torch.cat([w.grad for w in weights]).norm()) == pytest.approx(
        by * found.weights["rnn"], rel=1e-5
    )
    clipped = by * found.norms["rnn"]
    assert clipped[0] / clipped[-1] == pytest.approx(found.arrives("rnn"))
    short = fade_untrained("torch", 28, 0.5)
    assert short.weights["lstm"] < MOST and short.clipped("lstm") == 1


def test_in_the_trained_networks_much_of_the_gradient_arrives_at_the_first_row():
    models = {cell: load_model(name) for cell, name in MODELS.items()}
    found = fade_trained(models)
    assert all(found.arrives(cell) > 0.5 for cell in CELLS)
    assert all(
        p.dtype == torch.float32 and not p.requires_grad for m in models.values() for p in m.parameters()
    )


def test_the_factors_multiply_to_what_arrives():
    found = fade_untrained("torch", 28, 1.0)
    for cell in CELLS:
        assert found.factor(cell) ** 27 == pytest.approx(found.arrives(cell))


def test_the_gradient_is_that_of_the_chain_rule_written_out():
    """dL/dx_t of a plain RNN by its Jacobians, diag(1 - h²) W_hh, one after another."""
    from medrnn.lessons.fading import _digits

    model = untrained("rnn", "torch", 28)
    x, labels = _digits(28)
    w = {name: p.detach() for name, p in model.rnn.named_parameters()}
    norms = []
    for row, label in zip(x, labels, strict=True):
        h, states = torch.zeros(128, dtype=torch.float64), []
        for step in row:
            h = (w["weight_ih_l0"] @ step + w["weight_hh_l0"] @ h + w["bias_ih_l0"] + w["bias_hh_l0"]).tanh()
            states.append(h)
        p = (model.head.weight.detach() @ h + model.head.bias.detach()).softmax(0)
        p[label] -= 1
        back = model.head.weight.detach().T @ p / len(x)
        found = []
        for h in reversed(states):
            before_tanh = (1 - h**2) * back
            found.append(float((w["weight_ih_l0"].T @ before_tanh).norm()))
            back = w["weight_hh_l0"].T @ before_tanh
        norms.append(found[::-1])
    np.testing.assert_allclose(fade_untrained("torch", 28, 1.0).norms["rnn"], np.mean(norms, 0), rtol=1e-9)


def test_a_network_before_training_is_the_same_for_a_seed_and_leaves_torchs_generator_alone():
    config = ModelConfig(cell="lstm", features=28, classes=10, layers=1, width=8)
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    one, two, other = (build_untrained(config, None, seed) for seed in (1, 1, 2))
    assert torch.equal(torch.rand(3), expected)
    x = np.random.default_rng(0).random((28, 28), np.float32)
    assert np.array_equal(step_gradients(one, x, 0), step_gradients(two, x, 0))
    assert not np.array_equal(step_gradients(one, x, 0), step_gradients(other, x, 0))


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.12, "0.12"), (6.4, "6.4"), (453.2, "453"), (3.2e-6, "3 x 10⁻⁶"), (1.1e4, "1 x 10⁴")],
)
def test_a_share_is_written_as_people_read_it(value, said):
    assert power(value).replace("\N{NO-BREAK SPACE}", " ") == said
