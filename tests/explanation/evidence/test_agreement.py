"""Do maps agree: against ranks and sets written out."""

import numpy as np
import pytest

from medrnn.errors import ConfigError
from medrnn.explanation.evidence.agreement import STRONGEST, agree, to_grid


def ranks(values):
    """Mean ranks, ties shared, in plain loops."""
    flat = values.ravel()
    return np.array([(flat < v).sum() + ((flat == v).sum() + 1) / 2 for v in flat])


def strongest(values):
    """How much each pixel counts, in plain loops: places are given out from the strongest down, ties share theirs."""
    flat = np.abs(values).ravel()
    left, counts = float(round(STRONGEST * flat.size)), np.zeros(flat.size)
    for level in sorted(set(flat.tolist()) - {0.0}, reverse=True):
        tied = flat == level
        counts[tied] = min(1.0, left / tied.sum())
        left -= counts[tied].sum()
    return counts


def test_rank_and_overlap_are_those_written_out(rng):
    maps = [rng.normal(size=(6, 10)), rng.normal(size=(6, 10)).round(1), np.ones((6, 10))]
    maps[1][0] = maps[0][0]
    found = agree(maps)
    assert found.rank[0, 1] == found.rank[1, 0]
    assert found.rank[0, 1] == pytest.approx(np.corrcoef(ranks(maps[0]), ranks(maps[1]))[0, 1], abs=1e-12)
    one, other = map(strongest, maps[:2])
    both, either = np.minimum(one, other).sum(), np.maximum(one, other).sum()
    assert found.overlap[0, 1] == pytest.approx(both / either, abs=1e-12)
    assert np.isnan(found.rank[0, 2]) and found.rank[2, 2] == 1


def test_a_map_agrees_with_itself_and_its_negative_has_the_same_places(rng):
    one = rng.normal(size=(8, 8))
    found = agree([one, 3 * one, -one])
    assert found.rank[0, 1] == pytest.approx(1) and found.rank[0, 2] == pytest.approx(-1)
    assert found.overlap[0, 1] == found.overlap[0, 2] == 1
    np.testing.assert_allclose(found.differences[1], 0, atol=1e-15)  # shares: a larger scale is no difference


def test_each_map_counts_as_one_and_a_black_one_as_nothing(rng):
    found = agree([rng.normal(size=(4, 4)), np.zeros((4, 4))])
    assert np.abs(found.maps[0]).sum() == pytest.approx(1)
    assert not found.maps[1].any()


def test_unrelated_maps_share_the_places_that_chance_gives(rng):
    overlaps = [agree(rng.normal(size=(2, 20, 20))).overlap[0, 1] for _ in range(200)]
    assert np.mean(overlaps) == pytest.approx(STRONGEST / (2 - STRONGEST), abs=0.01)


@pytest.mark.parametrize("kind", ["plain", "mostly zero", "few levels", "unlike"])
def test_chance_is_what_shuffled_pixels_share(rng, kind):
    """Against maps whose pixels are put in random order, many times."""
    one, other = np.abs(rng.normal(size=(2, 20, 20)))
    if kind == "mostly zero":
        one[one < np.quantile(one, 0.97)], other[other < np.quantile(other, 0.94)] = 0, 0
    if kind in ("few levels", "unlike"):
        one = np.repeat(one[:, :1], 20, 1)  # a value a row, as of row occlusion
    if kind == "few levels":
        other = np.round(other)
    found = agree([one, other])
    shuffled = [
        agree([one, rng.permutation(other.ravel()).reshape(20, 20)]).overlap[0, 1] for _ in range(400)
    ]
    assert found.chance[0, 1] == found.chance[1, 0] == pytest.approx(np.mean(shuffled), abs=0.005)
    if kind == "plain":
        assert found.chance[0, 1] == pytest.approx(STRONGEST / (2 - STRONGEST), abs=1e-9)
    if kind == "mostly zero":
        assert found.chance[0, 1] < 0.03  # not the 5 % of maps without zeros


def test_what_is_zero_is_not_shared():
    """Two maps of one bright pixel each, elsewhere 0: they have nothing in common, whatever ties do."""
    one, other = np.zeros((2, 10, 10))
    one[2, 3], other[7, 7] = 1, 1
    found = agree([one, other, one])
    assert found.overlap[0, 1] == 0 and found.overlap[0, 2] == 1
    assert found.chance[0, 1] == pytest.approx(0.01 / 1.99)


def test_a_coarse_map_lies_on_the_finest_grid():
    coarse, fine = np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros((4, 6))
    np.testing.assert_array_equal(to_grid(coarse, (4, 6)), np.kron(coarse, np.ones((2, 3))))
    assert agree([coarse, fine]).maps.shape == (2, 4, 6)
    np.testing.assert_array_equal(to_grid(np.arange(3.0)[None], (1, 7))[0], [0, 0, 1, 1, 1, 2, 2])


@pytest.mark.parametrize("maps", [[], [np.zeros(3)]])
def test_what_is_no_map_is_refused(maps):
    with pytest.raises(ConfigError, match=r"expected \(row, column\)"):
        agree(maps)


def test_maps_of_one_value_have_no_strongest_pixels_to_share():
    found = agree([np.zeros((8, 8)), np.zeros((8, 8)), np.arange(64.0).reshape(8, 8)])
    assert np.isnan(found.overlap[0, 1]) and np.isnan(found.overlap[0, 2]) and np.isnan(found.rank[0, 1])
    assert np.isnan(found.chance[0, 1]) and np.isnan(found.chance[0, 2])
