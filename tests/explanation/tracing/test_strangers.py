"""Traces of other people's modules: what their network really read, against what it really gave and the equations."""

import warnings

import numpy as np
import pytest
import torch
from torch import nn

from medrnn.errors import ReadingError, TraceError
from medrnn.explanation.tracing import given, layers
from medrnn.explanation.tracing.trace import find_rnn, layer_weights, trace, trace_batch
from medrnn.models.cells import CELLS, find_cell, run_layer
from medrnn.models.cells.peephole_module import PeepholeLSTM
from tests.explanation.tracing.strangers import LearnedStart, Normed, Packed, StepByStep, Turned, Twice, Words


def old_weight_norm(rnn):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch calls this form old; people still have it
        nn.utils.weight_norm(rnn, "weight_hh_l0")
    with torch.no_grad():
        rnn.weight_hh_l0_g.mul_(3)  # as after a step of training: the weight itself is of before
    return rnn


def new_weight_norm(rnn):
    nn.utils.parametrizations.weight_norm(rnn, "weight_hh_l0")
    with torch.no_grad():
        rnn.parametrizations.weight_hh_l0.original0.mul_(3)
    return rnn


def doubling(rnn):
    rnn.register_forward_pre_hook(lambda module, args: (2 * args[0], *args[1:]))
    return rnn


X = torch.rand(7, 3, generator=torch.Generator().manual_seed(1))
MODULES = {
    "learned start": lambda: LearnedStart(),
    "learned start, batch first, both ways": lambda: LearnedStart(batch_first=True, bidirectional=True),
    "learned start of a GRU": lambda: LearnedStart(nn.GRU, batch_first=True),
    "learned start of an RNN": lambda: LearnedStart(nn.RNN),
    "LayerNorm and projection": lambda: Normed(),
    "LayerNorm, two layers, dropout, no bias": lambda: Normed(
        nn.LSTM, num_layers=2, dropout=0.8, bias=False, batch_first=True
    ),
    "a peephole LSTM inside": lambda: Normed(PeepholeLSTM, num_layers=2, dropout=0.8, bidirectional=True),
    "ReLU": lambda: Normed(nn.RNN, nonlinearity="relu"),
    "packed": lambda: Packed(),
    "turned, by name": lambda: Turned(),
    "old weight_norm inside": lambda: nn.Sequential(nn.Linear(3, 3), old_weight_norm(nn.LSTM(3, 4))),
    "old weight_norm": lambda: old_weight_norm(nn.GRU(3, 4, batch_first=True)),
    "new weight_norm": lambda: new_weight_norm(nn.LSTM(3, 4)),
    "new weight_norm inside": lambda: nn.Sequential(nn.Linear(3, 3), new_weight_norm(nn.GRU(3, 4))),
    "a hook that changes the input": lambda: doubling(nn.GRU(3, 4)),
    "a state that stays": lambda: StepByStep(),
}


@pytest.fixture(params=MODULES.values(), ids=MODULES)
def module(request):
    torch.manual_seed(0)
    return request.param().train()


def listen(module, x):
    """What the network inside was given and gave, by a hook of the test's own, one sequence: (step, ...)."""
    rnn, heard = find_rnn(module, may_be_relu=True), []

    def hook(_, args, kwargs, result):
        values = (*args, *kwargs.values())
        data = [v.data if isinstance(v, nn.utils.rnn.PackedSequence) else v for v in (values[0], result[0])]
        flat = [v.reshape(-1, v.shape[-1]).detach().clone() for v in data]
        heard.append((*flat, values[1] if len(values) > 1 else None))

    handle = rnn.register_forward_hook(hook, with_kwargs=True)
    training = {part: part.training for part in module.modules()}
    with torch.no_grad():
        module.eval()(x)
    handle.remove()
    for part, flag in training.items():
        part.training = flag
    return heard


