"""A set whose classes are told apart by two pixels, one in the lungs and one outside, and a network that sees one."""

from dataclasses import replace

import numpy as np
import torch
from torch import nn

from medrnn.config import ASSETS, ModelConfig, ReadingConfig
from medrnn.datasets.outlines import Outlines
from medrnn.datasets.records import Dataset, Split
from medrnn.models.cards import read_card
from medrnn.models.networks import build_network
from medrnn.sequences import boxes, lines
from medrnn.types import Reading

READING = ReadingConfig(size=(8, 8))
INSIDE, OUTSIDE = (1, 1), (6, 6)


class Looks(nn.Module):
    """Answers 1 where one pixel is bright, whatever else there is."""

    def __init__(self, place):
        super().__init__()
        self.place, self.slope = place, nn.Parameter(torch.tensor(20.0))

    def forward(self, x):
        value = self.slope * (x[:, self.place[0], self.place[1]] - 0.5)
        return torch.stack([-value, value], 1)


def made_card(model=None, classes=("dark", "bright"), reading=READING):
    card = read_card(ASSETS / "models" / "pneumonia-lstm-forward")
    config = replace(card.config, model=model or ModelConfig(features=8, layers=1), reading=reading)
    return replace(card, id="made", config=config, classes=classes)


def made_split(count, seed):
    rng = np.random.default_rng(seed)
    images, labels = rng.integers(0, 40, (count, 8, 8)).astype(np.uint8), np.arange(count) % 2
    for place in (INSIDE, OUTSIDE):
        images[:, place[0], place[1]] = np.where(labels, 250, 5)
    return Split(images, labels)


def made_set(count=24):
    """The set, and its outlines: the top left quarter; nobody outlined the fourth picture."""
    data = Dataset("made", "made", ("dark", "bright"), *(made_split(count, seed) for seed in range(3)))
    lungs, is_known = np.zeros((count, 8, 8), bool), np.ones(count, bool)
    lungs[:, :4, :4], is_known[3] = True, False
    lungs[3] = False
    return data, Outlines(lungs, is_known)


def made_reading(image, reading=READING):
    """An image of a set as a model reads it."""
    grid = image.astype(np.float32) / np.float32(255)
    crop = (0, 0, grid.shape[1], grid.shape[0])
    return Reading(np.ascontiguousarray(lines(grid, reading)), grid, boxes(reading, crop), crop, reading)


def made_model(reading=READING, **settings):
    """A small network with a card of its own, in evaluation mode."""
    given = {"width": 6, "layers": 2, "classes": 2, "init": "torch"}
    config = ModelConfig(features=reading.features, **{**given, **settings})
    return build_network(config, reading).eval(), made_card(config, reading=reading)


def trained(model, split, rounds=60):
    """The network after a few steps on a split, so that its answers are right there."""
    x = lines(torch.from_numpy(split.images / np.float32(255)), model.reading)
    learner = torch.optim.Adam(model.parameters(), 0.03)
    for _ in range(rounds):
        learner.zero_grad()
        nn.functional.cross_entropy(model(x), torch.from_numpy(split.labels)).backward()
        learner.step()
    return model.requires_grad_(False)
