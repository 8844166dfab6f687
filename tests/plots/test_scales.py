"""Where colours end: one unit far out is clipped, an even spread is not, whatever the size of the layer."""

import numpy as np
import pytest

from medrnn.plots.scales import Scale, find_beyond, find_scale


@pytest.mark.parametrize("units", [4, 8, 32, 128, 1024])
def test_one_unit_at_sixteen_leaves_the_others_their_colours(units):
    values = np.tile(np.linspace(-1, 1, units), (28, 1))
    values[:, units // 2] = 16
    found = find_scale(values)
    assert found.full == 16 and 0.3 < found.limit <= 1 and found.is_clipped
    assert find_beyond(values, found.limit)[0] == (units // 2, 16.0)
    assert len(find_beyond(values, found.limit)) <= max(1, 0.06 * units)


def test_an_even_spread_is_drawn_whole():
    values = np.random.default_rng(0).uniform(-3, 3, (28, 128))
    assert find_scale(values) == Scale(np.abs(values).max(), np.abs(values).max())
    assert find_beyond(values, find_scale(values).limit) == []


def test_planes_that_are_drawn_alike_share_a_scale_and_steps_that_were_not_read_do_not_count():
    small, large = np.full((5, 40), 0.1), np.full((5, 40), 0.3)
    large[0, 3], small[1, 2] = np.nan, 9.0
    assert find_scale(small, large) == Scale(0.3, 9.0)
    assert find_beyond(small, 0.3) == [(2, 9.0)]
    assert find_scale(np.zeros((5, 3))).limit == 1e-6
    assert find_scale(np.full((2, 3), np.nan)).limit == 1e-6
