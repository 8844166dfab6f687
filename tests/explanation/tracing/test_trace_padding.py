"""Masked steps and padded batches against the same sequences read alone."""

import numpy as np
import pytest
import torch
from torch import nn

from medrnn.errors import ReadingError
from medrnn.explanation.tracing.trace import trace, trace_batch
from medrnn.models import cells
from medrnn.models.cells.peephole_module import PeepholeLSTM

CELLS = {name: cell.module for name, cell in cells.CELLS.items()}
MASKS = {
    "all": [True] * 7,
    "end": [True] * 4 + [False] * 3,
    "start": [False, False] + [True] * 5,
    "holes": [False, True, False, False, True, True, False],
    "one": [False] * 3 + [True] + [False] * 3,
}


@pytest.fixture(params=CELLS)
def rnn(request):
    return CELLS[request.param](3, 4, 2, batch_first=True, bidirectional=True)


def is_state(name):
    return name.split("/")[-1] in ("h", "C")


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
def test_a_masked_trace_is_that_of_the_steps_read_scattered_back(rnn, mask):
    x, mask = torch.rand(7, 3), np.array(mask)
    found, alone = trace(rnn, x, mask=mask), trace(rnn, x[torch.from_numpy(mask)])
    assert found.input.shape == (7, 3)
    for name, values in alone.arrays.items():
        np.testing.assert_array_equal(found.arrays[name][mask], values, err_msg=name)
        if not is_state(name):
            assert np.isnan(found.arrays[name][~mask]).all()


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
def test_a_state_stays_as_it_was_at_steps_that_are_not_read(rnn, mask):
    found = trace(rnn, torch.rand(7, 3), mask=np.array(mask))
    for name in filter(is_state, found.arrays):
        order = range(7) if "forward" in name else range(6, -1, -1)
        before = np.zeros(4)
        for t in order:
            if not mask[t]:
                np.testing.assert_array_equal(found.arrays[name][t], before, err_msg=f"{name} {t}")
            before = found.arrays[name][t]


def test_what_is_not_read_may_be_anything(rnn):
    x, mask = torch.rand(7, 3), torch.tensor(MASKS["holes"])
    spoilt = x.clone()
    spoilt[~mask] = np.nan
    found, expected = trace(rnn, spoilt, mask=mask), trace(rnn, x, mask=mask)
    for name, values in expected.arrays.items():
        np.testing.assert_array_equal(found.arrays[name], values)


@pytest.mark.parametrize("mask", [[True] * 6, [1] * 7, [False] * 7, [[True]] * 7])
def test_a_mask_that_does_not_fit_is_refused(rnn, mask):
    with pytest.raises(ReadingError, match=r"mask: expected \(7,\) bool with at least one True, got"):
        trace(rnn, torch.rand(7, 3), mask=np.array(mask))


@pytest.mark.parametrize("lengths", [None, [7, 7, 7], [7, 1, 4], [2, 5, 3]])
def test_a_batch_is_its_sequences_read_alone(rnn, lengths):
    x = torch.rand(3, 7, 3)
    found = trace_batch(rnn, x, lengths=lengths)
    assert len(found) == 3
    assert found.lengths.tolist() == (lengths or [7, 7, 7])
    for k, steps in enumerate(found.lengths):
        alone = trace(rnn, x[k, :steps])
        assert set(found.one(k).arrays) == set(alone.arrays)
        np.testing.assert_array_equal(found.one(k).input, alone.input)
        for name, values in alone.arrays.items():
            np.testing.assert_allclose(found.one(k).arrays[name], values, rtol=0, atol=1e-6, err_msg=name)


def test_past_the_end_of_a_sequence_a_batch_says_what_a_mask_says(rnn):
    x, lengths = torch.rand(3, 7, 3), [6, 1, 4]
    found = trace_batch(rnn, x, lengths=lengths)
    for k, steps in enumerate(lengths):
        alone = trace(rnn, x[k], mask=np.arange(7) < steps)
        for name, values in alone.arrays.items():
            np.testing.assert_allclose(found.arrays[name][k], values, rtol=0, atol=1e-6, err_msg=name)


def test_padding_is_not_read_whatever_it_holds(rnn):
    x, lengths = torch.rand(3, 7, 3), torch.tensor([7, 2, 5])
    spoilt = x.clone()
    spoilt[1, 2:], spoilt[2, 5:] = np.nan, np.inf
    found, expected = trace_batch(rnn, spoilt, lengths=lengths), trace_batch(rnn, x, lengths=lengths)
    for name, values in expected.arrays.items():
        assert torch.equal(found.arrays[name].nan_to_num(9), values.nan_to_num(9))


def test_the_states_of_a_padded_batch_are_those_of_torchs_packed_run(rnn):
    if isinstance(rnn, PeepholeLSTM):
        pytest.skip("takes no packed sequence")
    x, lengths = torch.rand(3, 7, 3), torch.tensor([7, 2, 5])
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    with torch.no_grad():
        outputs, _ = nn.utils.rnn.pad_packed_sequence(rnn(packed)[0], batch_first=True)
    found = trace_batch(rnn, x, lengths=lengths)
    states = torch.cat([found.part(1, way)["h"] for way in ("forward", "backward")], -1)
    read = torch.arange(7) < lengths[:, None]
    torch.testing.assert_close(states[read], outputs[read], rtol=0, atol=1e-6)


@pytest.mark.parametrize("lengths", [[7, 7], [7, 0, 3], [8, 1, 1], [1.5, 2, 3], [True, True, True]])
def test_lengths_that_do_not_fit_are_refused(rnn, lengths):
    with pytest.raises(ReadingError, match=r"lengths: expected 3 whole numbers from 1 to 7, got"):
        trace_batch(rnn, torch.rand(3, 7, 3), lengths=lengths)


@pytest.mark.parametrize("shape", [(4, 3), (0, 4, 3), (2, 0, 3), (2, 4, 5)])
def test_a_batch_of_another_shape_names_both_shapes(rnn, shape):
    with pytest.raises(ReadingError, match=r"Expected \(batch, step, 3\).*got \("):
        trace_batch(rnn, torch.zeros(shape))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU that torch can use")
@pytest.mark.parametrize("lengths", [None, [224, 1, 100]])
def test_a_batch_on_cuda_agrees_with_the_cpu(rnn, lengths):
    x = torch.rand(3, 224, 3)
    on_cpu, on_gpu = trace_batch(rnn, x, lengths=lengths), trace_batch(rnn.cuda(), x, lengths=lengths)
    for name, values in on_cpu.arrays.items():
        torch.testing.assert_close(
            on_gpu.arrays[name].cpu(), values, rtol=1e-4, atol=1e-5, equal_nan=True, msg=name
        )
