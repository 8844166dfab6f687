"""What ``explain`` is asked: steps, baselines, seeds, other images, strangers' modules; what it refuses and costs."""

import numpy as np
import pytest
import torch
from torch import nn

from medrnn.config.network import STEMMED
from medrnn.datasets import load_dataset
from medrnn.errors import ConfigError
from medrnn.explanation.attribution.baselines import make_baseline
from medrnn.explanation.attribution.explain import explain, explain_reading
from medrnn.explanation.attribution.methods import METHODS, REFUSED, methods_for
from medrnn.explanation.attribution.others import others_of
from medrnn.explanation.attribution.prefix import AtStep
from medrnn.models.catalog import find_card, list_cards, load_model
from medrnn.sequences import lines, place
from tests.explanation.networks import KINDS, RECURRENT, build, carded

THERE_AND_BACK = {
    "integrated-gradients",
    "saliency",
    "input-x-gradient",
    "smoothgrad",
    "vargrad",
    "gradient-shap",
    "temporal-rescaling",
    "grad-cam",
}
EVERY = pytest.mark.parametrize("kind", KINDS)


def fitting(model):
    return methods_for(model, has_others=True)


@pytest.mark.parametrize("both", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("kind", RECURRENT)
def test_the_answer_at_a_step_is_that_to_the_prefix(kind, both):
    model, x = build(kind, "gru", both)
    with torch.no_grad():
        prefixes = model.prefix_logits(x[None])[0]
        for step in range(len(prefixes)):
            torch.testing.assert_close(AtStep(model, step)(x[None])[0], prefixes[step])


@pytest.mark.parametrize("kind", RECURRENT)
def test_every_method_explains_the_answer_at_a_step(kind):
    """Where steps are read one by one, nothing after the step counts; and values are those of the prefix alone."""
    torch.manual_seed(1)  # a small convolution whose ReLU lets something through
    model, x = build(kind)
    others, step = torch.rand(2, *x.shape, dtype=x.dtype), 0 if kind == "sweeps" else 2
    for name, how in fitting(model).items():
        if not how.takes_step:
            with pytest.raises(ConfigError, match="the whole image only"):
                explain(model, x, method=name, step=step)
            continue
        found = explain(model, x, method=name, target=1, step=step, others=others, reading=model.reading)
        assert found.step == step and (np.abs(found.values).max() > 0 or name == "grad-cam"), name
        whole = explain(model, x, method=name, target=1, others=others, reading=model.reading)
        assert whole.step is None, name
        assert (whole.values != found.values).any() or name == "grad-cam"  # all may speak against the class
        if kind == "stack" and name not in ("feature-ablation", "lime", "kernel-shap", "column-occlusion"):
            reach = 4 if name == "patch-occlusion" else 3  # squares reach a row further
            np.testing.assert_allclose(found.values[reach:], 0, atol=1e-12, err_msg=name)
        if kind == "stack" and name in ("integrated-gradients", "row-occlusion", "input-x-gradient"):
            alone = explain(model, x[:3], method=name, target=1)
            np.testing.assert_allclose(found.values[:3], alone.values, atol=1e-7)


def test_steps_that_are_not_there_are_said():
    model, x = build("stack")
    with pytest.raises(ConfigError, match="step: expected 0 to 7, got 8"):
        explain(model, x, step=8)
    with pytest.raises(ConfigError, match="convolutional network sees the whole image at once"):
        explain(*build("cnn"), step=0)
    with pytest.raises(ConfigError, match=r"network of this program.*sequence\[: step \+ 1\]"):
        explain(nn.Sequential(nn.Flatten(), nn.Linear(30, 2)), torch.rand(6, 5), step=0)


@EVERY
def test_what_a_method_costs_is_what_goes_through_the_network(kind):
    """Inputs counted at the network's door; there and back counts as three. From shared states rows cost less."""
    model, x = build(kind, both=kind != "cnn")
    others = torch.rand(2, *x.shape, dtype=x.dtype)
    gone = 0

    def count(part, args):
        nonlocal gone
        gone += len(args[0])

    handle = model.register_forward_pre_hook(count)
    for name, how in fitting(model).items():
        gone = 0
        explain(model, x, method=name, target=1, others=others, reading=model.reading)
        passes = gone - (2 if how.is_complete else 0) - 1  # of the completeness error, of the check
        cost = how.cost(model.reading) / (3 if name in THERE_AND_BACK else 1)
        if name in ("gated-relevance", "contextual-decomposition"):  # by ways of their own
            continue
        if name in ("feature-ablation", "temporal-rescaling"):  # at most; planes one by one in the latter
            assert passes <= cost * model.reading.planes
        else:
            assert passes == cost, name
    handle.remove()


@EVERY
def test_progress_is_told_and_a_wish_to_end_is_heard(kind):
    model, x = build(kind)
    others = torch.rand(2, *x.shape, dtype=x.dtype)

    class Enough(Exception):
        pass

    def end(share):
        raise Enough

    model.train()
    for name, how in fitting(model).items():
        told = []
        arguments = {"method": name, "target": 1, "others": others, "reading": model.reading}
        explain(model, x, **arguments, tell=told.append)
        assert told == sorted(told) and all(0 < share <= 1 for share in told), name
        assert told[-1] == 1 and (len(told) > 2 or how.cost(model.reading) <= 300), name
        with pytest.raises(Enough):
            explain(model, x, **arguments, tell=end)
    assert all(part.training and not part._forward_hooks for part in model.modules())
    assert all(weight.requires_grad and weight.grad is None for weight in model.parameters())
    assert torch.backends.cudnn.enabled


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_refused_with_the_reason(name):
    assert name not in METHODS
    with pytest.raises(ConfigError, match=f"{name} is refused: .* Expected one of integrated-gradients, "):
        explain(*build("cnn"), method=name)


@pytest.mark.filterwarnings("ignore")
def test_deeplift_is_refused_because_it_runs_and_is_wrong():
    """Its values promise to sum to the difference of the scores."""
    from captum.attr import DeepLift

    gaps = []
    for name in ("pneumonia-lstm-forward", "pneumonia-gru-forward", "pneumonia-lstm", "mnist-lstm"):
        model = load_model(name)
        images = load_dataset(find_card(name).config.data).test.images[:1]
        x = torch.tensor(images / 255, dtype=torch.float32)
        with torch.no_grad():
            scores = model(torch.cat([x, torch.zeros_like(x)]))
            target = int(scores[0].argmax())
            wanted = float(scores[0, target] - scores[1, target])
        values = DeepLift(model).attribute(x.requires_grad_(), torch.zeros_like(x), target=target)
        gaps.append(abs(float(values.detach().sum()) - wanted) / abs(wanted))
    assert min(gaps) > 0.5, gaps


def test_methods_that_are_right_are_told_from_the_card_alone():
    models, state = [load_model(name) for name in list_cards()], torch.get_rng_state()
    for name, model in zip(list_cards(), models, strict=True):
        card = find_card(name)
        assert list(methods_for(card)) == list(methods_for(model))
        assert ("grad-cam" in methods_for(card)) is (card.config.model.encoder in STEMMED)
    assert torch.equal(torch.get_rng_state(), state)
    assert "resampled-occlusion" in methods_for(card, has_others=True)
    assert "resampled-occlusion" not in methods_for(card)


def test_other_images_are_needed_and_have_the_images_shape():
    model, x = build("stack")
    with pytest.raises(ConfigError, match="resampled-occlusion needs other images"):
        explain(model, x, method="resampled-occlusion")
    for wrong in (torch.rand(2, 8, 11), torch.rand(8, 12), torch.rand(0, 8, 12)):
        with pytest.raises(ConfigError, match="others: expected images of 8 x 12"):
            explain(model, x, method="resampled-occlusion", others=wrong)
    assert explain(model, x, method="saliency", others=torch.rand(2, 8, 12)).others == 0


def test_images_of_a_data_set_as_a_model_reads_them():
    card, data = find_card("pneumonia-lstm-columns"), load_dataset("pneumoniamnist")
    found = others_of(data, card, limit=5, seed=1)
    rows = np.sort(np.random.default_rng(1).permutation(len(data.train.images))[:5])
    np.testing.assert_allclose(found, data.train.images[rows].swapaxes(1, 2) / 255, atol=1e-6)
    colour = others_of(data, find_card("blood-renet"), limit=2)
    assert colour.shape[0] == 2 and colour.dtype == np.float32


def test_noise_is_the_seeds_and_another_image_is_taken_as_it_is():
    model, x = build("stack")
    one, other, again = (make_baseline("noise", x, seed=k) for k in (0, 1, 0))
    assert (one == again).all() and (one != other).all() and one.min() >= 0 and one.max() < 1
    named = explain(model, x, method="row-occlusion", target=1, baseline="noise", seed=1)
    given = explain(model, x, method="row-occlusion", target=1, baseline=other)
    np.testing.assert_array_equal(named.values, given.values)
    assert (named.baseline, named.seed, given.baseline, given.seed) == ("noise", 1, "image", None)
    assert explain(model, x, method="saliency", baseline="noise", seed=1).seed is None
    with pytest.raises(ConfigError, match=r"expected an image of 8 x 12 \(step, feature\).* got 12 x 8"):
        explain(model, x, baseline=x.T)
    with pytest.raises(ConfigError, match="another image was asked for and none was given"):
        explain(model, x, baseline="image")


def test_a_card_takes_seed_step_and_another_image():
    model, card, reading = carded("streams")
    grid = np.random.default_rng(0).random(reading.grid.shape, np.float32)
    base = np.ascontiguousarray(lines(grid, reading.config))
    found = explain_reading(
        model, card, reading, method="gradient-shap", baseline=base, seed=7, step=4, target="c"
    )
    bare = explain(
        model, reading.sequence, method="gradient-shap", baseline=base, seed=7, step=4, target=2
    ).values
    upright = place(bare, reading.config).sum(-1)
    np.testing.assert_allclose(found.values, upright, atol=1e-6)
    assert (found.seed, found.step, found.target, found.model) == (7, 4, "c", "made")


class Own(nn.Module):
    """Somebody's recurrent module, which keeps what it saw."""

    def __init__(self):
        super().__init__()
        self.rnn, self.head = nn.LSTM(5, 4, batch_first=True, dropout=0.5, num_layers=2), nn.Linear(4, 3)
        self.calls, self.kept = 0, []

    def forward(self, x):
        self.calls += 1
        outputs, self.last = self.rnn(x)
        self.kept.append(outputs)
        return self.head(outputs.mean(1))


def test_a_strangers_module_is_explained_by_every_method_and_left_as_found():
    module, x, others = Own(), torch.rand(6, 5), torch.rand(2, 6, 5)
    module.rnn.weight_hh_l0.requires_grad_(False)
    methods = methods_for(module, has_others=True)
    assert len(methods) == len([m for m in METHODS.values() if not m.refuses(module)]) >= 14
    for name in methods:
        found = explain(module, x, method=name, target=2, others=others)
        assert found.values.shape == (6, 5) and np.isfinite(found.values).all()
    assert module.training and module.rnn.training and not hasattr(module, "last")
    assert (module.calls, module.kept) == (0, [])
    assert [name for name, w in module.named_parameters() if not w.requires_grad] == ["rnn.weight_hh_l0"]
    assert all(weight.grad is None for weight in module.parameters())
    leaf = x[None].clone().requires_grad_()
    module.eval()(leaf)[0, 2].backward()
    np.testing.assert_allclose(
        explain(module, x, method="saliency", target=2).values, leaf.grad[0].abs(), rtol=1e-5, atol=1e-8
    )


def test_what_is_no_classifier_is_told_what_is_expected():
    x = torch.rand(6, 5)
    with pytest.raises(ConfigError, match=r"a tuple, as nn.LSTM does. Wrap it"):
        explain(nn.LSTM(5, 4, batch_first=True), x)

    class Turned(Own):
        def forward(self, x):
            return self.head(nn.LSTM(5, 4)(x)[0][-1])  # batch and step the other way round

    with pytest.raises(ConfigError, match=r"got the shape \(6, 3\).*batch_first=True"):
        explain(Turned(), x)
    with pytest.raises(ConfigError, match="target: expected 0 to 2, got 3"):
        explain(Own(), x, target=3)
    with pytest.raises(ConfigError, match="got 3 axes. Give one image"):
        explain(Own(), x[None])

    class Bare(nn.Module):
        def forward(self, x):
            return torch.stack([x.sum((1, 2)), x[:, 0, 0]], 1)

    np.testing.assert_allclose(explain(Bare(), x, method="saliency", target=0).values, 1)
