"""Paired tests: against published worked examples, and against sums over all pairs of images."""

import numpy as np
import pytest

from medrnn.compare.paired import delong, holm, mcnemar, placements
from medrnn.evaluation.figures import draw
from medrnn.evaluation.ranking import area, count

# 43 patients of DeLong, DeLong and Clarke-Pearson 1988: albumin, total protein, K-G score, 1 where surgery helped;
# as tabulated in SAS/STAT, PROC LOGISTIC, "Comparing Receiver Operating Characteristic Curves".
OVARIAN = np.fromstring(
    """
    3.0 5.8 10 0  3.2 6.3 5 1  3.9 6.8 3 1  2.8 4.8 6 0  3.2 5.8 3 1  0.9 4.0 5 0  2.5 5.7 8 0  1.6 5.6 5 1
    3.8 5.7 5 1  3.7 6.7 6 1  3.2 5.4 4 1  3.8 6.6 6 1  4.1 6.6 5 1  3.6 5.7 5 1  4.3 7.0 4 1  3.6 6.7 4 0
    2.3 4.4 6 1  4.2 7.6 4 0  4.0 6.6 6 0  3.5 5.8 6 1  3.8 6.8 7 1  3.0 4.7 8 0  4.5 7.4 5 1  3.7 7.4 5 1
    3.1 6.6 6 1  4.1 8.2 6 1  4.3 7.0 5 1  4.3 6.5 4 1  3.2 5.1 5 1  2.6 4.7 6 1  3.3 6.8 6 0  1.7 4.0 7 0
    3.7 6.1 5 1  3.3 6.3 7 1  4.2 7.7 6 1  3.5 6.2 5 1  2.9 5.7 9 0  2.1 4.8 7 1  2.8 6.2 8 0  4.0 7.0 7 1
    3.3 5.7 6 1  3.7 6.9 5 1  3.6 6.6 5 1
    """,
    sep=" ",
).reshape(-1, 4)


@pytest.mark.parametrize(
    ("column", "own", "difference", "error", "low", "high", "square", "p"),
    [
        (0, 0.7366, 0.0108, 0.0953, -0.1761, 0.1976, 0.0127, 0.9102),
        (1, 0.6478, -0.0780, 0.1046, -0.2830, 0.1271, 0.5554, 0.4561),
    ],
    ids=["albumin", "total protein"],
)
def test_delong_gives_what_is_published_of_the_first_example(
    column, own, difference, error, low, high, square, p
):
    found = delong(OVARIAN[:, column], 10 - OVARIAN[:, 2], OVARIAN[:, 3] == 1)
    assert (found.first, found.second) == (pytest.approx(own, abs=5e-5), pytest.approx(0.7258, abs=5e-5))
    assert found.difference == pytest.approx(difference, abs=5e-5)
    assert found.standard_error == pytest.approx(error, abs=5e-5)
    assert found.interval == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    assert found.z**2 == pytest.approx(square, abs=5e-5)
    assert found.p == pytest.approx(p, abs=5e-5)


def by_pairs(first, second, is_class):
    """DeLong's equations 1 to 8 as they stand: kernels over all pairs, structural components, covariances."""
    parts = []
    for scores in (first, second):
        there, rest = scores[is_class][:, None], scores[~is_class][None]
        kernel = (there > rest) + 0.5 * (there == rest)
        parts.append((kernel.mean(), kernel.mean(1), kernel.mean(0)))
    (a, a10, a01), (b, b10, b01) = parts
    s10, s01 = np.cov(a10, b10), np.cov(a01, b01)
    s = s10 / len(a10) + s01 / len(a01)
    return a, b, (s[0, 0] + s[1, 1] - 2 * s[0, 1]) ** 0.5


@pytest.mark.parametrize("digits", [8, 1], ids=["no ties", "ties"])
def test_midranks_give_the_sums_over_all_pairs(rng, digits):
    is_class = rng.random(80) < 0.4
    first = np.round(rng.random(80) + 0.5 * is_class, digits)
    second = np.round(0.5 * first + rng.random(80), digits)
    a, b, error = by_pairs(first, second, is_class)
    found = delong(first, second, is_class)
    assert found.first == pytest.approx(a) and found.second == pytest.approx(b)
    assert found.standard_error == pytest.approx(error)
    above, below = placements(first, is_class)
    assert above.mean() == pytest.approx(a) and below.mean() == pytest.approx(a)


def test_the_error_is_about_that_of_a_bootstrap(rng):
    labels = np.repeat([0, 1], 150)
    first = rng.normal(size=300) + labels
    second = 0.6 * first + rng.normal(size=300)
    weights = draw(labels, None, seed=0, rounds=1000)
    gaps = area(count(first, labels == 1, weights)) - area(count(second, labels == 1, weights))
    assert delong(first, second, labels == 1).standard_error == pytest.approx(gaps.std(), rel=0.1)


def test_two_that_rank_alike_differ_by_nothing(rng):
    is_class = np.arange(20) < 8
    scores = rng.random(20)
    found = delong(scores, 2 * scores, is_class)
    assert (found.difference, found.z, found.p, found.interval) == (0, 0, 1, (0, 0))


def test_mcnemar_gives_what_is_published_of_the_approval_ratings():
    """Agresti, Categorical Data Analysis, section 10.1: 1,600 people, twice asked; 0.590 - 0.550, (.02, .06)."""
    first = np.repeat([True, True, False, False], [794, 150, 86, 570])
    second = np.repeat([True, False, True, False], [794, 150, 86, 570])
    found = mcnemar(first, second)
    assert (found.both, found.only_first, found.only_second, found.neither) == (794, 150, 86, 570)
    assert found.difference == pytest.approx(0.04)
    assert [round(v, 2) for v in found.interval] == [0.02, 0.06]
    assert pytest.approx(17.36, abs=5e-3) == (150 - 86) ** 2 / (
        150 + 86
    )  # his chi square; its p is about ours
    assert found.p == pytest.approx(3.1e-5, rel=0.25)


def test_the_exact_p_is_the_binomial_sum_written_out():
    """Seven to one: twice the chance of at most one head in eight throws."""
    first = np.array([True] * 7 + [False] + [True] * 5)
    second = np.array([False] * 7 + [True] + [True] * 5)
    assert mcnemar(first, second).p == pytest.approx(2 * (1 + 8) / 2**8)
    assert mcnemar(first, first).p == 1


def test_holm_gives_the_steps_of_its_paper():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0] and holm([]) == []
