"""The recurrence of the cell against its definition, in float64."""

import pytest
import torch

from medrnn.models.cells.scan import scan, scan_doubling, scan_loop


def by_definition(f, w):
    """Each C as the sum over what was written times every forget gate since."""
    total = torch.zeros_like(w)
    for t in range(len(w)):
        for s in range(t + 1):
            total[t] += w[s] * f[s + 1 : t + 1].prod(0)
    return total


def by_loop(f, w):
    found = w.clone()
    scan_loop(f.numpy(), found.numpy())
    return found


@pytest.mark.parametrize("run", [by_loop, scan_doubling, lambda f, w: scan(f, w.clone())])
@pytest.mark.parametrize("steps", [1, 2, 3, 7, 8, 9, 28, 65])
def test_every_way_agrees_with_the_definition(run, steps):
    f, w = torch.rand(steps, 2, 3, dtype=torch.float64), torch.randn(steps, 2, 3, dtype=torch.float64)
    torch.testing.assert_close(run(f, w), by_definition(f, w), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("kept", [0.0, 1e-30, 0.5, 1 - 1e-7, 1.0])
def test_both_ways_agree_in_float32_where_gates_are_shut_or_open(kept):
    f, w = torch.full((448, 1, 4), kept), 2 * torch.rand(448, 1, 4) - 1
    expected = by_loop(f.double(), w.double())
    for found in (by_loop(f, w), scan_doubling(f, w)):
        assert torch.isfinite(found).all()
        assert (found - expected).abs().max() < 1e-4 * max(1, expected.abs().max())


def test_doubling_changes_neither_input():
    f, w = torch.rand(9, 1, 2), torch.randn(9, 1, 2)
    before = f.clone(), w.clone()
    scan_doubling(f, w)
    assert torch.equal(f, before[0])
    assert torch.equal(w, before[1])


def test_the_first_step_forgets_nothing_because_nothing_is_there():
    f, w = torch.full((3, 1, 1), 100.0), torch.ones(3, 1, 1)
    assert scan(f, w.clone()).flatten().tolist() == [1, 101, 10101]
