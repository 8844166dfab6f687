"""Maps that come out again, and such that do not."""

import numpy as np
import pytest

from medrnn.errors import ConfigError
from medrnn.explanation.evidence.repeat import over_models, over_seeds
from tests.explanation.evidence.known import Weighted, always, subject


def noise(module, x, seed):
    return np.random.default_rng(seed).normal(size=(20, 20))


def test_a_method_that_draws_nothing_comes_out_again(rng):
    values = rng.normal(size=(6, 8))
    found = over_seeds(subject(make=always(values)), values)
    assert found.mean == found.least == pytest.approx(1) and (found.overlap == 1).all()


def test_a_map_of_noise_does_not():
    case = subject(20, 20, make=noise, seed=7)
    found = over_seeds(case, case.values(), seeds=4)
    assert abs(found.mean) < 0.15 and found.rank.shape == (4, 4) and found.seed == 7
    pairs = [found.rank[a, b] for a in range(4) for b in range(a)]
    assert found.mean == pytest.approx(np.mean(pairs)) and found.least == min(pairs)


def test_the_same_model_has_the_same_map_and_another_another():
    case = subject(20, 20)
    other = Weighted(20, 20)
    found = over_models(case, case.values(), [case.module, other])
    assert found.rank[0, 1] == pytest.approx(1) and abs(found.rank[0, 2]) < 0.15


def test_too_few_are_refused():
    case = subject()
    with pytest.raises(ConfigError, match="at least 2"):
        over_seeds(case, case.values(), seeds=1)
    with pytest.raises(ConfigError, match="at least one"):
        over_models(case, case.values(), [])
