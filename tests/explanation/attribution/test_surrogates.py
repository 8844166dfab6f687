"""LIME and Kernel SHAP against exact Shapley values, an additive score, and weighted regression written out."""

from itertools import permutations

import numpy as np
import pytest
import torch

from medrnn.explanation.attribution import surrogates
from medrnn.explanation.attribution.explain import explain
from medrnn.explanation.attribution.pictures import segment_steps
from tests.explanation.attribution.linear import Linear
from tests.explanation.networks import build


def parts_of(module, x, base, target=1):
    """Superpixels of a bare sequence, and the score of any subset of them as a function."""
    numbers = segment_steps(x[None], None)[0]

    def score(there):
        kept = torch.isin(numbers, torch.tensor(sorted(there)))
        with torch.no_grad():
            return float(module(torch.where(kept, x, base)[None])[0, target])

    return numbers, score


def test_kernel_shap_against_exact_shapley_values():
    """Six superpixels, all 720 orders in which they can come."""
    model, _ = build("stack", "gru")
    model.rnn = torch.nn.GRU(6, 5, batch_first=True).double()
    with torch.no_grad():
        for weight in model.parameters():
            weight *= 3  # far from linear
    x, base = torch.rand(2, 4, 6, dtype=torch.float64)
    numbers, score = parts_of(model, x, base)
    assert numbers.max() == 5
    exact = np.zeros(6)
    for order in permutations(range(6)):
        for k, number in enumerate(order):
            exact[number] += (score(order[: k + 1]) - score(order[:k])) / 720
    found = explain(model, x, method="kernel-shap", target=1, baseline=base).values
    values = np.array([found[numbers == k][0] for k in range(6)])
    assert all((found[numbers == k] == values[k]).all() for k in range(6))
    np.testing.assert_allclose(values, exact, atol=0.05 * np.abs(exact).max())
    assert values.sum() == pytest.approx(score(range(6)) - score(()), rel=1e-3)
    alone = [score((k,)) - score(()) for k in range(6)]
    assert np.abs(exact - alone).max() > 0.1 * np.abs(exact).max()  # else any method would do


@pytest.mark.parametrize("method", ["lime", "kernel-shap"])
def test_of_a_linear_module_each_superpixel_has_what_it_adds(method):
    module, x = Linear(12, 10), torch.rand(12, 10, dtype=torch.float64)
    numbers, _ = parts_of(module, x, torch.zeros_like(x))
    adds = [float((module.w[1].detach() * x)[numbers == k].sum()) for k in range(int(numbers.max()) + 1)]
    found = explain(module, x, method=method, target=1).values
    values = [found[numbers == k][0] for k in range(len(adds))]
    if method == "kernel-shap":
        np.testing.assert_allclose(values, adds, atol=1e-3)
    else:  # a ridge makes them a little smaller
        slope = np.polyfit(adds, values, 1)[0]
        assert np.corrcoef(values, adds)[0, 1] > 0.999 and 0.95 < slope < 1


def test_lime_is_ridge_regression_over_what_was_drawn():
    from sklearn.linear_model import Ridge

    model, x = build("stack", "lstm")
    numbers, score = parts_of(model, x, torch.zeros_like(x))
    count = int(numbers.max()) + 1
    generator = torch.Generator().manual_seed(3)
    there = np.array(
        [torch.randint(2, (1, count), generator=generator)[0].numpy() for _ in range(surrogates.SAMPLES)]
    )
    scores = [score(np.flatnonzero(one).tolist()) for one in there]
    cosine = there.sum(1) / np.sqrt(count * there.sum(1))
    weights = np.exp(-((1 - cosine) ** 2) / (2 * 0.25**2))
    expected = Ridge(alpha=1.0).fit(there, scores, weights).coef_
    found = explain(model, x, method="lime", target=1, seed=3).values
    np.testing.assert_allclose([found[numbers == k][0] for k in range(count)], expected, atol=1e-5)


def test_coalitions_come_by_the_shapley_kernel_each_with_its_rest():
    some = surrogates.coalitions(6, torch.Generator().manual_seed(0))
    first = [next(some) for _ in range(20002)]
    assert first[0].tolist() == [1] * 6 and first[1].tolist() == [0] * 6
    assert all((a + b == 1).all() for a, b in zip(first[2::2], first[3::2], strict=True))
    sizes = np.bincount([int(one.sum()) for one in first[2:]], minlength=7)[1:6] / 20000
    kernel = np.array([1 / (k * (6 - k)) for k in range(1, 6)])
    np.testing.assert_allclose(sizes, kernel / kernel.sum(), atol=0.01)
    alone = np.bincount([int(one.argmax()) for one in first[2:] if one.sum() == 1], minlength=6)
    np.testing.assert_allclose(alone / alone.sum(), 1 / 6, atol=0.02)
