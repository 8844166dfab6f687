"""The benches of training measure what they say: the same network on the same images, sets of 240, paired errors."""

from dataclasses import replace

import numpy as np
import pytest

from medrnn.bench import defaults, train_ways
from medrnn.datasets import load_dataset
from medrnn.models.networks import build_network
from medrnn.training.defaults import fit_defaults, shape_of


@pytest.mark.parametrize("way", train_ways.WAYS)
def test_a_way_counts_the_images_of_its_second_epoch(way, monkeypatch):
    small = replace(train_ways.CONFIG.model, width=8, layers=1)
    monkeypatch.setattr(train_ways, "CONFIG", replace(train_ways.CONFIG, model=small))
    monkeypatch.setattr(train_ways, "HELD", 60)
    assert 100 < train_ways.WAYS[way](640, "cpu") < 1e6


def test_small_sets_are_drawn_alike_every_time():
    data = load_dataset("pneumoniamnist")
    one, other = defaults.few(data), defaults.few(data)
    assert one.counts == {"train": 200, "val": 40, "test": 400} and one.digest == other.digest
    assert len(np.unique(one.train.labels)) == 2


@pytest.mark.parametrize("name", ["pneumoniamnist", "blood64"])
def test_the_cnn_beside_it_reads_the_same_and_is_no_larger(name):
    config = fit_defaults(shape_of(load_dataset(name)))
    cnn = defaults.as_cnn(config)
    count = [sum(w.numel() for w in build_network(c.model, c.reading).parameters()) for c in (config, cnn)]
    assert cnn.reading == config.reading and not cnn.model.is_recurrent
    assert count[0] / 3 < count[1] < count[0]


def test_how_far_ahead_is_paired_over_the_images(rng):
    right, other = rng.random((3, 400)) < 0.8, rng.random(400) < 0.7
    ahead, error = defaults._ahead(right, other)
    each = [right[:, k].mean() - other[k] for k in range(400)]
    assert ahead == pytest.approx(right.mean() - other.mean())
    assert error == pytest.approx(np.std(each, ddof=1) / 20)
