"""Everything that a training run depends on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from medrnn.config.network import ModelConfig
from medrnn.config.reading import ReadingConfig
from medrnn.config.record import Record, between, one_of

OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW, with weight decay"}
SCHEDULES = {
    "constant": "constant",
    "cosine": "from the peak down along a cosine",
    "steps": "in steps: the peak, then a tenth, then a hundredth",
    "one-cycle": "one cycle: up to the peak, then down to almost nothing",
}
KEEPS = {"last": "the last epoch", "best": "the epoch of the best validation AUC"}
AVERAGES = {"none": "the weights as they are", "ema": "a moving average of the weights"}
AUGMENTS = {
    "none": "as they are",
    "light": "light shift, rotation, scale and intensity",
    "films": "shift, rotation, scale, intensity, blur and coarser pixels, as X-ray films differ",
    "cells": "every rotation, mirrored, scale, intensity and stain, as cells on a slide differ",
}


@dataclass(frozen=True)
class TrainConfig(Record):
    """Everything that a training run depends on, besides the data's own bytes.

    Attributes:
        data: a data set's name, or the path of an npz file, a folder or a zip.
        model: its ``features`` and ``classes`` follow from the reading and the data when a run begins.
        reading: how the images are read.
        epochs: how often all training images are seen, 1 to 1,000.
        batch: images of one step, 1 to 4,096.
        optimizer: a key of ``OPTIMIZERS``.
        learning_rate: the peak of the schedule, 1e-7 to 1.
        weight_decay: of AdamW alone, 0 to 1.
        schedule: a key of ``SCHEDULES``, how the learning rate moves over the run.
        label_smoothing: share of the target that is spread over all classes, 0 to 0.5.
        clip: longest gradient over all weights (its L2 norm), 0 to 1,000; 0 leaves it as it is.
        average: a key of ``AVERAGES``, which weights are measured and kept.
        ema_decay: what "ema" keeps of its average at each step, 0 to 0.99999.
        augment: a key of ``AUGMENTS``, how each training image is changed at random.
        keep: a key of ``KEEPS``, the weights of which epoch.
        limit: trains on the first so many images; 0 takes all.
        seed: of everything random, 0 to 2**31 - 1.
    """

    data: str = "pneumoniamnist"
    model: ModelConfig = field(default_factory=ModelConfig)
    reading: ReadingConfig = field(default_factory=ReadingConfig)
    epochs: int = 5
    batch: int = 128
    optimizer: str = "adamw"
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    schedule: str = "one-cycle"
    label_smoothing: float = 0.0
    clip: float = 1.0
    average: str = "none"
    ema_decay: float = 0.99
    augment: str = "none"
    keep: str = "last"
    limit: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        one_of("optimizer", self.optimizer, OPTIMIZERS)
        one_of("schedule", self.schedule, SCHEDULES)
        one_of("average", self.average, AVERAGES)
        one_of("keep", self.keep, KEEPS)
        one_of("augment", self.augment, AUGMENTS)
        between("epochs", self.epochs, 1, 1000)
        between("batch", self.batch, 1, 4096)
        between("learning_rate", self.learning_rate, 1e-7, 1)
        between("weight_decay", self.weight_decay, 0, 1)
        between("label_smoothing", self.label_smoothing, 0, 0.5)
        between("clip", self.clip, 0, 1000)
        between("ema_decay", self.ema_decay, 0, 0.99999)
        between("limit", self.limit, 0, 10**9)
        between("seed", self.seed, 0, 2**31 - 1)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The record, checked; true and false of ``augment``, as settings had it once, are "light" and "none"."""
        if isinstance(values, Mapping) and isinstance(values.get("augment"), bool):
            values = {**values, "augment": "light" if values["augment"] else "none"}
        return super().from_dict(values)
