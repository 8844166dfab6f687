"""Dropout with one mask over all steps, against torch's own modules a layer at a time."""

import pytest
import torch
from torch import nn

from medrnn.config import ModelConfig, ReadingConfig
from medrnn.errors import ConfigError
from medrnn.models.networks import build_network
from medrnn.models.same_mask import run_with_same_mask, same_mask

MODULES = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def layers_of(rnn):
    """Each layer as a module of its own with the same weights."""
    made = []
    for layer in range(rnn.num_layers):
        size = rnn.input_size if layer == 0 else rnn.hidden_size * (2 if rnn.bidirectional else 1)
        one = type(rnn)(size, rnn.hidden_size, batch_first=True, bidirectional=rnn.bidirectional)
        one.load_state_dict(
            {
                name.replace(f"_l{layer}", "_l0"): value
                for name, value in rnn.state_dict().items()
                if f"_l{layer}" in name
            }
        )
        made.append(one)
    return made


@pytest.mark.parametrize("both", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("cell", MODULES)
def test_it_is_layer_after_layer_with_a_mask_between(cell, both):
    rnn = MODULES[cell](5, 7, 3, batch_first=True, bidirectional=both, dropout=0.4)
    x = torch.randn(4, 6, 5, requires_grad=True)
    layers = layers_of(rnn)
    torch.manual_seed(3)
    found = run_with_same_mask(rnn, x, 0.4)
    torch.manual_seed(3)
    wanted = x
    for number, layer in enumerate(layers):
        wanted = layer(wanted if number == 0 else same_mask(wanted, 0.4))[0]
    torch.testing.assert_close(found, wanted)
    (gradient,) = torch.autograd.grad(found.square().sum(), x)
    (expected,) = torch.autograd.grad(wanted.square().sum(), x)
    torch.testing.assert_close(gradient, expected)


def test_a_mask_is_the_same_at_every_step_and_another_for_every_image():
    ones = torch.ones(200, 9, 50)
    found = same_mask(ones, 0.2)
    assert torch.equal(found, found[:, :1].expand_as(found))
    assert not torch.equal(found[0], found[1])
    assert set(found.unique().tolist()) == {0.0, 1.25}
    assert (found == 0).float().mean().item() == pytest.approx(
        0.2, abs=0.02
    )  # 10,000 draws, five standard errors


def test_without_dropout_it_is_the_module():
    rnn = nn.GRU(5, 7, 2, batch_first=True)
    x = torch.randn(4, 6, 5)
    torch.testing.assert_close(run_with_same_mask(rnn, x, 0.0), rnn(x)[0])


def test_a_network_uses_it_in_training_alone():
    config = ModelConfig(cell="lstm", features=8, layers=2, width=6, dropout=0.5, mask="same")
    model, x = build_network(config, ReadingConfig(size=(8, 8))), torch.randn(3, 8, 8)
    torch.manual_seed(0)
    pooled = model.read_out(run_with_same_mask(model.rnn, x, 0.5))
    wanted = model.answer(pooled)
    torch.manual_seed(0)
    torch.testing.assert_close(model.train()(x), wanted)
    other = build_network(
        ModelConfig(cell="lstm", features=8, layers=2, width=6, dropout=0.5), ReadingConfig(size=(8, 8))
    )
    other.load_state_dict(model.state_dict())
    torch.testing.assert_close(model.eval()(x), other.eval()(x))


@pytest.mark.parametrize("more", [{"cell": "peephole"}, {"core": "streams"}])
def test_where_it_cannot_be_it_is_refused(more):
    with pytest.raises(ConfigError, match="mask: one over all steps"):
        ModelConfig(mask="same", **more)