def by_equations(rnn, x, state):
    """The states of every layer and direction in float64 by the written-out steps."""
    level, found, cell = x.double(), {}, find_cell(rnn.mode)
    states = state if isinstance(state, tuple) else (state,)
    for layer in range(rnn.num_layers):
        outputs = []
        for k, way in enumerate(("forward", "backward")[: 1 + rnn.bidirectional]):
            weights = {n: w.double() for n, w in layer_weights(rnn, layer, bool(k)).items()}
            place = layer * (1 + rnn.bidirectional) + k
            start = (
                None
                if state is None
                else {
                    s: v[place].reshape(-1).double().detach()
                    for s, v in zip(cell.memory, states, strict=True)
                }
            )
            arrays = run_layer(cell, level.flip(0) if k else level, weights, start)
            for symbol, values in arrays.items():
                found[f"layer{layer}/{way}/{symbol}"] = values.flip(0) if k else values
            outputs.append(found[f"layer{layer}/{way}/h"])
        level = torch.cat(outputs, -1)
    return found


def batch_of_one(module, x=X):
    rnn = find_rnn(module, may_be_relu=True)
    return x[None] if rnn.batch_first or isinstance(module, Turned) else x[:, None]


def test_a_trace_is_what_the_network_inside_really_read_and_gave(module):
    found = trace(module, X)
    ((read, gave, state),) = listen(module, batch_of_one(module))
    rnn = find_rnn(module, may_be_relu=True)
    np.testing.assert_allclose(found.input, read, rtol=0, atol=1e-6)
    last = np.concatenate([found.part(rnn.num_layers - 1, way)["h"] for way in found.directions], -1)
    np.testing.assert_allclose(last, gave, rtol=0, atol=2e-6)
    for name, values in by_equations(rnn, read, state).items():
        np.testing.assert_allclose(found.arrays[name], values, rtol=0, atol=5e-6, err_msg=name)
    assert found.error < 5e-6


def everything(module):
    """All that a caller could see of a module, with the identity of its tensors."""
    seen = {}
    for name, part in module.named_modules():
        for key, value in vars(part).items():
            inside = (
                dict(value) if isinstance(value, dict) else list(value) if isinstance(value, list) else value
            )
            seen[name, key] = (id(value), inside)
    values = {name: value.clone() for name, value in (*module.named_parameters(), *module.named_buffers())}
    return seen, values, [(w.requires_grad, w.grad) for w in module.parameters()]


def test_a_module_is_handed_back_as_found(module):
    next(module.parameters()).requires_grad_(False)
    before = everything(module)
    random = torch.get_rng_state()
    trace(module, X)
    after = everything(module)
    assert before[0].keys() == after[0].keys()
    for key, (place, inside) in before[0].items():
        assert after[0][key][0] == place, key
        same = after[0][key][1]
        if isinstance(inside, dict):
            assert {k: id(v) for k, v in same.items()} == {k: id(v) for k, v in inside.items()}, key
        elif isinstance(inside, list):
            assert [id(v) for v in same] == [id(v) for v in inside], key
    assert all(torch.equal(before[1][name], after[1][name]) for name in before[1])
    assert before[2] == after[2]
    assert torch.equal(torch.get_rng_state(), random)
    assert torch.is_grad_enabled()


def test_a_module_that_raises_is_handed_back_as_found_too():
    module = StepByStep().train()
    module.rnn.register_forward_hook(lambda *_: 1 / 0)
    before = everything(module)
    with pytest.raises(TraceError, match="cannot read.*ZeroDivisionError: division by zero"):
        trace(module, X)
    after = everything(module)
    assert {k: v[0] for k, v in before[0].items()} == {k: v[0] for k, v in after[0].items()}
    assert module.training and module.rnn.training


def test_words_are_looked_up():
    module, tokens = Words(), torch.tensor([1, 8, 3, 3])
    for words in (tokens, tokens[None], tokens.numpy()):
        found = trace(module, words)
        assert torch.equal(torch.from_numpy(found.input), module.words(tokens).detach())
    assert trace_batch(module, torch.stack([tokens, tokens.flip(0)])).part(0)["h"].shape == (2, 4, 4)


