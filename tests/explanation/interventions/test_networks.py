"""Interventions on networks of every kind, each against the fused network: on a changed image, or with cut weights."""

import copy

import numpy as np
import pytest
import torch

from medrnn.errors import ConfigError, ReadingError, TraceError
from medrnn.explanation.interventions.edited_run import run_edited
from medrnn.explanation.interventions.effects import compare
from medrnn.explanation.interventions.kinds import Intervention
from medrnn.explanation.interventions.set_effects import share_changed
from medrnn.explanation.tracing.inside import trace_inside
from medrnn.models.cells import CELLS
from medrnn.models.places import passages
from medrnn.sequences import lines, place
from tests.explanation.networks import KINDS, RECURRENT, build, carded

BOTH = pytest.mark.parametrize("both", [False, True], ids=["forward", "both"])
EVERY = pytest.mark.parametrize("kind", KINDS)
MAPS = ("streams", "streams-stem", "sweeps", "sweeps-stem")


def edit(kind, **settings):
    return Intervention.from_dict({"kind": kind, **settings})


def same(found, expected, atol=1e-10):
    np.testing.assert_allclose(found, expected, rtol=0, atol=atol)


def is_fused(found, model, x):
    with torch.no_grad():
        same(found.logits, model(x[None] if x.ndim == 2 else x))
        expected = model.prefix_logits(x[None] if x.ndim == 2 else x)
    if expected is None:
        assert found.prefix_logits is None and found.steps is None
    else:
        same(found.prefix_logits, expected)


@BOTH
@EVERY
def test_with_no_intervention_it_is_the_fused_network(kind, both):
    model, x = build(kind, "gru", both)
    is_fused(run_edited(model, torch.stack([x, x.flip(0)])), model, torch.stack([x, x.flip(0)]))
    found = run_edited(model, x)
    is_fused(found, model, x)
    assert set(found.traces) == set(model.recurrent())
    for name, traced in found.traces.items():
        expected = trace_inside(model, x, name)
        assert set(traced.arrays) == set(expected.arrays)
        same(traced.input, expected.input)
        for symbol, values in expected.arrays.items():
            same(traced.arrays[symbol], values)
    assert (found.trace is None) == (model.config.core != "stack")


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_is_written_out_inside_a_network(cell):
    model, x = build("sweeps", cell, both=True)
    is_fused(run_edited(model, x), model, x)


def blanked(model, x, rows, columns, value):
    """The image with a box of one grey, or of its mean colour."""
    image = place(x, model.reading).clone()
    image[rows, columns] = image.mean((0, 1)) if value == "mean" else {"black": 0.0}.get(value, value)
    return lines(image, model.reading)


EVERYWHERE = slice(None)
BANDS = {  # steps blanked, and which pixels they are
    "stack": ("2-3", slice(2, 4), EVERYWHERE),
    "stack-linear": ([3], slice(4, 8), slice(8, 12)),  # to and fro: the fourth patch is below the third
    "stack-steps": ([7], slice(7, 8), EVERYWHERE),
    "stack-stem": ([0, 1], EVERYWHERE, slice(8, 12)),  # columns from the right, two pixels a step
    "streams": ("2-4", EVERYWHERE, slice(2, 5)),  # more columns than rows
    "streams-stem": ([0], EVERYWHERE, slice(0, 2)),
    "sweeps": ([1], slice(4, 8), EVERYWHERE),
    "sweeps-stem": ("1-2", slice(2, 6), EVERYWHERE),
    "cnn": ([3], slice(6, 8), EVERYWHERE),
}


@pytest.mark.parametrize("value", ["black", "mean", 0.25])
@EVERY
def test_a_blank_is_the_fused_network_on_the_image_with_that_band_blanked(kind, value):
    model, x = build(kind)
    steps, rows, columns = BANDS[kind]
    found = run_edited(model, x, [edit("blank", steps=steps, value=value)])
    is_fused(found, model, blanked(model, x, rows, columns, value))


