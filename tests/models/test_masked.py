"""Series of unlike lengths in one batch: each is answered as if it stood alone, what stands behind it is nothing."""

from dataclasses import replace

import pytest
import torch

from medrnn.config.reading import read_slices
from medrnn.errors import ConfigError
from medrnn.evaluation.evaluate import answer, to_steps
from medrnn.models.networks import build_network
from medrnn.sequences import place
from tests.models.built import settings

LENGTHS = torch.tensor([5, 2, 4, 3])


def built(cell="gru", readout="mean+max", encoder="stems", direction="forward", **more):
    config, reading = settings(encoder, "stack", readout, "slices", direction=direction, cell=cell, **more)
    torch.manual_seed(0)
    return build_network(config, replace(reading, short="masked")).double()


def padded(reading, behind=0.0):
    """(image, row, column) sheets of so many slices each, ``behind`` in all places after them."""
    upright = read_slices(reading.slices, reading.patch)
    torch.manual_seed(1)
    steps = torch.rand(len(LENGTHS), reading.slices, reading.features, dtype=torch.float64)
    missing = torch.arange(reading.slices) >= LENGTHS[:, None]
    return place(steps.masked_fill(missing[..., None], behind), upright), steps


@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize("readout", ["last", "mean+max", "attention"])
@pytest.mark.parametrize("encoder", ["none", "linear", "steps", "stems"])
@pytest.mark.parametrize(
    ("cell", "is_bidirectional"),
    [("rnn", False), ("rnn", True), ("lstm", True), ("gru", False), ("gru", True)],
)
def test_each_series_is_answered_as_if_it_stood_alone(cell, is_bidirectional, encoder, readout, direction):
    model = built(cell, readout, encoder, direction, is_bidirectional=is_bidirectional).eval()
    sheets, steps = padded(model.reading)
    together = model(*to_steps(sheets, model.reading, LENGTHS))
    for k, count in enumerate(LENGTHS.tolist()):
        alone = steps[k : k + 1, :count]
        alone = alone if direction == "forward" else alone.flip(1)
        torch.testing.assert_close(together[k], model(alone)[0])


@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_what_stands_behind_a_series_changes_nothing_and_learns_nothing(direction):
    model = built(direction=direction).train()
    reading, found = model.reading, []
    for behind in (0.0, 1.0):
        torch.manual_seed(3)
        x, lengths = to_steps(padded(reading, behind)[0], reading, LENGTHS)
        x.requires_grad_()
        before = {name: one.clone() for name, one in model.named_buffers()}
        model(x, lengths).sum().backward()
        found.append({name: one.clone() for name, one in model.named_buffers()})
        for name, one in before.items():
            dict(model.named_buffers())[name].copy_(one)
        steps = torch.arange(x.shape[1])
        moved = x.grad.abs().sum(-1) > 0
        assert torch.equal(moved, steps < LENGTHS[:, None])
    assert all(
        torch.equal(one, found[1][name]) for name, one in found[0].items()
    )  # batch norm saw the slices alone


def test_answers_to_a_set_are_those_to_each_series():
    model = built(readout="attention").float()
    reading = model.reading
    sheets, steps = padded(reading)
    found = answer(model, sheets.float(), reading, batch=3, lengths=LENGTHS.numpy())
    for k, count in enumerate(LENGTHS.tolist()):
        short = reading.of_slices(count)
        sheet = place(steps[k : k + 1, :count], short).float()
        alone = answer(model.as_read(short), sheet, short)
        assert found[k] == pytest.approx(alone[0], abs=1e-6)


def test_a_network_for_a_shorter_series_has_the_same_weights():
    model = built()
    short = model.as_read(model.reading.of_slices(3))
    assert short.reading.slices == 3 and model.reading.slices == 5
    assert all(a is b for a, b in zip(model.parameters(), short.parameters(), strict=True))
    assert model.as_read(model.reading) is model


@pytest.mark.parametrize("more", [{"cell": "peephole"}, {"mask": "same"}])
def test_what_cannot_be_packed_is_refused(more):
    with pytest.raises(ConfigError, match="unlike lengths"):
        built(**more)
