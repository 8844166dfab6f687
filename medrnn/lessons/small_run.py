"""A training run short enough to wait for: the loop of the page Train on a few images, with what it measured."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from medrnn.config import TrainConfig
from medrnn.datasets import Dataset

if TYPE_CHECKING:
    from medrnn.models.classifier import Classifier
    from medrnn.types import RunEvent


@dataclass(frozen=True, eq=False)
class Course:
    """What a short run measured.

    Attributes:
        config: of the run, with its seed.
        loss: (step,) mean cross-entropy of each batch as it was learnt, in nats, with dropout on.
        rate: (step,) the learning rate of each step.
        epoch_ends: (epoch,) the step, counted from 1, after which the rest was measured.
        train_loss, train_accuracy: (epoch,) on the images learnt from, in evaluation mode.
        val_loss, val_accuracy, val_balanced: (epoch,) on the images kept aside, in evaluation mode; the last is the
            balanced accuracy.
        seconds: the whole run took, on this machine.
        parameters: of the network.
        model: as it came out.
    """

    config: TrainConfig
    loss: np.ndarray
    rate: np.ndarray
    epoch_ends: np.ndarray
    train_loss: np.ndarray
    train_accuracy: np.ndarray
    val_loss: np.ndarray
    val_accuracy: np.ndarray
    val_balanced: np.ndarray
    seconds: float
    parameters: int
    model: "Classifier" = field(repr=False)


def train(data: Dataset, config: TrainConfig) -> Course:
    """Train a new network on the CPU; the same settings give the same run.

    torch's own generator is left as it was found. Nobody else may draw from it meanwhile.

    Args:
        data: its train and val splits are used.
        config: the whole run, its seed included.
    """
    import torch

    from medrnn.models.networks import build_network
    from medrnn.training.loop import fit
    from medrnn.training.schedules import rates

    began = time.monotonic()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        model = build_network(config.model, config.reading)
        losses, ends = _follow(model, data, config, fit(model, data, config))
    return Course(
        config=config,
        loss=np.array(losses),
        rate=rates(config.schedule, config.learning_rate, len(losses)),
        seconds=time.monotonic() - began,
        parameters=sum(weight.numel() for weight in model.parameters()),
        model=model.eval().requires_grad_(False),
        **{name: np.array([end[name] for end in ends]) for name in ends[0]},
    )


def _follow(
    model: "Classifier", data: Dataset, config: TrainConfig, events: "Iterator[RunEvent]"
) -> tuple[list[float], list[dict[str, float]]]:
    """The loss of every step, and what was measured after every epoch."""
    from medrnn.evaluation.evaluate import answer, to_grids
    from medrnn.evaluation.metrics import accuracy, cross_entropy

    grids, labels = to_grids(data.train.images, config.reading), data.train.labels
    losses: list[float] = []
    ends: list[dict[str, float]] = []
    for event in events:
        said: Mapping[str, Any] = event.data
        if event.kind == "step":
            losses.append(said["loss"])
            continue
        learnt = answer(model, grids, config.reading)
        ends.append(
            {
                "epoch_ends": said["step"],
                "train_loss": cross_entropy(learnt, labels),
                "train_accuracy": accuracy(learnt, labels),
                "val_loss": said["val_loss"],
                "val_accuracy": said["val_accuracy"],
                "val_balanced": said["val_balanced_accuracy"],
            }
        )
    return losses, ends
