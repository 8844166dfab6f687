"""Each intervention against another way to the same answer: the fused model, or the equations by hand in float64."""

import copy
import math

import numpy as np
import pytest
import torch

from medrnn.config import ModelConfig
from medrnn.errors import ReadingError
from medrnn.explanation.interventions.edited_run import run_edited
from medrnn.explanation.interventions.kinds import Intervention
from medrnn.explanation.tracing.trace import trace
from medrnn.models.cells import CELLS
from medrnn.models.classifier import RecurrentClassifier

STEPS, FEATURES, WIDTH = 9, 4, 5
CASES = [
    (cell, both, readout) for cell in CELLS for both in (False, True) for readout in ("last", "mean+max")
]


def build(cell="lstm", both=False, readout="last", layers=2):
    config = ModelConfig(cell, FEATURES, 3, layers, WIDTH, both, dropout=0.5, readout=readout)
    model = RecurrentClassifier(config).double()
    for weight in model.parameters():  # biases are zero at first, and the network is given back training
        weight.data += 0.3 * torch.randn_like(weight)
    return model


@pytest.fixture(params=CASES, ids=lambda p: "-".join(map(str, p)))
def model(request):
    return build(*request.param)


@pytest.fixture
def x():
    return torch.rand(2, STEPS, FEATURES, dtype=torch.float64)


def edit(kind, **settings):
    return Intervention.from_dict({"kind": kind, **settings})


def fused(model, x, *, every=False):
    was, made = model.training, None
    model.eval()
    with torch.no_grad():
        made = (model.prefix_logits(x) if every else model(x)).numpy()
    model.train(was)
    return made


def same(found, expected, atol=1e-10):
    np.testing.assert_allclose(found, expected, rtol=0, atol=atol)


def test_with_no_intervention_it_is_the_fused_model_in_both_float_types(model, x):
    found = run_edited(model, x)
    same(found.logits, fused(model, x))
    same(found.prefix_logits, fused(model, x, every=True))
    model.float()
    found = run_edited(model, x)
    same(found.logits, fused(model, x.float()), 1e-5)
    same(found.prefix_logits, fused(model, x.float(), every=True), 1e-5)
    np.testing.assert_allclose(found.probabilities.sum(-1), 1)


def test_the_trace_of_a_run_without_interventions_is_the_trace(model, x):
    found, expected = run_edited(model, x[0]).trace, trace(model, x[0])
    assert set(found.arrays) == set(expected.arrays)
    for name, values in expected.arrays.items():
        np.testing.assert_allclose(found.arrays[name], values, atol=1e-6, err_msg=name)
    assert found.arrays["layer1/forward/h"].dtype == np.float32
    assert math.isnan(found.error)
    assert run_edited(model, x).trace is None


def test_the_model_is_given_back_as_found(model, x):
    model.train()
    model.head.requires_grad_(False)
    weights = copy.deepcopy(model.state_dict())
    flags = torch.backends.cuda.matmul.fp32_precision, torch.backends.cudnn.rnn.fp32_precision
    edits = [edit("clamp", symbol="h", value=0.5), edit("zero", units=[1]), edit("blank", steps=2)]
    first, second = run_edited(model, x, edits), run_edited(model, x, edits)
    assert np.array_equal(first.logits, second.logits)
    assert all(part.training for part in model.modules())
    assert all(torch.equal(weights[name], value) for name, value in model.state_dict().items())
    assert all(weight.grad is None for weight in model.parameters())
    assert [w.requires_grad for w in model.parameters()][-3:] == [True, False, False]
    assert not any(part._forward_hooks for part in model.modules())
    assert flags == (torch.backends.cuda.matmul.fp32_precision, torch.backends.cudnn.rnn.fp32_precision)


def test_a_cell_that_forgets_nothing_and_lets_everything_in_adds_its_candidates_up(x):
    """f = 1 and i = 1 make C the running sum of g: by hand, with numpy, in one layer."""
    model = build(layers=1)
    found = run_edited(model, x[0], [edit("clamp", symbol="f", value=1), edit("clamp", symbol="i", value=1)])
    w = {name: value.detach().numpy() for name, value in model.rnn.named_parameters()}
    rows, h, cell = slice(2 * WIDTH, 4 * WIDTH), np.zeros(WIDTH), np.zeros(WIDTH)
    for line in x[0].numpy():
        total = w["weight_ih_l0"] @ line + w["bias_ih_l0"] + w["weight_hh_l0"] @ h + w["bias_hh_l0"]
        g, o = np.split(total[rows], 2)
        cell = cell + np.tanh(g)
        h = np.tanh(cell) / (1 + np.exp(-o))
    same(found.logits[0], model.head.weight.detach().numpy() @ h + model.head.bias.detach().numpy())
    part = found.trace.part(0)
    np.testing.assert_allclose(part["C"], part["g"].cumsum(0), atol=1e-6)
    assert (part["f"] == 1).all() and (part["i"] == 1).all()


