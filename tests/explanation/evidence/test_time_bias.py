"""Which steps win: of a map that follows what is there none, of one that follows the clock the late ones."""

import numpy as np
import pytest
import torch

from medrnn.config import ReadingConfig
from medrnn.explanation.evidence.time_bias import step_shares, time_bias
from medrnn.explanation.evidence.verdict import judge
from medrnn.sequences import place
from tests.explanation.evidence.known import subject


def content(module, x, seed):
    return x.numpy()


def clock(module, x, seed):
    """Step t has t + 1."""
    return np.repeat(np.arange(1.0, 1 + len(x))[:, None], x.shape[1], 1)


def test_a_map_of_what_is_there_has_no_favourite_step():
    case = subject(6, 8, make=content)
    found = time_bias(case, case.values(), draws=200)
    np.testing.assert_allclose(found.image, case.x.sum(1) / case.x.sum())
    np.testing.assert_allclose(found.uniform, 1 / 6)
    np.testing.assert_allclose(found.shuffled, 1 / 6, atol=0.02)
    assert found.late == pytest.approx(1, abs=0.1) and found.early == pytest.approx(1, abs=0.1)


def test_a_map_of_the_clock_lets_the_late_steps_win():
    case = subject(6, 8, make=clock)
    found = time_bias(case, case.values())
    np.testing.assert_allclose(found.shuffled, np.arange(1, 7) / 21)
    assert found.late_steps == 2
    assert found.late == pytest.approx((5 + 6) / 21 * 3) and found.early == pytest.approx((1 + 2) / 21 * 3)


@pytest.mark.parametrize("order", ["columns", "snake"])
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_shares_are_in_the_order_of_the_reading(order, direction):
    reading = ReadingConfig(order, direction, size=(4, 8), patch=2, channels="rgb")
    case = subject(reading.steps, reading.features, reading=reading)
    ramp = torch.arange(1.0, reading.steps + 1)[:, None].expand(-1, reading.features)
    upright = place(ramp, reading)[..., 0].numpy()
    np.testing.assert_allclose(step_shares(case, -upright), ramp[:, 0] / ramp[:, 0].sum())


def test_a_map_of_zeros_has_no_shares():
    case = subject(make=lambda module, x, seed: np.zeros((6, 8)))
    found = time_bias(case, case.values())
    assert not found.shuffled.any() and np.isnan([found.late, found.early]).all()
    assert judge("time", max(found.late, found.early)).level == "unknown"
