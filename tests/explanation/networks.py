"""Small networks of every kind, whose weights are all away from zero, and their readings."""

from dataclasses import replace

import numpy as np
import torch

from medrnn.config import ASSETS, ModelConfig, ReadingConfig
from medrnn.models.cards import read_card
from medrnn.models.networks import build_network
from medrnn.sequences import boxes, place
from medrnn.types import Reading

ROWS = ReadingConfig(size=(8, 12))
COLOUR = ReadingConfig(size=(8, 12), channels="rgb")
PATCHES = ReadingConfig("snake", size=(8, 12), patch=4, channels="rgb")
STEM = {"encoder": "stem", "stem": (3, 4), "strides": (2, 1)}
SWEEPS = {"core": "sweeps", "readout": "mean+max"}

KINDS = {
    "stack": (ROWS, {}),
    "stack-linear": (PATCHES, {"encoder": "linear", "encoded": 6, "layers": 2}),
    "stack-steps": (ROWS, {"encoder": "steps", "encoded": 6, "readout": "attention"}),
    "stack-stem": (ReadingConfig("columns", "reverse", (8, 12), channels="rgb"), {**STEM, "layers": 2}),
    "streams": (COLOUR, {"core": "streams", "layers": 2}),
    "streams-stem": (ROWS, {**STEM, "core": "streams", "readout": "attention"}),
    "sweeps": (PATCHES, {**SWEEPS, "layers": 2}),
    "sweeps-stem": (COLOUR, {**STEM, **SWEEPS, "readout": "attention"}),
    "cnn": (COLOUR, {**STEM, "core": "none", "readout": "mean+max"}),
}
RECURRENT = tuple(kind for kind in KINDS if kind != "cnn")


def build(kind, cell="lstm", both=False, **changes):
    """A network of that kind in float64, evaluation mode, and an image as it reads it, (step, feature)."""
    reading, settings = KINDS[kind]
    given = {"cell": cell, "is_bidirectional": both, "width": 5, "layers": 1, "classes": 3}
    config = ModelConfig(features=reading.features, **{**given, **settings, **changes})
    model = build_network(config, reading).double()
    with torch.no_grad():
        for weight in model.parameters():
            weight += 0.2 * torch.randn_like(weight)
        for buffer in model.buffers():  # of batch norm: no longer the mean 0 and the variance 1 of a new one
            if buffer.is_floating_point():
                buffer += 0.3 * torch.rand_like(buffer)
    return model.eval(), torch.rand(reading.steps, reading.features, dtype=torch.float64)


def carded(kind, **settings):
    """A network in float32 with a card of its own, and a reading."""
    model, x = build(kind, **settings)
    card = read_card(ASSETS / "models" / "pneumonia-lstm-forward")
    config = replace(card.config, model=model.config, reading=model.reading)
    card = replace(card, id="made", config=config, classes=("a", "b", "c"), sure=None)
    x, crop = x.float().numpy(), (0, 0, 12, 8)
    grid = np.ascontiguousarray(place(x, model.reading))
    return model.float(), card, Reading(x, grid, boxes(model.reading, crop), crop, model.reading)
