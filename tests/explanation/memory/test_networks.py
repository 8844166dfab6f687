"""The numbers of a memory inside whole networks: against autograd, against the answer itself, or a plain refusal."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from medrnn import sequences
from medrnn.errors import CatalogError, TraceError
from medrnn.explanation.memory.course import describe_course
from medrnn.explanation.memory.dynamics import find_fixed_points, gate_weights
from medrnn.explanation.memory.horizon import horizon, step_gradients
from medrnn.explanation.memory.ordering import contribute
from medrnn.explanation.memory.retention import mm_per_step
from medrnn.explanation.memory.settling import describe_answers
from medrnn.explanation.scan_order import order_test, shift_test
from medrnn.explanation.tracing.inside import last_module, raster, trace_inside
from medrnn.models.places import answer_places, passages
from medrnn.models.predict import predict
from tests.explanation.networks import KINDS, build, carded

BOTH = pytest.mark.parametrize("both", [False, True], ids=["forward", "both"])


def own(model, x, name):
    return raster(trace_inside(model, x, name), passages(model.config, model.reading)[name])


@BOTH
@pytest.mark.parametrize(
    ("kind", "readout"),
    [
        *(
            (kind, readout)
            for kind in ("stack-stem", "stack-linear")
            for readout in ("last", "mean+max", "attention")
        ),
        *((kind, readout) for kind in ("streams", "streams-stem") for readout in ("last", "mean+max")),
        *((kind, readout) for kind in ("sweeps", "sweeps-stem") for readout in ("mean+max", "attention")),
    ],
)
def test_what_the_units_add_sums_to_the_answer(kind, readout, both):
    model, x = build(kind, "gru", both, readout=readout)
    names = list(model.recurrent()) if model.config.core == "streams" else [last_module(model)]
    told = 0.0
    for name in names:
        seen = own(model, x, name)
        told += sum(contribute(model, seen, way, 2, name).sum() for way in seen.directions)
    with torch.no_grad():
        logits = model(x[None])[0]
    bias = model.head.bias.detach()
    assert told + float(bias[2] - bias.mean()) == pytest.approx(float(logits[2] - logits.mean()), abs=1e-5)


def test_what_a_unit_adds_is_not_defined_where_the_head_does_not_see_it():
    model, x = build("sweeps")
    with pytest.raises(
        TraceError, match=r"sweeps\.0\.columns: the head does not see.*Choose sweeps\.1\.columns"
    ):
        contribute(model, own(model, x, "sweeps.0.columns"), "forward", 0, "sweeps.0.columns")
    with pytest.raises(TraceError, match="all 6 places"):
        contribute(model, trace_inside(model, x, "sweeps.1.columns").one(0), "forward", 0)
    model, x = build("streams-stem")
    with pytest.raises(TraceError, match="attention weighs both streams"):
        contribute(model, own(model, x, "rows"), "forward", 0, "rows")


@BOTH
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_the_horizon_of_a_line_of_a_sweep_is_autograds(cell, both):
    model, x = build("sweeps", cell, both, layers=1)
    found = trace_inside(model, x, "sweeps.0.rows")
    rnn = model.sweeps[0].rows
    for direction in ("forward", "backward")[: 1 + both]:
        told = horizon(model, found.one(1), 0, direction, "sweeps.0.rows").hidden
        part = found.part(0, direction)
        states = [{s: part[s][1, t] for s in ("h", "C") if s in part} for t in range(3)]
        states, line = (
            (states[::-1], found.input[1].flip(0)) if direction == "backward" else (states, found.input[1])
        )
        suffix = "_l0_reverse" if direction == "backward" else "_l0"
        single = type(rnn)(rnn.input_size, rnn.hidden_size).double()
        single.load_state_dict({k: getattr(rnn, k.removesuffix("_l0") + suffix) for k in single.state_dict()})

        def last_from(h, states=states, line=line, single=single):
            before = (h[None], states[0]["C"][None]) if cell == "lstm" else h[None]
            return single(line[1:], before)[0][-1]

        jacobian = torch.autograd.functional.jacobian(last_from, states[0]["h"])
        first = told[-1 if direction == "backward" else 0]
        assert first == pytest.approx(float(torch.linalg.matrix_norm(jacobian, 2)), abs=1e-5)


def test_a_module_is_named_where_there_are_several():
    model, x = build("streams", "lstm")
    found = trace_inside(model, x, "columns").one(0)
    mine, alone = gate_weights(model, 0, name="columns"), gate_weights(model.columns, 0)
    assert [one.input for one in mine] == [one.input for one in alone]
    points = find_fixed_points(model, found, found.input[3], name="columns")
    assert all(point.speed < 1e-8 for point in points)
    with pytest.raises(TraceError, match="choose one by its name"):
        horizon(model, found, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_the_course_of_every_network_or_a_plain_refusal(kind):
    model, card, reading = carded(kind)
    found, places = predict(model, card, reading), answer_places(model.config, model.reading)
    if kind == "cnn":
        for refused in (lambda: describe_course(found.steps, reading), lambda: describe_answers(found.steps)):
            with pytest.raises(TraceError, match="sees the whole image at once"):
                refused()
        return
    course = describe_course(found.steps, sequences.boxes(places, reading.crop), places.line)
    assert course.steps == len(found.steps) and course.answer == found.answer
    assert course.line == {"stack-linear": "patch", "stack-stem": "column"}.get(
        kind, "column" if kind.startswith("streams") else "row"
    )
    if kind == "stack":
        assert course == describe_course(found.steps, reading)


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_of_each_step_of_the_reading(kind):
    model, x = build(kind)
    leaf = x.clone()[None].requires_grad_()
    model(leaf)[0, 1].backward()
    np.testing.assert_allclose(step_gradients(model, x, 1), leaf.grad[0].norm(dim=1), rtol=1e-5)


def test_the_way_from_one_place_to_the_next_in_mm():
    model, _, reading = carded("sweeps")
    passage = passages(model.config, model.reading)["sweeps.0.rows"]
    assert mm_per_step(passage.boxes(reading.crop, 1), (2.0, 0.5)) == pytest.approx(4 * 0.5)
    passage = passages(model.config, model.reading)["sweeps.0.columns"]
    assert mm_per_step(passage.boxes(reading.crop, 1), (2.0, 0.5)) == pytest.approx(4 * 2.0)


@pytest.mark.parametrize("kind", ["stack-linear", "sweeps-stem", "cnn"])
def test_a_colour_image_is_moved_in_all_its_planes(kind):
    model, card, reading = carded(kind)
    found = shift_test(model, card, reading, reach=1)
    moved = np.concatenate([reading.grid[:1], reading.grid[:-1]])
    with torch.no_grad():
        x = torch.from_numpy(sequences.lines(moved, reading.config).copy())
        expected = model(x[None])[0].softmax(-1)
    np.testing.assert_allclose(found.curves["down"].probabilities[2], expected, atol=1e-6)
    patch = shift_test(model, card, reading, (1, 1, 4, 4), background=0.5, reach=2)
    assert patch.curves["across"].probabilities.shape[1] == 3


def test_networks_without_an_order_are_refused_in_the_test_of_orders():
    _, card, _ = carded("sweeps")
    card = replace(card, id="sweeper")
    with pytest.raises(CatalogError, match="sweeper does not read one sequence"):
        order_test(None, "made", cards=(card,))
