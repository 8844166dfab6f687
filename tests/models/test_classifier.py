"""The classifier: shapes, prefixes, initialisation."""

import pytest
import torch

from medrnn.config import ModelConfig
from medrnn.models.cells import CELLS
from medrnn.models.classifier import RecurrentClassifier

SHAPES = [
    ModelConfig(cell=cell, features=4, width=6, layers=2, classes=3, is_bidirectional=both, readout=readout)
    for cell in CELLS
    for both in (False, True)
    for readout in ("last", "mean+max")
]


@pytest.fixture(params=SHAPES, ids=lambda c: f"{c.cell}-{c.is_bidirectional}-{c.readout}")
def model(request):
    return RecurrentClassifier(request.param).eval()


def test_the_answer_after_each_step_is_the_answer_to_that_prefix(model):
    x = torch.rand(2, 7, 4)
    steps = model.prefix_logits(x)
    assert steps.shape == (2, 7, 3)
    for t in range(7):
        torch.testing.assert_close(steps[:, t], model(x[:, : t + 1]))


def test_the_last_state_of_the_backward_direction_is_the_one_that_has_read_everything():
    model = RecurrentClassifier(ModelConfig(features=4, width=6, layers=1, is_bidirectional=True)).eval()
    x = torch.rand(1, 7, 4)
    _, (h, _) = model.rnn(x)
    torch.testing.assert_close(model(x), model.head(torch.cat([h[0], h[1]], -1)))


@pytest.mark.parametrize("cell", CELLS)
def test_good_initialisation_makes_each_gate_orthogonal(cell):
    model = RecurrentClassifier(ModelConfig(cell=cell, width=16))
    for gate in model.rnn.weight_hh_l1.detach().split(16):
        torch.testing.assert_close(gate @ gate.T, torch.eye(16), atol=1e-5, rtol=0)


def test_the_forget_bias_sums_to_one_over_both_vectors():
    model = RecurrentClassifier(ModelConfig(cell="lstm", width=16))
    total = model.rnn.bias_ih_l0 + model.rnn.bias_hh_l0
    assert torch.equal(total, torch.cat([torch.zeros(16), torch.ones(16), torch.zeros(32)]))


def test_good_initialisation_lets_more_gradient_reach_the_first_step_than_torchs_own():
    shares = {}
    for init in ("good", "torch"):
        torch.manual_seed(0)
        model = RecurrentClassifier(ModelConfig(layers=1, dropout=0, init=init))
        x = torch.rand(8, 28, 28, requires_grad=True)
        model(x)[:, 0].sum().backward()
        by_step = x.grad.norm(dim=(0, 2))
        shares[init] = float(by_step[0] / by_step[-1])
    assert shares["good"] > 100 * shares["torch"]


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("readout", ["last", "mean+max", "attention"])
def test_prefixes_of_a_long_sequence_are_those_that_are_read_one_by_one(cell, readout):
    config = ModelConfig(
        cell=cell, features=3, classes=2, layers=2, width=4, is_bidirectional=True, readout=readout, dropout=0
    )
    torch.manual_seed(0)
    model = RecurrentClassifier(config).double().eval()
    x = torch.rand(2, 150, 3, dtype=torch.float64)
    with torch.no_grad():
        found = model.prefix_logits(x)
        one_by_one = torch.stack([model(x[:, :t]) for t in range(1, 151)], 1)
    torch.testing.assert_close(found, one_by_one, rtol=0, atol=1e-12)
