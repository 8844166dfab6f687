"""Maps from gradients against autograd, modules whose maps can be written down, and written-out loops."""

import numpy as np
import pytest
import torch

from medrnn.explanation.attribution import gradients
from medrnn.explanation.attribution.explain import explain
from medrnn.explanation.attribution.grad_cam import find_convolution
from medrnn.explanation.attribution.rescaling import kept_steps
from medrnn.sequences import place
from tests.explanation.attribution.linear import Linear, Squares
from tests.explanation.networks import KINDS, build
from tests.models import built

EVERY = pytest.mark.parametrize("kind", KINDS)
CONVOLVED = [kind for kind, (_, settings) in KINDS.items() if settings.get("encoder") in ("stem", "steps")]


def upright(values, reading):
    values = place(values, reading)
    return (values.sum(-1) if reading.is_colour else values).numpy()


@pytest.fixture
def x():
    return torch.rand(6, 5, dtype=torch.float64)


@EVERY
def test_input_times_gradient(kind):
    model, x = build(kind)
    leaf = x.clone()[None].requires_grad_()
    model(leaf)[0, 2].backward()
    found = explain(model, x, method="input-x-gradient", target=2, reading=model.reading)
    np.testing.assert_allclose(found.values, upright(leaf.grad[0] * x, model.reading), rtol=1e-5, atol=1e-8)


def test_of_a_linear_module_smoothgrad_is_the_gradient_and_vargrad_nothing(x):
    module = Linear()
    found = explain(module, x, method="smoothgrad", target=1)
    np.testing.assert_allclose(found.values, module.w[1].detach(), rtol=1e-6)
    assert (found.seed, found.samples) == (0, gradients.SAMPLES)
    np.testing.assert_allclose(explain(module, x, method="vargrad", target=1).values, 0, atol=1e-12)


def test_of_squares_the_noise_shows(x):
    """The gradient 2 w (x + noise) has the mean 2 w x and the variance (2 w noise)^2."""
    module = Squares(60, 50)
    x = torch.rand(60, 50, dtype=torch.float64)
    w = 2 * module.w[0].detach().numpy()
    mean, variance = (explain(module, x, method=name, target=0).values for name in ("smoothgrad", "vargrad"))
    share = mean / w - x.numpy()
    assert abs(share.mean()) < 0.005 and share.std() == pytest.approx(
        gradients.NOISE / gradients.SAMPLES**0.5, rel=0.1
    )
    assert (variance / w**2).mean() == pytest.approx(gradients.NOISE**2, rel=0.05)


def test_smoothgrad_agrees_with_captums_on_average():
    from captum.attr import NoiseTunnel, Saliency

    model, x = build("stack", "gru")
    many = NoiseTunnel(Saliency(model)).attribute(
        x[None], target=0, abs=False, nt_type="smoothgrad", nt_samples=2000, stdevs=gradients.NOISE
    )[0]
    found = np.mean([explain(model, x, method="smoothgrad", target=0, seed=k).values for k in range(10)], 0)
    np.testing.assert_allclose(found, many, atol=0.1 * float(many.abs().max()))


def test_gradient_shap_of_a_linear_module_is_the_weight_times_the_way(x):
    module, base = Linear(), torch.rand(6, 5, dtype=torch.float64)
    found = explain(module, x, method="gradient-shap", target=1, baseline=base)
    np.testing.assert_allclose(found.values, module.w[1].detach() * (x - base), rtol=1e-6)
    assert (found.baseline, found.others) == ("image", 0)
    others = torch.rand(4, 6, 5, dtype=torch.float64)
    found = explain(module, x, method="gradient-shap", target=1, others=others)
    ways = module.w[1].detach() * (
        x - others
    )  # each of them some times: a mean with whole numbers as weights
    counts = np.linalg.lstsq(ways.reshape(4, -1).T, found.values.ravel().astype(float), rcond=None)[0]
    np.testing.assert_allclose(counts * gradients.SAMPLES, (counts * gradients.SAMPLES).round(), atol=1e-3)
    assert counts.sum() == pytest.approx(1, abs=1e-4) and (found.baseline, found.others) == ("", 4)


def test_gradient_shap_goes_from_the_baseline_to_the_image(x):
    """Of squares the mean over the way of 2 w (base + t (x - base)) (x - base) is w (x^2 - base^2)."""
    module = Squares()
    found = np.mean(
        [explain(module, x, method="gradient-shap", target=0, seed=k).values for k in range(20)], 0
    )
    np.testing.assert_allclose(found, module.w[0].detach() * x**2, atol=0.15)


