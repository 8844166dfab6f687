"""What fits a data set follows from its shape alone."""

from dataclasses import replace

import numpy as np
import pytest

from medrnn.config.network import check_network
from medrnn.datasets import Split
from medrnn.training.defaults import Shape, budget, fit_defaults, shape_of

GREY = Shape("x", (64, 64), "grey", (100, 100))


@pytest.mark.parametrize(
    ("size", "side"), [((8, 8), 28), ((28, 28), 28), ((40, 300), 28), ((41, 64), 64), ((224, 224), 64)]
)
@pytest.mark.parametrize("channels", ["grey", "rgb"])
def test_size_and_colour_follow_from_the_images(size, side, channels):
    found = fit_defaults(replace(GREY, size=size, channels=channels))
    assert found.reading.size == (side, side) and found.reading.channels == channels
    check_network(found.model, found.reading)


@pytest.mark.parametrize(
    ("counts", "weighed"),
    [((100, 100), "none"), ((150, 100), "none"), ((151, 100), "balanced"), ((9, 0), "balanced")],
)
def test_classes_are_weighed_where_they_are_uneven(counts, weighed):
    found = fit_defaults(replace(GREY, counts=counts))
    assert found.class_weights == weighed and found.model.classes == len(counts)


def test_the_budget_grows_with_the_images_between_its_bounds():
    assert budget(168, 32) == 600  # 20 passes would be 105 batches
    assert budget(4_000, 64) == 1_250
    assert budget(60_000, 64) == 1_600
    assert [fit_defaults(replace(GREY, counts=(n, n))).batch for n in (999, 1_000)] == [32, 64]


def test_a_shape_counts_the_training_images_of_every_class(data):
    labels = np.zeros(160, np.int64)
    found = shape_of(replace(data, train=Split(data.train.images, labels)), "own:x")
    assert found == Shape("own:x", (8, 8), "grey", (160, 0)) and found.is_uneven
