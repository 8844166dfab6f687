"""Sweeps against their equations, a line at a time; and places against what reaches them."""

import pytest
import torch

from medrnn.models.cells import CELLS
from medrnn.models.places import passages
from medrnn.sequences import boxes
from tests.models import built


def swept(cell, sweep, values):
    """One pair over a map (row, column, channel), line by line by the written-out equations."""
    along = torch.stack([built.by_hand(cell, sweep.rows, row) for row in values])
    return torch.stack([built.by_hand(cell, sweep.columns, along[:, c]) for c in range(along.shape[1])], 1)


@pytest.mark.parametrize("is_both", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("cell", CELLS)
def test_two_pairs_of_sweeps_are_the_equations_over_rows_then_columns(cell, is_both):
    model = built.build("none", "sweeps", channels="rgb", cell=cell, is_bidirectional=is_both, size=(5, 4))
    x, planes = built.images(model.reading)
    for found, image in zip(model(x), planes, strict=True):
        values = image
        for sweep in model.sweeps:
            values = swept(cell, sweep, values)
        states = values.flatten(0, 1)
        torch.testing.assert_close(found, model.head(torch.cat([states.mean(0), states.amax(0)])))


@pytest.mark.parametrize("order", ["raster", "snake"])
@pytest.mark.parametrize("encoder", ["none", "linear"])
def test_patches_are_swept_in_their_places_whatever_the_order(order, encoder):
    model = built.build(encoder, "sweeps", order=order, direction="reverse")
    x, planes = built.images(model.reading, count=1)
    patches = planes[0, ..., 0].reshape(2, 4, 3, 4).swapaxes(1, 2).reshape(2, 3, 16)
    if encoder == "linear":
        patches = (patches @ model.encoder.layer.weight.T + model.encoder.layer.bias).clamp(min=0)
    torch.testing.assert_close(model.encode(x)[0], patches)


@pytest.mark.parametrize("readout", ["mean+max", "attention"])
@pytest.mark.parametrize("is_both", [False, True], ids=["forward", "both"])
def test_the_answer_after_a_row_is_that_of_a_last_sweep_which_ends_there(readout, is_both):
    model = built.build("stem", "sweeps", readout, cell="lstm", is_bidirectional=is_both)
    x, _ = built.images(model.reading, count=1)
    values = swept("lstm", model.sweeps[0], model.encode(x)[0])
    along = torch.stack([built.by_hand("lstm", model.sweeps[1].rows, row) for row in values])
    prefixes = model.prefix_logits(x)[0]
    assert len(prefixes) == len(along) == 4
    for t, answer in enumerate(prefixes, start=1):
        columns = [
            built.by_hand("lstm", model.sweeps[1].columns, along[:t, c]) for c in range(along.shape[1])
        ]
        states = torch.stack(columns, 1).flatten(0, 1)
        torch.testing.assert_close(answer, model.answer(model.pool(states[None]))[0])


def test_one_forward_pair_sees_what_stands_above_and_left_of_a_place_and_the_second_direction_all():
    for is_both in (False, True):
        model = built.build("none", "sweeps", layers=1, size=(5, 6), is_bidirectional=is_both)
        values = torch.rand(1, 5, 6, 1, dtype=torch.float64, requires_grad=True)
        model.sweeps[0](values)[0, 2, 3].sum().backward()
        seen = values.grad[0, ..., 0] != 0
        wanted = torch.ones(5, 6, dtype=torch.bool)
        if not is_both:
            wanted[3:], wanted[:, 4:] = False, False
        assert torch.equal(seen, wanted)


def test_a_place_of_a_sweep_lies_where_its_pixels_lie():
    """The boxes of a sweep over patches are those of the patches themselves."""
    config, reading = built.settings("none", "sweeps", order="raster", layers=1)
    table = boxes(reading, (10, 20, 60, 80)).reshape(2, 3, 4)
    known = passages(config, reading)
    for line in range(2):
        assert (known["sweeps.0.rows"].boxes((10, 20, 60, 80), line) == table[line]).all()
    for line in range(3):
        assert (known["sweeps.0.columns"].boxes((10, 20, 60, 80), line) == table[:, line]).all()
    assert known["sweeps.0.rows"].at(1, 2) == (1, 2)
    assert known["sweeps.0.columns"].at(1, 2) == (2, 1)
    assert known["sweeps.0.rows"].line == "place"
