"""The peephole LSTM: what torch's own LSTM does where the peepholes are shut, and what they add."""

import copy

import pytest
import torch
from torch import nn

from medrnn.models.cells import CELLS, run_layer
from medrnn.models.cells.peephole_module import PeepholeLSTM

SHAPES = [
    {"num_layers": layers, "bidirectional": both, "batch_first": first, "bias": bias}
    for layers in (1, 2)
    for both in (False, True)
    for first in (False, True)
    for bias in (False, True)
]


def shut(rnn):
    """Peepholes that see nothing."""
    with torch.no_grad():
        for name, weight in rnn.named_parameters():
            if "weight_ch" in name:
                weight.zero_()
    return rnn


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_with_shut_peepholes_it_is_torchs_lstm(shape):
    rnn, torchs = shut(PeepholeLSTM(3, 4, **shape).double()), nn.LSTM(3, 4, **shape).double()
    torchs.load_state_dict({k: v for k, v in rnn.state_dict().items() if "weight_ch" not in k})
    ways = shape["num_layers"] * (1 + shape["bidirectional"])
    for x, batch in ((torch.randn(5, 2, 3), (5 if shape["batch_first"] else 2,)), (torch.randn(5, 3), ())):
        state = tuple(torch.randn(ways, *batch, 4, dtype=torch.float64) for _ in range(2))
        for given in (None, state):
            (output, ends), (expected, their_ends) = rnn(x.double(), given), torchs(x.double(), given)
            torch.testing.assert_close(output, expected, rtol=0, atol=1e-14)
            for one, other in zip(ends, their_ends, strict=True):
                torch.testing.assert_close(one, other, rtol=0, atol=1e-14)


def test_open_peepholes_are_what_the_equations_say_in_every_layer_and_direction():
    rnn, level = PeepholeLSTM(3, 4, 2, bidirectional=True).double(), torch.randn(6, 3, dtype=torch.float64)
    expected, _ = rnn(level)
    for layer in range(2):
        outputs = []
        for way in ("", "_reverse"):
            weights = {
                name: getattr(rnn, f"{name}_l{layer}{way}").detach() for name in CELLS["peephole"].layout
            }
            read = level.flip(0) if way else level
            h = run_layer(CELLS["peephole"], read, weights)["h"]
            outputs.append(h.flip(0) if way else h)
        level = torch.cat(outputs, -1)
    torch.testing.assert_close(level, expected, rtol=0, atol=1e-14)


def test_the_gates_see_a_memory_that_the_output_gate_hides():
    """A counter that empties itself at 3, found by its forget gate through C alone: h is 0 all the time."""
    weights = {name: torch.zeros(4 if "weight_h" not in name else (4, 1)) for name in ("bias_ih", "bias_hh")}
    weights |= {"weight_ih": torch.zeros(4, 1), "weight_hh": torch.zeros(4, 1)}
    weights["bias_ih"] = torch.tensor([100.0, 250.0, 100.0, -1000.0])  # i, f, g, o: write 1, keep, hide
    weights["weight_ch"] = torch.tensor([0.0, -100.0, 0.0])  # forget once C is above 2.5
    found = run_layer(CELLS["peephole"], torch.zeros(8, 1), weights)
    assert found["C"].flatten().tolist() == pytest.approx([1, 2, 3, 1, 2, 3, 1, 2])
    assert found["h"].abs().max() == 0


def test_dropout_acts_between_layers_in_training_only():
    rnn, x = PeepholeLSTM(3, 4, 2, dropout=0.9), torch.randn(5, 3)
    assert not torch.equal(rnn(x)[0], rnn(x)[0])
    assert torch.equal(rnn.eval()(x)[0], rnn(x)[0])


def test_gradients_reach_every_weight_even_from_shut_peepholes():
    rnn = shut(PeepholeLSTM(3, 4, 2, bidirectional=True))
    rnn(torch.randn(5, 2, 3))[0].sum().backward()
    assert all(weight.grad.abs().sum() > 0 for weight in rnn.parameters())


def test_it_can_be_copied_saved_and_moved():
    rnn = PeepholeLSTM(3, 4)
    other = PeepholeLSTM(3, 4, device="meta").to_empty(device="cpu")
    other.load_state_dict(rnn.state_dict())
    x = torch.randn(5, 3)
    assert torch.equal(other(x)[0], rnn(x)[0])
    assert torch.equal(copy.deepcopy(rnn)(x)[0], rnn(x)[0])
    assert rnn.double()(x.double())[0].dtype == torch.float64


@pytest.mark.parametrize("x", [torch.rand(3), torch.rand(1, 2, 3, 4), None])
def test_another_input_is_refused(x):
    with pytest.raises(TypeError, match="Expected a tensor of 2 or 3 axes, got"):
        PeepholeLSTM(3, 4)(x)
