"""A data set small enough to train on in a second."""

import numpy as np
import pytest

from medrnn.config import ModelConfig, ReadingConfig, TrainConfig
from medrnn.datasets.records import Dataset, Split


def bars(rng, count):
    """8 x 8 images with a bright bar in the upper (class 0) or lower half (class 1)."""
    labels = np.arange(count) % 2
    images = rng.integers(0, 60, (count, 8, 8), np.uint8)
    for image, label in zip(images, labels, strict=True):
        row = rng.integers(0, 4) + 4 * label
        image[row] += 180
    return Split(images, labels.astype(np.int64))


@pytest.fixture
def data(rng):
    return Dataset("bars", "Bars", ("upper", "lower"), bars(rng, 160), bars(rng, 60), bars(rng, 60))


@pytest.fixture
def npz(data, tmp_path):
    """The same as a MedMNIST file."""
    path = tmp_path / "bars.npz"
    np.savez(
        path,
        **{
            f"{name}_{part}": getattr(getattr(data, name), part)
            for name in ("train", "val", "test")
            for part in ("images", "labels")
        },
    )
    return path


@pytest.fixture
def config(npz):
    model = ModelConfig(cell="gru", layers=1, width=16, features=8, dropout=0)
    return TrainConfig(
        data=str(npz), model=model, reading=ReadingConfig(size=(8, 8)), epochs=6, batch=16, learning_rate=1e-2
    )
