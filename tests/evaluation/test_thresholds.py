"""A class against the rest at a threshold: counts by hand, a published table, costs tried one by one."""

import numpy as np
import pytest

from medrnn.evaluation.thresholds import GRID, Rates, cheapest, predictive, rates_at
from tests.evaluation.test_figures import made


def test_the_rates_of_a_published_table():
    """Altman and Bland 1994 (BMJ 308:1552, 309:102): liver scans, 231 of 258 abnormal found, 54 of 86 normal left.

    Sensitivity .90, specificity .63, PPV .88, NPV .67.
    """
    found = Rates(0.5, hits=231, misses=27, alarms=32, rests=54)
    assert found.sensitivity.value == pytest.approx(0.90, abs=0.005)
    assert found.specificity.value == pytest.approx(0.63, abs=0.005)
    assert found.ppv.value == pytest.approx(0.88, abs=0.005)
    assert found.npv.value == pytest.approx(0.67, abs=0.005)
    assert found.prevalence == pytest.approx(0.75)


def test_predictive_values_at_another_prevalence_as_published():
    """The same scans where 25 % are abnormal: PPV .45, NPV .95 (Altman and Bland 1994, BMJ 309:102)."""
    positive, negative = predictive(Rates(0.5, hits=231, misses=27, alarms=32, rests=54), 0.25)
    assert positive.value == pytest.approx(0.45, abs=0.005)
    assert negative.value == pytest.approx(0.95, abs=0.005)


def test_at_its_own_prevalence_a_predictive_value_is_the_share(rng):
    p, y = made(rng, classes=2, digits=2)
    found = rates_at(p[:, 1], y == 1, 0.55)
    positive, negative = predictive(found, found.prevalence)
    assert (positive.value, negative.value) == pytest.approx((found.ppv.value, found.npv.value))


@pytest.mark.parametrize("prior", [0.05, 0.3])
def test_their_intervals_are_about_as_wide_as_draws_of_both_rates(rng, prior):
    found = Rates(0.5, hits=1700, misses=300, alarms=400, rests=2600)
    sensitivity, specificity = (
        rng.binomial(2000, 0.85, 20_000) / 2000,
        rng.binomial(3000, 2.6 / 3, 20_000) / 3000,
    )
    called, left = sensitivity * prior, specificity * (1 - prior)
    drawn = (called / (called + (1 - specificity) * (1 - prior)), left / (left + (1 - sensitivity) * prior))
    for one, draws in zip(predictive(found, prior), drawn, strict=True):
        assert one.interval == pytest.approx(tuple(np.percentile(draws, [2.5, 97.5])), abs=0.004)


def test_a_rate_of_one_has_an_interval_too_and_nothing_called_has_no_value():
    positive, negative = predictive(Rates(0.5, hits=10, misses=0, alarms=0, rests=20), 0.3)
    assert positive.value == negative.value == 1 and 0 < positive.interval[0] < positive.interval[1] < 1
    positive, negative = predictive(Rates(1.0, hits=0, misses=10, alarms=0, rests=20), 0.3)
    assert positive.value is None and negative.value == pytest.approx(0.7)


def test_what_is_called_is_at_least_the_threshold():
    scores, is_class = np.array([0.2, 0.5, 0.5, 0.9]), np.array([True, False, True, True])
    found = rates_at(scores, is_class, 0.5)
    assert (found.hits, found.misses, found.alarms, found.rests) == (2, 1, 1, 0)
    assert rates_at(scores, is_class, 0.501).alarms == 0


@pytest.mark.parametrize(("ratio", "prevalence"), [(1, 0.5), (10, 0.02), (0.2, 0.6)])
def test_no_threshold_of_the_grid_costs_less(rng, ratio, prevalence):
    p, y = made(rng, images=300, classes=2, digits=3)
    scores, is_class = np.round(p[:, 1], 2), y == 1  # on the grid

    def cost(threshold):
        found = rates_at(scores, is_class, threshold)
        missed, alarmed = found.misses / is_class.sum(), found.alarms / (~is_class).sum()
        return ratio * prevalence * missed + (1 - prevalence) * alarmed

    chosen = cheapest(scores, is_class, ratio=ratio, prevalence=prevalence)
    assert chosen in GRID
    assert cost(chosen) == pytest.approx(min(map(cost, GRID)))


def test_of_calibrated_probabilities_it_is_the_one_of_decision_theory(rng):
    """Elkan 2001: with true probabilities the best threshold is 1 / (1 + ratio) at the data's own prevalence."""
    p = rng.random(400_000)
    y = rng.random(len(p)) < p
    for ratio in (1, 4):
        assert cheapest(p, y, ratio=ratio, prevalence=y.mean()) == pytest.approx(1 / (1 + ratio), abs=0.02)


def test_apart_classes_get_the_middle_of_the_gap():
    scores, is_class = np.array([0.1, 0.2, 0.6, 0.8]), np.array([False, False, True, True])
    assert cheapest(scores, is_class, ratio=1, prevalence=0.5) == pytest.approx(0.4, abs=0.001)


def test_a_score_on_the_threshold_is_called():
    scores, is_class = np.array([0.4, 0.401]), np.array([False, True])
    assert cheapest(scores, is_class, ratio=1, prevalence=0.5) == 0.401