def test_a_cell_that_forgets_everything_and_lets_nothing_in_knows_nothing(x):
    model = build()
    found = run_edited(model, x, [edit("clamp", symbol=s, value=0, layer=1) for s in "fi"])
    same(found.logits, np.broadcast_to(model.head.bias.detach().numpy(), (2, 3)))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_a_clamped_symbol_has_its_value_at_its_units_and_steps_and_only_there(cell, value, x):
    model = build(cell, both=True)
    plain = run_edited(model, x[0]).trace
    for symbol in CELLS[cell].ranges:
        one = edit(
            "clamp", symbol=symbol, value=value, layer=0, direction="backward", units=[1, 3], steps="2-4"
        )
        found = run_edited(model, x[0], [one]).trace
        held = found.part(0, "backward")[symbol]
        np.testing.assert_allclose(held[2:5, [1, 3]], value, atol=1e-6, err_msg=symbol)
        np.testing.assert_array_equal(
            held[5:], plain.part(0, "backward")[symbol][5:]
        )  # read before, from the end
        for name, values in plain.part(0, "forward").items():
            np.testing.assert_array_equal(found.part(0, "forward")[name], values)
        assert not np.isclose(held[[2, 3, 4]][:, [0, 2, 4]], value, atol=1e-4).any()
        assert not np.array_equal(held[0], plain.part(0, "backward")[symbol][0])


def test_the_equations_hold_around_a_clamp(x):
    """What is not held still follows from what is, by the cells' own equations."""
    gates = run_edited(build("lstm"), x[0], [edit("clamp", symbol="C", value=2.5, steps=4, units=1)]).trace
    part = gates.part(0)
    before = np.vstack([np.zeros((1, WIDTH)), part["C"][:-1]])
    kept = part["f"] * before + part["i"] * part["g"]
    others = np.ones((STEPS, WIDTH), bool)
    others[4, 1] = False
    np.testing.assert_allclose(part["C"][others], kept[others], atol=1e-6)
    np.testing.assert_allclose(part["h"], part["o"] * np.tanh(part["C"]), atol=1e-6)
    assert part["C"][4, 1] == 2.5

    part = run_edited(build("gru"), x[0], [edit("clamp", symbol="z", value=0.25, units=[0])]).trace.part(0)
    before = np.vstack([np.zeros((1, WIDTH)), part["h"][:-1]])
    np.testing.assert_allclose(part["h"], (1 - part["z"]) * before + part["z"] * part["n"], atol=1e-6)
    np.testing.assert_allclose(part["h"][0, 0], 0.25 * part["n"][0, 0], atol=1e-6)


def test_an_update_gate_held_shut_keeps_the_memory_empty(x):
    model = build("gru")
    found = run_edited(model, x, [edit("clamp", symbol="z", value=0, layer=1)])
    same(found.logits, np.broadcast_to(model.head.bias.detach().numpy(), (2, 3)))


def test_silencing_all_units_leaves_the_heads_bias(model, x):
    found = run_edited(model, x, [edit("zero")])
    expected = model.head.bias.detach().softmax(0).numpy()
    same(found.probabilities, np.broadcast_to(expected, (2, 3)))
    same(found.steps, np.broadcast_to(expected, (2, STEPS, 3)))


def test_silencing_a_unit_equals_a_network_whose_weights_from_it_are_zero(x):
    model = build("rnn", both=True, readout="mean+max")
    cut = copy.deepcopy(model)
    with torch.no_grad():  # unit 2 of layer 0, forward, is heard by itself and by both directions of layer 1
        cut.rnn.weight_hh_l0[:, 2] = 0
        for weight in (cut.rnn.weight_ih_l1, cut.rnn.weight_ih_l1_reverse):
            weight[:, 2] = 0
    found = run_edited(model, x, [edit("zero", layer=0, direction="forward", units=2)])
    same(found.logits, fused(cut, x))
    same(found.prefix_logits, fused(cut, x, every=True))


def test_a_reset_equals_the_tail_read_alone(x):
    for cell in CELLS:
        model = build(cell)
        found = run_edited(model, x, [edit("reset", steps=4)])
        same(found.logits, fused(model, x[:, 4:]))
        same(found.prefix_logits[:, :4], fused(model, x[:, :4], every=True))


def test_a_reset_of_the_backward_direction_drops_what_it_read_before_from_the_end(x):
    model = build("gru", both=True, layers=1)
    found = run_edited(model, x[0], [edit("reset", steps=4, direction="backward")]).trace
    expected = trace(model, x[0, :5]).part(0, "backward")["h"]
    np.testing.assert_allclose(found.part(0, "backward")["h"][:5], expected, atol=1e-6)
    np.testing.assert_allclose(found.part(0)["h"], trace(model, x[0]).part(0)["h"], atol=1e-6)


