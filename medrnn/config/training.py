"""Everything that a training run depends on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from medrnn.config.augmentation import Strength
from medrnn.config.network import ModelConfig
from medrnn.config.reading import ReadingConfig
from medrnn.config.record import Record, between, one_of

OPTIMIZERS = {
    "adam": "Adam",
    "adamw": "AdamW, with weight decay",
    "rmsprop": "RMSprop",
    "sgd": "SGD with momentum 0.9",
}
SCHEDULES = {
    "constant": "constant",
    "cosine": "from the peak down along a cosine",
    "steps": "in steps: the peak, then a tenth, then a hundredth",
    "one-cycle": "one cycle: up to the peak, then down to almost nothing",
    "plateau": "a third of it whenever the validation loss has not fallen for three epochs",
}
KEEPS = {
    "last": "the last epoch",
    "best": "the epoch of the best validation AUC",
    "best-loss": "the epoch of the smallest validation loss",
}
AVERAGES = {"none": "the weights as they are", "ema": "a moving average of the weights"}
CLASS_WEIGHTS = {"none": "every image counts alike", "balanced": "every class counts alike"}
SAMPLERS = {"shuffled": "every image once an epoch", "balanced": "drawn so that classes come equally often"}
PRECISIONS = {"float32": "32 bits throughout", "mixed": "16 bits where that is safe, on a GPU"}
CUTS = {
    "none": "Leave volumes out",
    "middle": "The middle slice",
    "mean": "The mean over the slices",
    "maximum": "The largest value over the slices",
    "slices": "All slices, read one after another",
}
AUGMENTS = {
    "none": "as they are",
    "shape": "light shift, rotation and scale; greys and colours stay",
    "light": "light shift, rotation, scale and intensity",
    "films": "shift, rotation, scale, intensity, blur and coarser pixels, as X-ray films differ",
    "cells": "every rotation, mirrored, scale, intensity and stain, as cells on a slide differ",
    "own": "as set by hand",
}


@dataclass(frozen=True)
class TrainConfig(Record):
    """Everything that a training run depends on, besides the data's own bytes.

    Attributes:
        data: a data set's name, or the path of an npz file, a folder or a zip.
        model: its ``features`` and ``classes`` follow from the reading and the data when a run begins.
        reading: how the images are read.
        epochs: how often all training images are seen, 1 to 1,000, where ``steps`` is 0.
        steps: batches in all, 0 to 1,000,000; the last epoch may be cut short. 0 goes by ``epochs``.
        patience: ends the run after so many epochs without a better one, by what ``keep`` goes by (the loss where it
            keeps the last), 0 to 1,000; 0 never.
        batch: images of one step, 1 to 4,096.
        optimizer: a key of ``OPTIMIZERS``.
        learning_rate: the peak of the schedule, 1e-7 to 1.
        weight_decay: of AdamW alone, 0 to 1.
        schedule: a key of ``SCHEDULES``, how the learning rate moves over the run.
        label_smoothing: share of the target that is spread over all classes, 0 to 0.5.
        clip: longest gradient over all weights (its L2 norm), 0 to 1,000; 0 leaves it as it is.
        clip_value: largest part of the gradient in either direction, cut before its norm is, 0 to 1,000; 0 leaves it.
        class_weights: a key of ``CLASS_WEIGHTS``; "balanced" counts an image n / (classes x images of its class).
        sampler: a key of ``SAMPLERS``, which images make up an epoch.
        precision: a key of ``PRECISIONS``, in which the network computes; on a CPU always with 32 bits.
        average: a key of ``AVERAGES``, which weights are measured and kept.
        ema_decay: what "ema" keeps of its average at each step, 0 to 0.99999.
        augment: a key of ``AUGMENTS``, how each training image is changed at random.
        strength: how much, where that is "own".
        keep: a key of ``KEEPS``, the weights of which epoch.
        cut: a key of ``CUTS``, what a volume of one's own data becomes.
        limit: trains on the first so many images; 0 takes all.
        seed: of everything random, 0 to 2**31 - 1.
    """

    data: str = "pneumoniamnist"
    model: ModelConfig = field(default_factory=ModelConfig)
    reading: ReadingConfig = field(default_factory=ReadingConfig)
    epochs: int = 5
    steps: int = 0
    patience: int = 0
    batch: int = 128
    optimizer: str = "adamw"
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    schedule: str = "one-cycle"
    label_smoothing: float = 0.0
    clip: float = 1.0
    clip_value: float = 0.0
    class_weights: str = "none"
    sampler: str = "shuffled"
    precision: str = "float32"
    average: str = "none"
    ema_decay: float = 0.99
    augment: str = "none"
    strength: Strength = field(default_factory=Strength)
    keep: str = "last"
    cut: str = "none"
    limit: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        one_of("optimizer", self.optimizer, OPTIMIZERS)
        one_of("schedule", self.schedule, SCHEDULES)
        one_of("average", self.average, AVERAGES)
        one_of("keep", self.keep, KEEPS)
        one_of("augment", self.augment, AUGMENTS)
        one_of("class_weights", self.class_weights, CLASS_WEIGHTS)
        one_of("sampler", self.sampler, SAMPLERS)
        one_of("cut", self.cut, CUTS)
        one_of("precision", self.precision, PRECISIONS)
        between("epochs", self.epochs, 1, 1000)
        between("steps", self.steps, 0, 10**6)
        between("patience", self.patience, 0, 1000)
        between("batch", self.batch, 1, 4096)
        between("learning_rate", self.learning_rate, 1e-7, 1)
        between("weight_decay", self.weight_decay, 0, 1)
        between("label_smoothing", self.label_smoothing, 0, 0.5)
        between("clip", self.clip, 0, 1000)
        between("clip_value", self.clip_value, 0, 1000)
        between("ema_decay", self.ema_decay, 0, 0.99999)
        between("limit", self.limit, 0, 10**9)
        between("seed", self.seed, 0, 2**31 - 1)

    def batches(self, images: int) -> int:
        """Batches of an epoch over so many training images."""
        return -(-min(images, self.limit or images) // self.batch)

    def all_steps(self, images: int) -> int:
        """Batches of the whole run over so many training images, unless it ends early."""
        return self.steps or self.epochs * self.batches(images)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The record, checked; true and false of ``augment``, as settings had it once, are "light" and "none"."""
        if isinstance(values, Mapping) and isinstance(values.get("augment"), bool):
            values = {**values, "augment": "light" if values["augment"] else "none"}
        return super().from_dict(values)
