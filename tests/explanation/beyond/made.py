"""A set whose classes are told apart by two pixels, one in the lungs and one outside, and a network that sees one."""

from dataclasses import replace

import numpy as np
import torch
from torch import nn

from medrnn.config import ASSETS, ModelConfig, ReadingConfig
from medrnn.datasets.outlines import Outlines
from medrnn.datasets.records import Dataset, Split
from medrnn.models.cards import read_card

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
