"""Weights drawn anew: a map that cannot depend on them stays, and the network too."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from medrnn.explanation.evidence.randomise import cascade, list_stages, randomise, randomised, rank_of
from medrnn.explanation.evidence.subject import subject_of
from medrnn.explanation.evidence.verdict import judge
from medrnn.explanation.evidence.words import headline
from tests.explanation.evidence.known import always, subject
from tests.explanation.networks import KINDS, build


def test_a_map_that_cannot_depend_on_weights_stays_and_fails(rng):
    values = rng.normal(size=(6, 8))
    found = randomise(subject(make=always(values)), values)
    assert found.whole == pytest.approx(1)
    verdict = judge("randomisation", found.whole)
    assert verdict.level == "fail"
    assert headline([verdict]) == "1 of 1 test fails. This map does not depend on what the model learned."


def test_a_map_of_the_weights_alone_goes_with_them():
    case = subject(20, 20, make=lambda module, x, seed: module.weight.detach().numpy())
    assert abs(randomise(case, case.values()).whole) < 0.15  # 400 pixels: three times its spread


def test_a_seed_never_draws_the_weights_with_which_a_network_of_that_seed_began():
    torch.manual_seed(3)
    layer = nn.Linear(6, 6)
    assert not torch.equal(randomised(layer, 3).weight, layer.weight)


def test_the_sign_of_a_map_does_not_count(rng):
    values = rng.normal(size=(5, 5))
    assert rank_of(values, -values) == pytest.approx(1)
    assert np.isnan(rank_of(values, np.ones((5, 5))))


@pytest.mark.parametrize("kind", KINDS)
def test_every_weight_is_drawn_once_from_the_head_down(kind):
    model, _ = build(kind)
    stages = list_stages(model)
    owned = [f"{stage.part}.{name}" for stage in stages for name in stage.names]
    assert sorted(owned) == sorted(name for name, _ in model.named_parameters())
    assert stages[0].title == "head"
    assert stages[-1].part.startswith(
        "encoder" if model.config.encoder != "none" else next(iter(model.recurrent()))
    )


def test_each_stage_changes_its_own_weights_alone():
    model, _ = build("stack-linear", both=True)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    said = {stage.title: {f"{stage.part}.{name}" for name in stage.names} for stage in list_stages(model)}
    assert "rnn, layer 1, W_hh" in said
    for title, part in cascade(model, 0):
        now = part.state_dict()
        changed = {name for name, value in now.items() if not torch.equal(value, before[name])}
        assert changed == said[title]
        before = {name: value.clone() for name, value in now.items()}


@pytest.mark.parametrize("kind", ["sweeps-stem", "cnn"])
def test_the_network_and_the_generator_stay_as_they_were(kind):
    model, x = build(kind)
    case = subject_of(model, x, method="saliency", target=0, reading=model.reading)
    values, kept = case.values(), copy.deepcopy(model.state_dict())
    generator, flags = torch.get_rng_state(), [w.requires_grad for w in model.parameters()]
    one, again = randomise(case, values), randomise(case, values)
    np.testing.assert_array_equal(one.rank, again.rank)
    assert torch.equal(generator, torch.get_rng_state())
    assert all(torch.equal(value, kept[name]) for name, value in model.state_dict().items())
    assert flags == [w.requires_grad for w in model.parameters()]
    np.testing.assert_array_equal(values, case.values())


def test_a_part_without_a_way_to_begin_keeps_mean_and_spread():
    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(3 + 2 * torch.randn(4000))

    own = Own()
    drawn = randomised(own, 0)
    assert not torch.equal(drawn.weight, own.weight)
    assert float(drawn.weight.mean()) == pytest.approx(3, abs=0.2)
    assert float(drawn.weight.std()) == pytest.approx(2, abs=0.2)
    assert torch.equal(drawn.weight, randomised(own, 0).weight)
    assert not torch.equal(drawn.weight, randomised(own, 1).weight)


def test_a_network_without_weights_has_nothing_to_draw():
    assert list_stages(nn.ReLU()) == ()
    assert isinstance(randomised(nn.ReLU(), 0), nn.ReLU)