def test_skipped_steps_are_as_if_the_sequence_never_had_them(model, x):
    kept = [0, 1, 4, 5, 7]
    found = run_edited(model, x, [edit("skip", steps=[2, 3, 6, 8])])
    short = x[:, kept]
    same(found.logits, fused(model, short))
    same(found.prefix_logits[:, kept], fused(model, short, every=True))
    same(found.prefix_logits[:, [2, 3, 6, 8]], found.prefix_logits[:, [1, 1, 5, 7]])
    assert found.read.tolist() == [t in kept for t in range(STEPS)]


def test_what_is_skipped_first_is_answered_by_an_empty_memory(model, x):
    found = run_edited(model, x, [edit("skip", steps="0-2")])
    same(found.prefix_logits[:, :3], np.broadcast_to(model.head.bias.detach().numpy(), (2, 3, 3)))


def test_a_skipped_step_has_no_gates_and_leaves_the_memory_as_it_was(model, x):
    found = run_edited(model, x[0], [edit("skip", steps=[3])]).trace
    mask = np.arange(STEPS) != 3
    expected = trace(model, x[0], mask=mask)
    for name, values in expected.arrays.items():
        np.testing.assert_allclose(found.arrays[name], values, atol=1e-6, err_msg=name)


def test_frozen_units_keep_what_they_had(model, x):
    found = run_edited(model, x[0], [edit("freeze", steps="3-5", units=[0, 2], direction="forward")]).trace
    plain = run_edited(model, x[0]).trace
    for symbol in {"h", "C"} & set(found.part(0)):
        values = found.part(0)[symbol]
        for step in (3, 4, 5):
            np.testing.assert_array_equal(values[step, [0, 2]], values[2, [0, 2]])
        np.testing.assert_array_equal(values[:3], plain.part(0)[symbol][:3])
        assert (values[6, [0, 2]] != values[5, [0, 2]]).all()


def test_freezing_all_units_for_a_while_equals_skipping_for_the_last_state(x):
    """For a network that looks back only and answers with its last state, not to learn is not to read."""
    for cell in CELLS:
        model = build(cell)
        frozen, skipped = (run_edited(model, x, [edit(kind, steps="3-5")]) for kind in ("freeze", "skip"))
        same(frozen.logits, skipped.logits)


def test_a_shuffle_equals_the_fused_run_of_the_shuffled_sequence(model, x):
    found = run_edited(model, x, [edit("shuffle", seed=3)])
    assert sorted(found.order) == list(range(STEPS)) != found.order.tolist()
    shuffled = x[:, found.order.tolist()]
    same(found.logits, fused(model, shuffled))
    same(found.prefix_logits, fused(model, shuffled, every=True))
    assert run_edited(model, x, [edit("shuffle", seed=3)]).order.tolist() == found.order.tolist()
    some = run_edited(model, x, [edit("shuffle", seed=4, steps="2-6")]).order
    assert some[[0, 1, 7, 8]].tolist() == [0, 1, 7, 8] and sorted(some[2:7]) == [2, 3, 4, 5, 6]


@pytest.mark.parametrize("value", ["black", "mean", 0.25])
def test_a_blank_equals_the_fused_run_of_the_blanked_sequence(model, x, value):
    blanked = x.clone()
    for one, made in zip(x, blanked, strict=True):
        made[2:5] = {"black": 0.0, "mean": one.mean()}.get(value, value)
    found = run_edited(model, x, [edit("blank", steps="2-4", value=value)])
    same(found.logits, fused(model, blanked))
    same(found.prefix_logits, fused(model, blanked, every=True))


def test_the_input_is_changed_in_the_order_given(x):
    model = build()
    blank, shuffle = edit("blank", steps=0), edit("shuffle", seed=1)
    first = run_edited(model, x[0], [blank, shuffle])
    assert np.flatnonzero((first.trace.input == 0).all(1)).tolist() == [first.order.tolist().index(0)]
    second = run_edited(model, x[0], [shuffle, blank])
    assert np.flatnonzero((second.trace.input == 0).all(1)).tolist() == [0]
    assert not np.allclose(first.logits, second.logits)


def test_steps_before_an_edit_do_not_change_at_all(x):
    model = build()
    plain, found = run_edited(model, x), run_edited(model, x, [edit("clamp", symbol="o", value=0, steps=5)])
    np.testing.assert_array_equal(found.prefix_logits[:, :5], plain.prefix_logits[:, :5])
    assert (found.prefix_logits[:, 5] != plain.prefix_logits[:, 5]).any()


def test_a_wrong_sequence_is_refused(x):
    with pytest.raises(ReadingError, match=r"Expected \(step, 4\).*got \(2, 9, 3\)"):
        run_edited(build(), x[..., :3])
    with pytest.raises(ReadingError, match="finite"):
        run_edited(build(), x / 0)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no GPU here")
def test_a_gpu_gives_the_same_answers(model, x):
    edits = [edit("reset", steps=4), edit("clamp", symbol="h", value=0.2, units=[1], steps=6)]
    expected = run_edited(model, x, edits).logits
    same(run_edited(model.cuda(), x, edits).logits, expected)
