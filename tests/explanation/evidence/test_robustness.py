"""Captum's infidelity and sensitivity on a weighted sum, where both are known."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from medrnn.explanation.evidence.robustness import (
    RADIUS,
    SQUARES,
    _squares,
    infidelity_of,
    robustness,
    sensitivity_of,
)
from tests.explanation.evidence.known import Weighted, always, exact, subject


def test_the_exact_map_of_a_weighted_sum_has_no_infidelity():
    case = subject()
    assert infidelity_of(case, case.values()) == pytest.approx(0, abs=1e-12)
    assert infidelity_of(case, 7 * case.values()) == pytest.approx(0, abs=1e-12)  # a scale does not count


def test_a_map_of_zeros_foretells_nothing():
    case = subject()
    assert infidelity_of(case, np.zeros((6, 8))) == 1
    other = infidelity_of(case, np.random.default_rng(5).normal(size=(6, 8)))
    assert 0 < other <= 1


def test_infidelity_is_that_of_whole_squares_written_out():
    """Of a squared sum, which half a square taken away would change by another share than a whole one."""

    class Squared(Weighted):
        def forward(self, x):
            return super().forward(x) ** 2

    case = replace(subject(), module=Squared(6, 8))
    values = np.random.default_rng(1).normal(size=(6, 8))
    taken, _ = _squares(6, 8, 0)(torch.ones(SQUARES, 6, 8))
    with torch.no_grad():
        whole = case.module(case.x[None])[0, 1]
        effects = (whole - case.module(case.x * (1 - taken))[:, 1]).numpy()
    foretold = (taken.numpy() * values).sum((1, 2))
    best = (foretold @ effects) / (foretold @ foretold)
    wanted = ((best * foretold - effects) ** 2).mean() / (effects**2).mean()
    assert infidelity_of(case, values) == pytest.approx(wanted, rel=1e-6)


def test_a_network_that_nothing_moves_has_no_infidelity():
    case = subject()
    case.module.weight.data.zero_()
    assert infidelity_of(case, np.ones((6, 8))) is None


def test_a_map_that_stays_has_no_sensitivity():
    assert sensitivity_of(subject(make=always(np.ones((6, 8))))) == 0
    assert sensitivity_of(subject(make=always(np.zeros((6, 8))))) is None


def test_the_sensitivity_of_weight_times_value_is_that_of_the_draws():
    case = subject(seed=4)
    draws = 2 * torch.rand(10, 6, 8, generator=torch.Generator().manual_seed(4)) - 1
    moved = (case.module.weight * RADIUS * draws).detach().numpy()
    wanted = np.linalg.norm(moved.reshape(10, -1), axis=1).max() / np.linalg.norm(case.values())
    assert sensitivity_of(case) == pytest.approx(wanted, rel=1e-5)


def test_magnitudes_foretell_nothing_and_the_seed_stands_in_the_record():
    case = subject(seed=2)
    found = robustness(case, case.values(), is_signed=False)
    assert found.infidelity is None and found.sensitivity is not None and found.seed == 2
    assert robustness(case, exact(case.module, case.x, 0)).infidelity == pytest.approx(0, abs=1e-12)
