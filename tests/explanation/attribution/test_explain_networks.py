"""Maps of every network, in colour too, and of the states of a module: by autograd, finite differences and by hand."""

import numpy as np
import pytest
import torch

from medrnn.errors import ConfigError, ReadingError, TraceError
from medrnn.explanation.attribution.baselines import BASELINES, make_baseline
from medrnn.explanation.attribution.explain import explain, explain_reading
from medrnn.explanation.attribution.methods import METHODS, methods_for
from medrnn.explanation.attribution.states import attribute_states
from medrnn.explanation.tracing.inside import trace_inside
from medrnn.sequences import lines, place
from tests.explanation.networks import KINDS, RECURRENT, build, carded

EVERY = pytest.mark.parametrize("kind", KINDS)


@EVERY
def test_saliency_of_a_pixel_is_the_sum_of_the_sizes_over_its_planes(kind):
    model, x = build(kind)
    leaf = x.clone()[None].requires_grad_()
    model(leaf)[0, 1].backward()
    size = place(leaf.grad[0].abs(), model.reading)
    expected = size.sum(-1) if model.reading.is_colour else size
    found = explain(model, x, method="saliency", target=1, reading=model.reading)
    assert found.values.shape == (8, 12)
    np.testing.assert_allclose(found.values, expected, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("baseline", BASELINES)
@EVERY
def test_integrated_gradients_are_the_path_integral_and_sum_up(kind, baseline):
    model, x = build(kind)
    base = make_baseline(baseline, x, model.reading)
    nodes, weights = np.polynomial.legendre.leggauss(64)
    total = torch.zeros_like(x)
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        point = (base + node * (x - base))[None].requires_grad_()
        model(point)[0, 0].backward()
        total += weight * point.grad[0]
    values = place(total * (x - base), model.reading)
    found = explain(model, x, target=0, baseline=baseline, reading=model.reading)
    np.testing.assert_allclose(found.values, values.sum(-1) if values.ndim == 3 else values, atol=1e-6)
    with torch.no_grad():
        scores = model(torch.stack([x, base]))[:, 0]
    gap = abs(float(found.values.sum() - (scores[0] - scores[1]))) / abs(float(scores[0] - scores[1]))
    assert found.completeness_error == pytest.approx(gap, abs=1e-4)


@EVERY
def test_occlusion_takes_a_whole_step_away_in_all_its_planes(kind):
    model, x = build(kind)
    base = make_baseline("mean", x, model.reading)
    found = explain(model, x, method="row-occlusion", target=2, baseline="mean", reading=model.reading)
    falls = torch.zeros_like(x)
    with torch.no_grad():
        whole = model(x[None])[0, 2]
        for t in range(len(x)):
            without = x.clone()
            without[t] = base[t]
            falls[t] = whole - model(without[None])[0, 2]
    expected = place(falls, model.reading)
    np.testing.assert_allclose(found.values, expected[..., 0] if expected.ndim == 3 else expected, atol=1e-6)


def test_baselines_in_colour_are_of_each_plane():
    model, x = build("stack-linear")
    image = place(x, model.reading)
    mean = place(make_baseline("mean", x, model.reading), model.reading)
    np.testing.assert_allclose(mean, image.mean((0, 1)).expand(8, 12, 3), atol=1e-12)
    flat = lines(torch.tensor([0.2, 0.5, 0.9]).double().expand(8, 12, 3), model.reading)
    torch.testing.assert_close(make_baseline("blur", flat, model.reading), flat)
    blurred = place(make_baseline("blur", x, model.reading), model.reading)
    assert blurred.std((0, 1)).max() < 0.3 * image.std((0, 1)).min()


@pytest.mark.parametrize("method", METHODS)
@EVERY
def test_a_card_of_any_network_is_explained(kind, method):
    model, card, reading = carded(kind)
    fit, others = methods_for(card, has_others=True), np.roll(reading.sequence, 1, 0)[None]
    assert list(fit) == list(methods_for(model, has_others=True))
    if method not in fit:
        with pytest.raises(ConfigError, match=f"{method} is not right here: .* Expected one of"):
            explain_reading(model, card, reading, method=method, target="b", others=others)
        return
    found = explain_reading(model, card, reading, method=method, target="b", others=others)
    assert found.values.shape == (8, 12) and np.isfinite(found.values).all() and found.target == "b"
    again = explain_reading(model, card, reading, method=method, target="b", others=others)
    np.testing.assert_array_equal(again.values, found.values)
    assert found.seed == (0 if METHODS[method].is_random else None)


@pytest.mark.parametrize("both", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("kind", RECURRENT)
def test_gradient_times_state_by_finite_differences(kind, both):
    """The states of one place made a little smaller, in the network as it stands."""
    model, x = build(kind, "gru", both, readout="attention")
    _, _, reading = carded(kind)
    reading = type(reading)(x.numpy(), reading.grid, reading.boxes, reading.crop, reading.config)
    for name, rnn in model.recurrent().items():
        found = attribute_states(model, reading, name, 1)
        lines_, steps = trace_inside(model, x, name).input.shape[:2]
        assert found.shape == (lines_, steps)
        for line, step in ((0, 0), (lines_ - 1, steps - 1), (lines_ // 2, steps // 2)):
            logits = []
            for share in (1 + 1e-5, 1 - 1e-5):

                def scaled(part, args, result, share=share, line=line, step=step):
                    outputs = result[0].clone()
                    outputs[line, step] *= share
                    return outputs, result[1]

                handle = rnn.register_forward_hook(scaled)
                with torch.no_grad():
                    logits.append(float(model(x[None])[0, 1]))
                handle.remove()
            assert found[line, step] == pytest.approx((logits[0] - logits[1]) / 2e-5, abs=1e-6)


def test_of_a_last_state_only_the_last_step_counts():
    model, _, reading = carded("stack-stem")
    found = attribute_states(model, reading, "", 0)
    assert found.shape == (1, 6) and not found[0, :-1].any()
    with torch.no_grad():
        logit = model(torch.from_numpy(reading.sequence)[None])[0, 0] - model.head.bias[0]
    assert found[0, -1] == pytest.approx(float(logit), abs=1e-5)  # the head is linear


def test_what_has_no_states_or_no_such_class_is_said():
    model, _, reading = carded("cnn")
    with pytest.raises(TraceError, match="convolutional"):
        attribute_states(model, reading, "", 0)
    model, _, reading = carded("sweeps")
    with pytest.raises(ConfigError, match="target: expected 0 to 2, got 3"):
        attribute_states(model, reading, "sweeps.0.rows", 3)
    with pytest.raises(ReadingError, match="got"):
        attribute_states(model, carded("stack")[2], "sweeps.0.rows", 0)
    model.train()
    attribute_states(model, reading, "sweeps.0.rows", 0)
    assert all(part.training and not part._forward_hooks for part in model.modules())
    assert all(weight.grad is None and weight.requires_grad for weight in model.parameters())
