"""Curves against sums written out, filled pixels against a plane and a dense system."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from medrnn.config import ReadingConfig
from medrnn.errors import ConfigError
from medrnn.explanation.evidence.curves import DRAWS, KINDS, Curve, compare_orders, counts_of, curve
from medrnn.explanation.evidence.impute import Imputer
from medrnn.explanation.evidence.subject import order_of, to_picture, to_sequence
from medrnn.explanation.evidence.verdict import THRESHOLDS, judge
from tests.explanation.evidence.known import exact, subject


def test_deletion_of_a_weighted_sum_leaves_the_sum_of_what_is_left():
    case = subject()
    values = case.values()
    found = curve("deletion", case, values, score="logit", points=48)
    left = np.concatenate([[values.sum()], values.sum() - np.cumsum(np.sort(values.ravel())[::-1])])
    np.testing.assert_allclose(found.scores, left, atol=1e-12)
    np.testing.assert_allclose(found.shares, np.arange(49) / 48)
    assert found.area == pytest.approx((left[:-1] + left[1:]).mean() / 2)
    assert found.beaten == 1 and found.gain > 0  # no order falls sooner


def test_insertion_of_a_weighted_sum_is_the_sum_of_what_came():
    case = subject()
    values = case.values()
    found = curve("insertion", case, values, score="logit", points=48)
    came = np.concatenate([[0], np.cumsum(np.sort(values.ravel())[::-1])])
    np.testing.assert_allclose(found.scores, came, atol=1e-12)
    assert found.beaten == 1 and found.gain > 0


@pytest.mark.parametrize("kind", ["deletion", "insertion"])
def test_the_worst_order_is_beaten_by_every_random_one(kind):
    case = subject()
    found = curve(kind, case, -case.values(), score="logit")
    assert found.beaten == 0 and found.gain < 0


def test_probabilities_are_those_of_the_logits():
    case = subject()
    logits, shares = (
        curve("deletion", case, case.values(), score=s).scores for s in ("logit", "probability")
    )
    np.testing.assert_allclose(shares, 1 / (1 + np.exp(-logits)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_curve_begins_at_the_image_or_ends_there(kind):
    case = subject(seed=3)
    found = curve(kind, case, case.values(), score="logit", points=5, draws=2)
    whole = float(case.values().sum())
    assert found.scores[-1 if kind == "insertion" else 0] == pytest.approx(whole)
    assert found.random.shape == (2, 6)
    again = curve(kind, case, case.values(), score="logit", points=5, draws=2)
    np.testing.assert_array_equal(found.random, again.random)


@pytest.mark.parametrize("channels", ["grey", "rgb"])
@pytest.mark.parametrize("order", ["rows", "columns", "snake"])
def test_what_is_taken_is_where_the_map_says(order, channels):
    """One pixel alone has a weight; a map of one there takes all of the score away at once."""
    reading = ReadingConfig(order, size=(4, 8), patch=2, channels=channels)
    case = subject(reading.steps, reading.features, reading=reading)
    picture = torch.zeros(1, 4, 8, reading.planes, dtype=torch.float64)
    picture[0, 1, 5] = 1
    case.module.weight.data = to_sequence(picture, reading)[0]
    values = np.zeros((4, 8))
    values[1, 5] = 1
    found = curve("deletion", case, values, score="logit", points=32)
    assert found.scores[0] > 0 and not found.scores[1:].any()
    whole = to_picture(to_sequence(picture, reading), reading)
    torch.testing.assert_close(whole, picture)


def test_several_maps_share_one_run():
    case = subject()
    maps = [case.values(), -case.values()]
    shares, scores = compare_orders("deletion", case, maps, score="logit")
    for one, row in zip(maps, scores, strict=True):
        np.testing.assert_array_equal(row, curve("deletion", case, one, score="logit").scores)
    assert len(shares) == scores.shape[1]


@pytest.mark.parametrize("given", [{"kind": "rise"}, {"score": "loss"}, {"maps": [np.zeros((2, 2))]}])
def test_what_is_no_curve_is_refused(given):
    asked = {"kind": "deletion", "maps": [np.zeros((6, 8))], "score": "logit"} | given
    with pytest.raises(ConfigError, match="expected"):
        compare_orders(asked["kind"], subject(), asked["maps"], score=asked["score"])


def test_ties_are_taken_in_an_order_that_the_seed_draws():
    one, again, other = (order_of(np.zeros((6, 6)), seed) for seed in (0, 0, 1))
    assert (one == again).all() and (one != other).any() and sorted(one) == list(range(36))
    assert list(order_of(np.array([[1.0, 3.0], [2.0, 0.0]]), 0)) == [1, 2, 0, 3]
    assert list(counts_of(3, 20)) == [0, 1, 2, 3]


def test_a_plane_is_filled_as_it_was(rng):
    rows, columns = np.indices((7, 9))
    plane = (0.03 * rows + 0.05 * columns)[..., None]
    taken = np.zeros((7, 9), bool)
    taken[1:6, 1:8] = rng.random((5, 7)) < 0.8
    filled = Imputer(plane).fill(taken, np.zeros_like(plane))
    np.testing.assert_allclose(filled, plane, atol=1e-12)


def test_filled_pixels_solve_the_system_written_out(rng):
    picture, taken = rng.random((5, 6, 3)), rng.random((5, 6)) < 0.6
    noise = rng.normal(size=picture.shape)
    where = [tuple(at) for at in np.argwhere(taken)]
    system, right = np.zeros((len(where), len(where))), np.zeros((len(where), 3))
    for k, (r, c) in enumerate(where):
        around = [(r + i, c + j) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]
        around = [at for at in around if 0 <= at[0] < 5 and 0 <= at[1] < 6]
        weights = [1 / 6 if at[0] == r or at[1] == c else 1 / 12 for at in around]
        system[k, k] = sum(weights)
        for at, weight in zip(around, weights, strict=True):
            if taken[at]:
                system[k, where.index(at)] -= weight
            else:
                right[k] += weight * picture[at]
    wanted = picture.copy()
    wanted[taken] = np.linalg.solve(system, right)
    np.testing.assert_allclose(
        Imputer(picture).fill(taken, noise), wanted + noise * taken[..., None], atol=1e-10
    )


def test_where_nothing_is_left_the_picture_is_its_mean(rng):
    picture = rng.random((4, 4, 1))
    filled = Imputer(picture).fill(np.ones((4, 4), bool), np.zeros_like(picture))
    np.testing.assert_allclose(filled, picture.mean())
    assert (Imputer(picture).fill(np.zeros((4, 4), bool), np.ones_like(picture)) == picture).all()


def test_the_exact_map_beats_random_orders_in_road_too():
    case = subject(12, 12)
    assert curve("road", case, exact(case.module, case.x - case.x.mean(), 0), score="logit").gain > 0


@pytest.mark.parametrize("kind", KINDS)
def test_where_no_order_moves_the_score_nothing_is_judged(kind):
    """A picture that is its own baseline: all orders tie, a tie counts half."""
    case = subject()
    still = replace(case, x=torch.zeros_like(case.x))
    found = curve(kind, still, case.values())
    if kind != "road":  # whose noise is all that is there
        assert found.range == 0 and found.beaten == 0.5 and not found.moves
    assert found.verdict is None


def test_a_tie_counts_half():
    shares, own = np.array([0.0, 1.0]), np.array([1.0, 0.0])
    random = np.array([[1.0, 0.0], [1.0, 0.5], [1.0, -0.5]])  # as good, worse, better
    assert Curve("deletion", "probability", shares, own, random, 0).beaten == 0.5
    assert Curve("deletion", "probability", shares, own, random[:2], 0).beaten == 0.75
    assert Curve("insertion", "probability", shares, own, random[:2], 0).beaten == 0.25


def test_a_class_alone_has_always_all_of_the_probability():
    case = subject()
    one = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48, 1).double())
    found = curve("deletion", replace(case, module=one, target=0), case.values())
    assert found.verdict is None


def test_a_map_of_one_value_has_no_order():
    case = subject()
    found = curve("deletion", case, np.ones((6, 8)))
    assert found.moves and not found.is_ordered and found.verdict is None


def test_chance_alone_passes_one_time_in_twenty():
    """Over all ranks that a map of chance can have among the random orders, as likely one as the other."""
    shares, random = np.array([0.0, 1.0]), np.arange(DRAWS)[:, None].repeat(2, 1).astype(float)
    levels = [
        judge(
            "deletion", Curve("deletion", "probability", shares, np.full(2, k - 0.5), random, 0).verdict
        ).level
        for k in range(DRAWS + 1)
    ]
    assert levels.count("pass") / len(levels) == 0.05
    assert str(DRAWS) in THRESHOLDS["deletion"].unit
