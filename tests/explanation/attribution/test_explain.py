"""Maps against autograd, written-out sums and planted pixels."""

import numpy as np
import pytest
import torch

from medrnn.config import CELLS, ModelConfig, ReadingConfig
from medrnn.errors import ConfigError
from medrnn.explanation.attribution.explain import explain
from medrnn.explanation.attribution.methods import METHODS, methods_for
from medrnn.models.classifier import RecurrentClassifier


@pytest.fixture(params=CELLS)
def model(request):
    return RecurrentClassifier(
        ModelConfig(cell=request.param, features=5, width=8, layers=2, classes=3, dropout=0.5)
    )


@pytest.fixture
def x():
    return torch.rand(6, 5)


def test_saliency_is_the_absolute_gradient_of_the_logit(model, x):
    found = explain(model, x, method="saliency", target=1)
    leaf = x.clone()[None].requires_grad_()
    model.eval()(leaf)[0, 1].backward()
    np.testing.assert_allclose(found.values, leaf.grad[0].abs().numpy(), rtol=1e-4, atol=1e-7)
    assert found.completeness_error is None


@pytest.mark.parametrize("baseline", ["black", "mean", "blur"])
def test_integrated_gradients_sum_to_the_difference_of_the_scores(model, x, baseline):
    found = explain(model, x, method="integrated-gradients", target=2, baseline=baseline)
    if baseline == "black":
        with torch.no_grad():
            scores = model.eval()(torch.stack([x, torch.zeros_like(x)]))[:, 2]
        assert found.values.sum() == pytest.approx(float(scores[0] - scores[1]), abs=1e-4)
    assert found.completeness_error < 5e-3


def test_integrated_gradients_agree_with_a_written_out_path_integral(x):
    model = RecurrentClassifier(ModelConfig(features=5, width=8, layers=1, classes=3)).double().eval()
    x = x.double()
    nodes, weights = np.polynomial.legendre.leggauss(200)
    total = torch.zeros_like(x)
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        point = (node * x)[None].requires_grad_()
        model(point)[0, 0].backward()
        total += weight * point.grad[0]
    found = explain(model, x, method="integrated-gradients", target=0)
    np.testing.assert_allclose(found.values, (total * x).numpy(), atol=1e-6)


def test_row_occlusion_is_the_fall_of_the_score_without_that_row(model, x):
    found = explain(model, x, method="row-occlusion", target=0, baseline="black")
    model.eval()
    for t in range(6):
        without = x.clone()
        without[t] = 0
        with torch.no_grad():
            fall = float(model(x[None])[0, 0] - model(without[None])[0, 0])
        np.testing.assert_allclose(found.values[t], fall, atol=1e-5)


@pytest.mark.parametrize(
    "method", [name for name in METHODS if name not in ("grad-cam", "contextual-decomposition")]
)
@pytest.mark.parametrize("order", ["rows", "columns"])
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_a_planted_pixel_is_found_where_it_lies_in_the_image(method, order, direction):
    """Only the pixel in row 1, column 3 differs from the black baseline."""
    reading = ReadingConfig(order=order, direction=direction, size=(6, 5))
    model = RecurrentClassifier(ModelConfig(cell="gru", features=reading.features, width=8, layers=1))
    grid = np.zeros((6, 5), np.float32)
    grid[1, 3] = 1
    from medrnn.sequences import lines

    others = torch.zeros(1, reading.steps, reading.features)
    found = explain(
        model,
        np.ascontiguousarray(lines(grid, reading)),
        method=method,
        target=1,
        reading=reading,
        others=others,
    )
    assert found.values.shape == (6, 5)
    if method == "integrated-gradients":
        assert np.abs(found.values).argmax() == 1 * 5 + 3
        assert np.count_nonzero(found.values) == 1
    if method in ("row-occlusion", "resampled-occlusion"):
        is_changed = np.abs(found.values) > 1e-6  # rounding may differ within a batch
        assert np.count_nonzero(is_changed.any(1) if order == "rows" else is_changed.any(0)) == 1
        assert found.values[1, 3] != 0


def test_the_model_is_left_as_found(model, x):
    model.train()
    model.head.weight.requires_grad_(False)
    cudnn = torch.backends.cudnn.enabled
    state, drawn = torch.get_rng_state(), np.random.get_state()[1].copy()
    for method in methods_for(model, has_others=True):
        explain(model, x, method=method, target=0, others=torch.rand(3, 6, 5, generator=torch.Generator()))
    assert torch.equal(torch.get_rng_state(), state)
    assert (np.random.get_state()[1] == drawn).all()
    assert all(part.training for part in model.modules())
    assert all(weight.grad is None for weight in model.parameters())
    assert not model.head.weight.requires_grad
    assert model.head.bias.requires_grad
    assert torch.backends.cudnn.enabled == cudnn
    assert not any(part._forward_hooks or part._backward_hooks for part in model.modules())


@pytest.mark.parametrize(("name", "value"), [("method", "guided-cam"), ("baseline", "white")])
def test_an_unknown_choice_lists_the_known_ones(model, x, name, value):
    with pytest.raises(ConfigError, match=f"{name}: expected one of .* got '{value}'"):
        explain(model, x, target=0, **{name: value})