@BOTH
@pytest.mark.parametrize("readout", ["last", "mean+max", "attention"])
@pytest.mark.parametrize("kind", ["stack-linear", "stack-steps", "stack-stem"])
def test_skipped_and_shuffled_steps_are_those_behind_the_encoder(kind, readout, both):
    model, x = build(kind, "gru", both, readout=readout)
    with torch.no_grad():
        encoded = model.encode(x[None])
        bare = copy.deepcopy(model)
        bare.encode = lambda values: values
        kept = [0, 1, 3, *range(5, encoded.shape[1])]
        left_out = [t for t in range(encoded.shape[1]) if t not in kept]
        found = run_edited(model, x, [edit("skip", steps=left_out)])
        same(found.logits, bare(encoded[:, kept]))
        same(found.prefix_logits[:, kept], bare.prefix_logits(encoded[:, kept]))
        found = run_edited(model, x, [edit("shuffle", seed=2)])
        same(found.logits, bare(encoded[:, found.order]))
        same(found.prefix_logits, bare.prefix_logits(encoded[:, found.order]))
        assert found.order.tolist() != list(range(len(found.order)))
        first = run_edited(model, x, [edit("skip", steps="0-1")]).prefix_logits[0, 0]
        same(first, model.head.bias)


@BOTH
@pytest.mark.parametrize("kind", ["sweeps", "sweeps-stem"])
def test_a_silenced_unit_of_one_sweep_is_a_network_that_does_not_hear_it(kind, both):
    model, x = build(kind, "lstm", both)
    cut = copy.deepcopy(model)
    with torch.no_grad():
        sweep = cut.sweeps[0]
        for weight in (getattr(sweep.rows, n) for n in dict(sweep.rows.named_parameters()) if "_hh_l0" in n):
            if weight.ndim == 2 and not (both and weight is sweep.rows.weight_hh_l0_reverse):
                weight[:, 2] = 0
        for name, weight in sweep.columns.named_parameters():
            if "weight_ih" in name:
                weight[:, 2] = 0
        # C of a unit whose h nobody hears only acts through its own h
    one = edit("zero", module="sweeps.0.rows", units=[2], direction="forward")
    is_fused(run_edited(model, x, [one]), cut, x)


@pytest.mark.parametrize("kind", MAPS)
def test_no_module_named_means_all_of_them(kind):
    model, x = build(kind, "gru", both=True)
    names = list(model.recurrent())
    each = [edit("clamp", symbol="z", value=0.3, module=name, units=[0, 1]) for name in names]
    every = run_edited(model, x, [edit("clamp", symbol="z", value=0.3, units=[0, 1])])
    same(run_edited(model, x, each).logits, every.logits)
    alone = run_edited(model, x, each[:1])
    assert np.abs(alone.logits - every.logits).max() > 1e-6
    z = alone.traces[names[0]].part(0)["z"]
    same(z[..., :2], np.full_like(z[..., :2], 0.3), 1e-12)
    before = trace_inside(model, x, names[-1]).part(0, "backward")["z"][..., :2]
    assert not np.isclose(before, 0.3, atol=1e-3).all()


def test_a_step_of_a_stream_is_its_own():
    """A reset of the columns' stream at its step 9, which the rows' stream does not have."""
    model, x = build("streams", "gru")
    found = run_edited(model, x, [edit("reset", module="columns", steps=9)])
    with torch.no_grad():
        rows, columns = model.encode(x[None])
        same(found.logits, model.answer(model._read(rows, columns[:, 9:])))
    with pytest.raises(ConfigError, match="steps: expected 0 to 7, got 9"):
        run_edited(model, x, [edit("reset", module="rows", steps=9)])


def test_a_reset_before_the_last_row_of_the_last_sweep_reads_that_row_alone():
    model, x = build("sweeps", "lstm", layers=1)
    found = run_edited(model, x, [edit("reset", module="sweeps.0.columns", steps=1)])
    h = found.traces["sweeps.0.columns"].part(0)["h"]
    with torch.no_grad():
        given = trace_inside(model, x, "sweeps.0.columns").input
        same(h[:, 1], model.sweeps[0].columns(given[:, 1:])[0][:, 0])


@pytest.mark.parametrize(
    ("kind", "values", "sentence"),
    [
        ("streams", {"kind": "skip", "steps": 1}, "skip: a network that reads rows and columns"),
        ("sweeps", {"kind": "shuffle"}, "shuffle: a network that reads rows and columns"),
        ("cnn", {"kind": "zero"}, "zero: a convolutional network has no steps and no memory"),
        ("cnn", {"kind": "blank", "steps": 4}, "steps: expected 0 to 3, got 4"),
        (
            "sweeps",
            {"kind": "zero", "module": "rows"},
            r"module: expected one of sweeps\.0\.rows.*got 'rows'",
        ),
        ("sweeps", {"kind": "zero", "layer": 1}, "layer: expected 0 to 0, got 1"),
        ("sweeps", {"kind": "reset", "module": "sweeps.0.rows", "steps": 3}, "steps: expected 0 to 2, got 3"),
        ("stack-stem", {"kind": "blank", "steps": 6}, "steps: expected 0 to 5, got 6"),
    ],
    ids=lambda given: None if isinstance(given, str) else "-".join(map(str, given.values())),
)
def test_what_a_network_cannot_do_is_one_sentence(kind, values, sentence):
    model, x = build(kind)
    with pytest.raises(ConfigError, match=sentence):
        run_edited(model, x, [Intervention.from_dict(values)])