def test_another_seed_draws_something_else(x):
    model, x = build("stack")
    for method in ("smoothgrad", "vargrad", "gradient-shap", "lime", "kernel-shap"):
        one, other, again = (explain(model, x, method=method, target=0, seed=k) for k in (0, 1, 0))
        assert (one.values != other.values).any() and (one.values == again.values).all()
        assert (one.seed, other.seed) == (0, 1)


@EVERY
def test_temporal_rescaling_against_a_written_out_loop(kind):
    """Ismail et al. 2020, algorithm 1, as the authors wrote it: one input at a time."""
    model, x = build(kind)
    steps, features = x.shape

    def saliency(values):
        leaf = values.clone()[None].requires_grad_()
        model(leaf)[0, 1].backward()
        return leaf.grad[0].abs()

    def change(step, feature):
        without = x.clone()
        without[step, feature] = 0
        return float((saliency(without) - saliency(x)).abs().sum())

    def scale(values):
        values = np.array(values)
        return (values - values.min()) / (values.max() - values.min())

    time = scale([change(t, slice(None)) for t in range(steps)])
    values, kept = np.zeros((steps, features)), 0
    for t in range(steps):
        if time[t] > np.quantile(time, 0.55):
            kept += 1
            values[t] = time[t] * scale([change(t, k) for k in range(features)])
        else:
            values[t] = 0.1 * time[t]
    assert kept == kept_steps(steps) or (
        kind == "stack-steps" and kept < kept_steps(steps)
    )  # ReLU: some are alike
    found = explain(model, x, method="temporal-rescaling", target=1, reading=model.reading)
    np.testing.assert_allclose(found.values, upright(torch.tensor(values), model.reading), atol=1e-6)


def convolved(model, x):
    """What the last convolution gives, and how fast the second class's score changes with it."""
    kept = []

    def keep(part, args, result):
        kept.append(result)
        result.retain_grad()

    handle = find_convolution(model).register_forward_hook(keep)
    model(x[None])[0, 1].backward()
    handle.remove()
    return kept[0].detach(), kept[0].grad


@pytest.mark.parametrize("both", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("kind", CONVOLVED)
def test_grad_cam_against_its_equation(kind, both):
    """Selvaraju et al. 2017: ReLU of the channels weighted by the mean gradient, drawn out."""
    model, x = build(kind, "gru", both and kind != "cnn")
    maps, slopes = convolved(model, x)
    cam = (maps * slopes.mean((2, 3), keepdim=True)).sum(1).relu()
    if kind == "stack-steps":  # one map a step
        expected = place(cam.reshape(8, 12), model.reading)
    else:
        size = model.reading.size
        expected = torch.nn.functional.interpolate(cam[None], size, mode="bilinear", align_corners=False)[
            0, 0
        ]
    found = explain(model, x, method="grad-cam", target=1, reading=model.reading)
    assert found.values.max() > 0 and not found.is_signed
    np.testing.assert_allclose(found.values, expected, rtol=1e-5, atol=1e-9)


def test_grad_cam_of_slices_is_drawn_out_slice_by_slice():
    torch.manual_seed(4)
    model = built.build("stems", "stack", "attention", "slices").float()
    x = torch.rand(model.reading.steps, model.reading.features)
    maps, slopes = convolved(model, x)
    cams = (maps * slopes.mean((2, 3), keepdim=True)).sum(1, keepdim=True).relu()
    drawn = torch.nn.functional.interpolate(cams, model.reading.tile, mode="bilinear", align_corners=False)
    found = explain(model, x, method="grad-cam", target=1, reading=model.reading)
    assert found.values.max() > 0
    np.testing.assert_allclose(
        found.values, place(drawn.reshape(model.reading.steps, -1), model.reading), rtol=1e-5, atol=1e-9
    )


def test_grad_cam_of_a_strangers_network():
    class Own(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.last = torch.nn.Conv2d(1, 2, 3), torch.nn.Conv2d(2, 4, 3, stride=2)
            self.rnn = torch.nn.GRU(4, 6, batch_first=True)
            self.head = torch.nn.Linear(6, 2)

        def forward(self, x):
            maps = self.last(self.first(x[:, None]).relu()).relu()
            return self.head(self.rnn(maps.mean(-1).transpose(1, 2))[1][-1])

    module = Own()
    assert find_convolution(module) is module.last
    assert explain(module, torch.rand(11, 13), method="grad-cam", target=0).values.shape == (11, 13)
