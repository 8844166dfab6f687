"""What the closer look Horizon says of the shipped networks, beside untrained ones of the same size."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from medrnn import sequences
from medrnn.config import ReadingConfig
from medrnn.explanation.memory.horizon import horizon
from medrnn.explanation.memory.reach import Reach, reach
from medrnn.explanation.tracing.trace import trace
from medrnn.imaging.samples import read_sample
from medrnn.models.catalog import find_card, load_model
from medrnn.models.networks import build_untrained
from medrnn.ui.lab.horizon import Measured, explain, far

CHESTS = ("chest-child-pneumonia-1", "chest-child-normal-2")


def measured(cell, image, start, layer=0):
    card = find_card(f"pneumonia-{cell}-forward")
    made = (
        load_model(card.id)
        if start == "trained"
        else build_untrained(replace(card.config.model, init=start), card.config.reading, 0)
    )
    found = trace(made.rnn, sequences.read_study(read_sample(image), ReadingConfig()).sequence)
    return Measured(horizon(made.rnn, found, layer), reach(made.rnn, found, layer))


@pytest.fixture(scope="module", params=CHESTS)
def found(request):
    return {
        start: {cell.upper(): measured(cell, request.param, start) for cell in ("rnn", "lstm")}
        for start in ("trained", "torch", "good")
    }


def test_trained_the_plain_rnn_lies_above_and_untrained_below_as_in_the_textbook(found):
    ends = {start: {cell: far(one, "forward") for cell, one in of.items()} for start, of in found.items()}
    assert ends["trained"]["RNN"] > ends["trained"]["LSTM"]
    assert ends["torch"]["RNN"] < ends["torch"]["LSTM"] < 1e-3
    assert ends["good"]["RNN"] < ends["good"]["LSTM"]


def test_training_lets_the_weights_of_the_rnn_grow_and_closes_the_forget_gates_a_little(found):
    now, began = found["trained"], found["good"]
    assert now["RNN"].reach.radius > 1.3 and began["RNN"].reach.radius == pytest.approx(1, abs=1e-4)
    assert now["RNN"].reach.radius * now["RNN"].reach.slope == pytest.approx(1, abs=0.05)
    assert now["LSTM"].reach.kept < 0.67 < 0.7 < began["LSTM"].reach.kept


def test_the_sentence_holds_the_measured_numbers(found):
    said = explain(found, "forward")
    for of in found.values():
        for one in of.values():
            assert f"{far(one, 'forward'):.1e}" in said
    assert f"stand at {found['trained']['LSTM'].reach.kept:.2f}" in said
    assert explain({start: {"LSTM": of["LSTM"]} for start, of in found.items()}, "forward") == ""


def test_the_factors_are_those_of_the_equations():
    torch.manual_seed(1)
    rnn, x = torch.nn.RNN(3, 4), torch.randn(6, 3)
    found = reach(rnn, trace(rnn, x), 0)
    h, w = rnn(x)[0].detach().double(), rnn.weight_hh_l0.detach().double()
    assert found.radius == pytest.approx(max(abs(np.linalg.eigvals(w.numpy()))))
    assert found.slope == pytest.approx(float((1 - h**2).mean()))
    held = torch.nn.GRU(3, 4)
    z = trace(held, x).part(0)["z"].astype(np.float64)
    assert reach(held, trace(held, x), 0) == Reach(kept=pytest.approx(np.prod(1 - z) ** (1 / z.size)))
