"""Small networks of every kind, trained for a moment, as folders among the runs."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from medrnn.config import ModelConfig, ReadingConfig, TrainConfig
from medrnn.datasets import Dataset, Split, load_dataset
from medrnn.training.run import train
from medrnn.training.seeds import train_seeds

READING = ReadingConfig(size=(16, 16))
STEM = {"encoder": "stem", "stem": (4, 6), "strides": (2, 1)}
_SMALL = ModelConfig(cell="lstm", layers=1, width=5, is_bidirectional=True, readout="mean+max", features=16)
NETWORKS = {
    "sweeps": (replace(_SMALL, core="sweeps", **STEM), READING),
    "streams": (replace(_SMALL, core="streams", cell="gru", readout="last"), READING),
    "rows": (replace(_SMALL, readout="attention", **STEM), READING),
    "linear": (replace(_SMALL, encoder="linear", encoded=6, is_bidirectional=False, readout="last"), READING),
    "cnn": (replace(_SMALL, core="none", **STEM), READING),
    "colour": (replace(_SMALL, core="sweeps", readout="attention", **STEM), replace(READING, channels="rgb")),
}


@cache
def few(name: str) -> Dataset:
    """A shipped set with a few images of each class and split."""
    whole = load_dataset(name)

    def some(split: Split, count: int) -> Split:
        rows = np.concatenate([np.flatnonzero(split.labels == k)[:count] for k in range(len(whole.classes))])
        return Split(split.images[rows], split.labels[rows])

    return replace(whole, train=some(whole.train, 24), val=some(whole.val, 8), test=some(whole.test, 8))


def settings(kind: str, data: str = "chest64") -> TrainConfig:
    """The settings of one of ``NETWORKS``: one epoch of a few images."""
    model, reading = NETWORKS[kind]
    return TrainConfig(data=data, model=model, reading=reading, epochs=1, batch=24)


def write(folder: Path, kind: str, data: str = "chest64", seeds: tuple[int, ...] = ()) -> Path:
    """Train one of ``NETWORKS`` into ``folder / kind``."""
    out, config = folder / kind, settings(kind, data)
    run = (
        train_seeds(config, out, list(seeds), data=few(data)) if seeds else train(config, out, data=few(data))
    )
    for _ in run:
        pass
    return out