def test_a_module_is_named_in_words_and_files():
    one = edit("zero", module="sweeps.0.rows", units=[3])
    assert one.title == "Silence, module sweeps.0.rows, units 3"
    assert Intervention.from_dict(one.to_dict()) == one
    assert edit("zero", module="all") == edit("zero")
    for wrong in ("", 3):
        with pytest.raises(ConfigError, match="module: expected a name or all"):
            Intervention("zero", module=wrong)
    with pytest.raises(ConfigError, match="skip takes no 'module'"):
        edit("skip", steps=1, module="rows")


def test_a_wrong_number_of_steps_is_refused():
    model, x = build("sweeps")
    with pytest.raises(ReadingError, match=r"Expected \(6, 48\).*got \(5, 48\)"):
        run_edited(model, x[:5])


@EVERY
def test_the_network_is_not_touched(kind):
    model, x = build(kind)
    model.train()
    before, parts = copy.deepcopy(model.state_dict()), list(model.modules())
    run_edited(model, x, [edit("blank", steps=1)])
    assert all(a is b for a, b in zip(parts, model.modules(), strict=True))
    assert all(part.training for part in parts)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


@EVERY
def test_an_effect_of_any_network(kind):
    model, card, reading = carded(kind, both=True)
    found = compare(model, card, reading, [edit("blank", steps=[1], value=0.9)])
    with torch.no_grad():
        fused = model(torch.from_numpy(reading.sequence)[None]).softmax(-1)[0]
    same(found.before, fused, 1e-6)
    assert found.error < 1e-6
    assert found.to_dict()["module"] == (found.module or None)
    if kind == "cnn":
        assert found.steps_before is None and found.change is None and found.to_dict()["steps"] is None
        assert found.moved == {} and found.module == ""
    else:
        assert found.module == list(model.recurrent())[-1]
        assert len(found.to_dict()["steps"]) == len(found.steps_after) == len(found.edited)
        same(found.steps_before[-1], fused, 1e-6)
        assert set(found.moved) >= {"layer0/forward", "layer0/backward"}
    assert np.flatnonzero(found.edited).tolist() == [1]


@pytest.mark.parametrize("kind", RECURRENT)
def test_how_far_the_states_of_each_module_moved(kind):
    model, card, reading = carded(kind)
    one = edit("zero", units=[0])
    for name in passages(model.config, model.reading):
        found = compare(model, card, reading, [one], name)
        before, after = (
            traces[name].part(0)["h"].numpy() for traces in (found.traces_before, found.traces_after)
        )
        squares = ((after - before) ** 2).mean(-1)  # (line, step)
        same(found.moved["layer0/forward"] ** 2, squares.mean(0), 1e-6)
        assert found.edited.all() and found.edited_states.all()
    with pytest.raises(TraceError, match="module: expected one of"):
        compare(model, card, reading, [one], "nothing")


def test_what_an_earlier_sweep_does_is_in_every_row_of_the_answer():
    model, card, reading = carded("sweeps")
    early = compare(model, card, reading, [edit("reset", module="sweeps.0.rows", steps=2)], "sweeps.0.rows")
    assert early.edited.all() and early.edited_states.tolist() == [False, False, True]
    late = compare(model, card, reading, [edit("reset", module="sweeps.1.columns", steps=1)])
    assert late.edited.tolist() == [False, True] == late.edited_states.tolist()
    same(late.steps_before[0], late.steps_after[0], 0)


@pytest.mark.parametrize("kind", ["sweeps-stem", "cnn", "streams", "stack-stem"])
def test_the_share_that_changes_over_a_set_in_colour(kind, rng):
    model, card, _ = carded(kind)
    images = rng.integers(0, 256, (7, 8, 12, 3), dtype=np.uint8)
    found = share_changed(model, card, images, np.zeros(7, int), [edit("blank", steps=[0, 1])])
    with torch.no_grad():
        x = lines(torch.from_numpy(images / np.float32(255)), model.reading)
        same(found.before, model(x).softmax(-1), 1e-6)
    assert found.error < 1e-6 and found.before.shape == (7, 3)