def test_one_of_several_calls_is_chosen_with_its_own_state():
    module = Twice()
    with pytest.raises(
        TraceError, match=r"one call of the network in a forward, got 2\. Choose one with call=0 to 1"
    ):
        trace(module, X)
    with pytest.raises(TraceError, match="call: expected 0 to 1, got 2"):
        trace(module, X, call=2)
    first, second = (trace(module, X, call=k) for k in (0, 1))
    assert np.array_equal(second.input, first.input[::-1])
    np.testing.assert_allclose(second.start["layer0/forward/C"], first.part(0)["C"][-1], atol=1e-6)
    whole = trace(module.rnn, torch.cat([X, X.flip(0)]))
    np.testing.assert_allclose(second.part(0)["h"], whole.part(0)["h"][7:], atol=1e-6)


def test_a_network_that_is_not_called_is_refused():
    class Idle(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.GRU(3, 4)

        def forward(self, x):
            return x

    with pytest.raises(TraceError, match="to call its network, it did not. Hand over the network itself"):
        trace(Idle(), X)


def test_a_network_that_reads_several_sequences_is_refused():
    class Cut(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.GRU(3, 4, batch_first=True)

        def forward(self, x):
            return self.rnn(torch.cat([x, x]))

    with pytest.raises(TraceError, match=r"read one sequence, got 2 for an input of \(1, 7, 3\)"):
        trace(Cut(), X)


def test_a_wrong_sequence_is_refused_in_one_sentence_with_the_modules_own_words():
    with pytest.raises(TraceError, match=r"cannot read \(7, 1, 5\): RuntimeError: .*normalized_shape"):
        trace(Normed(), torch.rand(7, 5))
    with pytest.raises(ReadingError, match=r"Expected \(step, ...\) with at least one step, got \(0, 3\)"):
        trace(Normed(), torch.rand(0, 3))


def test_a_network_in_another_float_type_is_refused():
    class Mixed(Normed):
        def forward(self, x):
            with torch.autocast("cpu", torch.bfloat16):
                return super().forward(x)

    with pytest.raises(TraceError, match="to run in torch.float32.*got torch.bfloat16. Turn autocast off"):
        trace(Mixed(), X)


def test_weights_that_are_not_those_of_the_run_are_refused(monkeypatch):
    """The last guard: whatever a module does, its own output is what counts."""
    honest = given.layer_weights

    def other_weights(rnn, layer, is_backward):
        found = honest(rnn, layer, is_backward)
        return found | {"weight_hh": 1.01 * found["weight_hh"]}

    monkeypatch.setattr(given, "layer_weights", other_weights)
    for module in (LearnedStart(), Packed()):
        with pytest.raises(TraceError, match="differ from the fused run by"):
            trace(module, X)


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
@pytest.mark.parametrize("both", [False, True])
def test_a_network_takes_a_state_as_its_forward_does(cell, both):
    rnn = cell.module(3, 4, 2, bidirectional=both)
    state = tuple(torch.rand(2 * (1 + both), 4) for _ in cell.memory)
    first = state if len(state) > 1 else state[0]
    found = trace(rnn, X, state=first)
    output, _ = rnn(X, first)
    last = np.concatenate([found.part(1, way)["h"] for way in found.directions], -1)
    np.testing.assert_allclose(last, output.detach(), atol=1e-6)
    for name, values in by_equations(rnn, X, first).items():
        np.testing.assert_allclose(found.arrays[name], values, atol=2e-6, err_msg=name)
    np.testing.assert_array_equal(found.start["layer1/forward/h"], state[0][1 + both])
    whole = tuple(s[:, None] for s in state)
    again = trace(rnn, X[None], state=whole if len(whole) > 1 else whole[0])
    assert all(np.array_equal(again.arrays[name], values) for name, values in found.arrays.items())


def test_a_masked_trace_begins_with_the_state():
    rnn, mask = nn.LSTM(3, 4, bidirectional=True), np.array([False, True, False, True, True, False, False])
    state = (torch.rand(2, 4), torch.rand(2, 4))
    found, alone = trace(rnn, X, mask=mask, state=state), trace(rnn, X[mask], state=state)
    np.testing.assert_array_equal(found.part(0)["C"][mask], alone.part(0)["C"])
    np.testing.assert_array_equal(found.part(0)["h"][0], state[0][0])
    np.testing.assert_array_equal(found.part(0, "backward")["C"][6], state[1][1])


@pytest.mark.parametrize(
    "state", [torch.rand(2, 4), (torch.rand(1, 4),), (torch.rand(1, 5), torch.rand(1, 5))]
)
def test_a_state_that_does_not_fit_names_both_shapes(state):
    with pytest.raises(ReadingError, match=r"state: expected h and C of shape \(1, 1, 4\), got \["):
        trace(nn.LSTM(3, 4), X, state=state)


def test_a_module_with_a_state_of_its_own_takes_none():
    with pytest.raises(TraceError, match="state: expected the network itself, got LearnedStart"):
        trace(LearnedStart(), X, state=torch.rand(2, 4))


def test_a_masked_trace_of_a_stranger_is_that_of_the_steps_read():
    module, mask = Normed(), np.array([True, True, False, True, False, False, True])
    found, alone = trace(module, X, mask=mask), trace(module, X[mask])
    np.testing.assert_array_equal(found.part(0)["h"][mask], alone.part(0)["h"])
    assert np.isnan(found.part(0)["z"][~mask]).all()


@pytest.mark.parametrize("steps", [7, 3])
def test_a_batch_of_a_strangers_module_is_its_sequences_alone(module, steps):
    if isinstance(module, StepByStep):
        pytest.skip("keeps the state of another batch size")
    x = torch.rand(3, steps, 3)
    found = trace_batch(module, x)
    for k in range(3):
        alone = trace(module, x[k])
        for name, values in alone.arrays.items():
            np.testing.assert_allclose(found.one(k).arrays[name], values, rtol=0, atol=5e-6, err_msg=name)


def test_a_packed_batch_has_the_lengths_that_the_network_read():
    x = torch.rand(3, 7, 3)
    x[0, 4:], x[2, 6:] = 0, 0
    module = Packed()
    found = trace_batch(module, x)
    assert found.lengths.tolist() == [4, 7, 6]
    assert torch.isnan(found.part(0)["z"][0, 4:]).all()
    start = module.start[1, 0].detach().expand(3, 4)
    assert torch.equal(found.part(0, "backward")["h"][0, 4:], start)


def test_lengths_are_the_strangers_own_business():
    with pytest.raises(TraceError, match="lengths: expected the network itself, got Normed"):
        trace_batch(Normed(), torch.rand(2, 7, 3), lengths=[7, 2])


def test_one_sequence_may_come_with_its_batch_axis():
    rnn = nn.LSTM(3, 4)
    assert np.array_equal(trace(rnn, X[None]).part(0)["h"], trace(rnn, X).part(0)["h"])
    assert np.array_equal(trace(Normed(), X[None].numpy()).input.shape, (7, 5))


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_grey_values_up_to_255_raise_no_false_alarm(cell):
    for seed in range(4):
        torch.manual_seed(seed)
        rnn = cell.module(224, 32, 2)
        with torch.no_grad():
            for weight in rnn.parameters():
                weight *= 2
        image = torch.randint(0, 256, (60, 224))
        assert trace(rnn, image.float()).error < 1e-3
        assert trace(rnn, image.to(torch.uint8).numpy()).error < 1e-3


@pytest.mark.parametrize("top", [255, 1e9])
def test_a_real_difference_is_found_in_wide_inputs_too(top, monkeypatch):
    rnn = nn.LSTM(28, 32)
    honest = layers.run_fused
    monkeypatch.setattr(layers, "run_fused", lambda *args: honest(*args) + 2e-3)
    with pytest.raises(TraceError, match="differ from the fused run"):
        trace(rnn, top * torch.rand(28, 28))
