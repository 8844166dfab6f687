"""Small networks of every kind that learn to see planted spots, so that their maps can be held against the truth.

``python -m medrnn.training.planted NAME ...`` trains them again into ``runs/planted-NAME``; what ships lies in
``assets/planted``. The spots are smaller than those that maps are held against. Each film is seen with many plantings
of other seeds and without a spot, so that nothing but the spot tells the classes apart, some under grey-value noise
too, so that no single pixel does.
"""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from medrnn.config import ASSETS, ModelConfig, ReadingConfig, TrainConfig
from medrnn.datasets.planted import CLASSES, Planting, plant_set
from medrnn.datasets.records import Dataset, Split
from medrnn.errors import ConfigError
from medrnn.models.catalog import runs_folder
from medrnn.training.run import train
from medrnn.types import RunEvent

FOLDER = ASSETS / "planted"  # what ships
SEED = 0  # of the planting that is tested; the further ones that are learnt from count up from it
LEARNT = (
    3.0,
    5.0,
)  # radius of the spots that are learnt from; maps are held against larger ones, ``Planting``'s own
_STEM = ModelConfig(
    cell="lstm",
    features=64,
    classes=2,
    layers=1,
    width=32,
    is_bidirectional=True,
    dropout=0.1,
    readout="mean+max",
    encoder="stem",
    stem=(16, 16, 32, 8),
    strides=(2, 1, 2, 1),
)
_TRAIN = TrainConfig(
    data="planted",
    model=_STEM,
    reading=ReadingConfig(size=(64, 64)),
    batch=64,
    learning_rate=3e-3,
    average="ema",
    augment="shape",
    keep="best",
)


@dataclass(frozen=True)
class Recipe:
    """How one of the networks is trained.

    Attributes:
        config: the settings of the run.
        plantings: how often the films are taken to learn from, each time with other spots.
        noise: standard deviation of the noise on what is learnt from, grey values of 255.
    """

    config: TrainConfig
    plantings: int
    noise: float


def _of(epochs: int, plantings: int, noise: float, **changes: object) -> Recipe:
    model = replace(_STEM, **changes)  # type: ignore[arg-type]
    return Recipe(replace(_TRAIN, model=model, epochs=epochs), plantings, noise)


RECIPES = {
    "sweeps-lstm": _of(10, 6, 0.0, core="sweeps", stem=(16, 16, 32, 32)),
    "rows-lstm": _of(8, 8, 15.0, width=48),
    "rows-gru-forward": _of(9, 6, 0.0, cell="gru", width=64, is_bidirectional=False),
    "rows-rnn": _of(8, 8, 15.0, cell="rnn", width=48),
    "streams-gru": _of(8, 8, 15.0, core="streams", cell="gru"),
    "cnn": _of(8, 8, 15.0, core="none", stem=(16, 16, 32, 32, 32), strides=(2, 1, 2, 1, 1)),
    "cnn-fine": _of(8, 8, 15.0, core="none", stem=(16, 16, 16, 24, 24), strides=(2, 1, 1, 1, 1)),
    "pixels-lstm": _of(8, 8, 15.0, encoder="none", stem=(), strides=(), width=96),
}


def _split(made: dict[str, np.ndarray], split: str) -> Split:
    return Split(made[f"{split}_images"], made[f"{split}_labels"].ravel().astype(np.int64))


@cache
def planted_data(plantings: int, noise: float) -> Dataset:
    """The set that the networks learn from: validation and test of seed ``SEED``, films with spots of many seeds.

    Args:
        plantings: how often the films are taken to learn from, each time with other spots and other noise.
        noise: its standard deviation, grey values of 255.
    """
    found = [plant_set(Planting(seed=SEED + k, radius=LEARNT)) for k in range(plantings)]
    noisy = []
    for k, one in enumerate(found):
        rng = np.random.default_rng([SEED, k])
        moved = one["train_images"] + rng.normal(0, noise, one["train_images"].shape)
        noisy.append(np.clip(np.rint(moved), 0, 255).astype(np.uint8))
    labels = np.concatenate([_split(one, "train").labels for one in found])
    return Dataset(
        name="planted",
        title="Planted spots",
        classes=CLASSES,
        train=Split(np.concatenate(noisy), labels),
        val=_split(found[0], "val"),
        test=_split(found[0], "test"),
        about="Normal chest films of chest64, half of them with one soft round spot in the lungs.",
        licence="CC BY 4.0",
    )


def train_planted(name: str, out: Path) -> Iterator[RunEvent]:
    """Train one of ``RECIPES``.

    Args:
        name: a key of it.
        out: a new or an empty folder.

    Raises:
        ConfigError: no such recipe, or something stands in the folder.
    """
    if name not in RECIPES:
        raise ConfigError(f"network: expected one of {', '.join(RECIPES)}, got {name!r}.")
    how, command = RECIPES[name], f"python -m medrnn.training.planted {name}"
    yield from train(how.config, out, command=command, data=planted_data(how.plantings, how.noise))


def ship(folder: Path, name: str) -> Path:
    """Copy what a finished run needs to be loaded, its card and weights, to where it ships."""
    target = FOLDER / name
    target.mkdir(parents=True, exist_ok=True)
    for file in ("card.json", "model.safetensors"):
        shutil.copyfile(folder / file, target / file)
    return target


def main(names: list[str]) -> None:
    """Train the networks of these names, by default all."""
    for name in names or list(RECIPES):
        for event in train_planted(name, runs_folder() / f"planted-{name}"):
            if event.kind in ("epoch", "finished"):
                print(name, event.kind, dict(event.data), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
