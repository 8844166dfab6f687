"""Modules inside whole networks: their gates against the equations in float64 on what the network gives them."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

import medrnn
from medrnn.errors import ConfigError, ReadingError, TraceError
from medrnn.explanation.tracing.inside import attention_weights, last_module, map_of, trace_inside
from medrnn.explanation.tracing.trace import trace
from medrnn.models.cells import CELLS, run_layer
from medrnn.models.places import passages
from medrnn.sequences import lines, place
from tests.explanation.networks import RECURRENT, build
from tests.explanation.tracing.test_trace import by_equations


def read_by(model, module, x):
    """What a module is given, (line, step, feature), by the networks' own parts."""
    with torch.no_grad():
        encoded = model.encode(x[None])
        if module == "rnn":
            return encoded
        if module in ("rows", "columns"):
            return encoded[module == "columns"]
        values = encoded
        for k, sweep in enumerate(model.sweeps):
            if module == f"sweeps.{k}.rows":
                return values[0]
            after = sweep.rows(values[0])[0]
            if module == f"sweeps.{k}.columns":
                return after.transpose(0, 1)
            values = sweep(values)
    raise AssertionError(module)


@pytest.mark.parametrize("both", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("kind", RECURRENT)
def test_every_gate_of_every_module_agrees_with_the_equations(kind, cell, both):
    model, x = build(kind, cell, both)
    for module, passage in passages(model.config, model.reading).items():
        found, given = trace_inside(model, x, module), read_by(model, module, x)
        assert len(found) == len(given) == passage.lines
        torch.testing.assert_close(found.input, given)
        for line in (0, len(given) - 1):
            expected = by_equations(cell, model.recurrent()[module], given[line])
            one = found.one(line)
            assert set(one.arrays) == set(expected)
            for name, values in expected.items():
                assert values.shape[0] == passage.steps
                np.testing.assert_allclose(found.arrays[name][line], values, rtol=0, atol=1e-10, err_msg=name)
                np.testing.assert_allclose(one.arrays[name], values, rtol=0, atol=1e-6, err_msg=name)
        assert found.error < 1e-12


def test_the_map_of_a_sweep_stands_as_the_image_does():
    """Without recurrence a state is a function of its own place: marked places come out where they are."""
    model, _ = build("sweeps", "rnn", layers=1)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.zero_() if "weight_hh" in name or "bias" in name else weight.fill_(0.1)
    image = torch.zeros(8, 12, 3, dtype=torch.float64)
    image[4:8, 8:12] = 1
    x = lines(image, model.reading)
    for module, passage in passages(model.config, model.reading).items():
        h = map_of(trace_inside(model, x, module), passage, "h")
        assert h.shape == (2, 3, 5)
        assert np.argwhere(h[..., 0] > 0).tolist() == [[1, 2]]


def test_the_map_of_one_sequence_stands_as_the_image_does():
    model, x = build("stack-linear")
    passage = passages(model.config, model.reading)["rnn"]
    found = trace_inside(model, x)
    h = map_of(found, passage, "h", 1)
    part = found.part(1)["h"][0]
    order = place(np.repeat(np.arange(6)[:, None], 48, 1), model.reading)[::4, ::4, 0]
    np.testing.assert_allclose(h, part.numpy()[order], atol=1e-7)
    model, x = build("stack-stem")
    h = map_of(trace_inside(model, x), passages(model.config, model.reading)["rnn"], "h")
    assert h.shape == (1, 6, 5)
    np.testing.assert_allclose(h[0, ::-1], trace_inside(model, x).part(0)["h"][0].numpy(), atol=1e-7)
    with pytest.raises(ConfigError, match="layer5/forward/h"):
        map_of(found, passage, "h", 5)
    with pytest.raises(ConfigError, match="Expected a trace of rows, 1 x 8"):
        map_of(found, passages(build("streams")[0].config, build("streams")[0].reading)["rows"], "h")


def test_a_public_trace_takes_a_name():
    model, x = build("streams")
    found, inside = medrnn.trace(model, x, "columns"), trace_inside(model, x, "columns").one(0)
    for name, values in inside.arrays.items():
        np.testing.assert_array_equal(found.arrays[name], values)
    np.testing.assert_array_equal(medrnn.trace(model, x, name="columns").input, inside.input)
    for wrong in (lambda: medrnn.trace(model, x), lambda: medrnn.trace(model, x, "row")):
        with pytest.raises(TraceError, match="rows, columns"):
            wrong()
    model, x = build("sweeps")
    with pytest.raises(TraceError, match="trace_inside"):
        trace(model, x, "sweeps.0.rows")


def test_a_stack_behind_an_encoder_is_traced_by_itself():
    model, x = build("stack-stem")
    found, inside = trace(model, x), trace_inside(model, x).one(0)
    np.testing.assert_array_equal(found.arrays["layer1/forward/h"], inside.arrays["layer1/forward/h"])
    assert found.input.shape == (6, 16)


def test_a_module_of_a_container_is_chosen_by_its_name():
    pair = nn.ModuleDict({"first": nn.GRU(4, 3), "second": nn.LSTM(4, 3)})
    x = torch.rand(6, 4)
    np.testing.assert_array_equal(
        trace(pair, x, "second").arrays["layer0/forward/C"],
        trace(pair["second"], x).arrays["layer0/forward/C"],
    )
    with pytest.raises(TraceError, match="expected one of first, second, got 'third'"):
        trace(pair, x, "third")


def test_a_wrong_module_or_image_is_said():
    model, x = build("sweeps")
    with pytest.raises(TraceError, match=r"one of sweeps\.0\.rows, .*sweeps\.1\.columns, got 'rows'"):
        trace_inside(model, x, "rows")
    with pytest.raises(TraceError, match="got none, and there are 4"):
        trace_inside(model, x)
    with pytest.raises(ReadingError, match=r"Expected \(6, 48\).*got \(5, 48\)"):
        trace_inside(model, x[:5], "sweeps.0.rows")
    with pytest.raises(ReadingError, match="finite"):
        trace_inside(model, x / 0, "sweeps.0.rows")
    assert last_module(model) == "sweeps.1.columns"
    model, x = build("cnn")
    with pytest.raises(TraceError, match="convolutional"):
        trace_inside(model, x)


@pytest.mark.parametrize("kind", ["stack-steps", "sweeps-stem", "streams-stem", "cnn"])
def test_attention_weights_add_the_states_up_to_what_the_head_sees(kind):
    model, x = build(kind, readout="attention")
    weights = attention_weights(model, x)
    assert weights.shape == {"stack-steps": (8,), "streams-stem": (6,)}.get(kind, (4, 6))
    assert weights.sum() == pytest.approx(1)
    with torch.no_grad():
        if kind == "cnn":
            states = model.encoder(x[None])[0].flatten(0, 1).numpy()
        elif kind == "streams-stem":
            rows, columns = (
                trace_inside(model, x, name).part(0)["h"][0].numpy() for name in ("rows", "columns")
            )
            states = np.concatenate([rows[[0, 1, 2, 3, 3, 3]], columns], 1)
        else:
            passage = passages(model.config, model.reading)[last_module(model)]
            states = map_of(trace_inside(model, x, passage.name), passage, "h").reshape(weights.size, -1)
        logits = model.head(torch.from_numpy(weights.ravel().astype(float) @ states))
        torch.testing.assert_close(logits, model(x[None])[0], rtol=0, atol=1e-5)


def test_without_attention_there_are_no_weights():
    with pytest.raises(TraceError, match="read-out with attention, got 'mean"):
        attention_weights(*build("sweeps"))


def test_the_network_is_given_back_as_found():
    model, x = build("sweeps-stem")
    model.train()
    before = copy.deepcopy(model.state_dict())
    trace_inside(model, x, "sweeps.0.columns")
    attention_weights(model, x)
    assert all(part.training and not part._forward_hooks for part in model.modules())
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_run_layer_is_what_a_line_of_a_sweep_does():
    """One line by itself is the line among the others."""
    model, x = build("sweeps", "gru", layers=1)
    found = trace_inside(model, x, "sweeps.0.rows")
    weights = {k.removesuffix("_l0"): v.detach() for k, v in model.sweeps[0].rows.named_parameters()}
    alone = run_layer(CELLS["gru"], found.input[1], weights)
    torch.testing.assert_close(found.part(0)["z"][1], alone["z"], rtol=0, atol=1e-12)
