"""The training loop. It yields events; who shows them is somebody else's business."""

import copy
import time
from collections.abc import Callable, Iterator
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from medrnn import sequences
from medrnn.config import TrainConfig
from medrnn.datasets import Dataset
from medrnn.evaluation.evaluate import answer, to_grids
from medrnn.evaluation.metrics import METRICS, measure
from medrnn.models.classifier import Classifier
from medrnn.training import augment
from medrnn.training.checkpoint import Checkpoint, Place, Snapshot, restore, take
from medrnn.training.schedules import MAKERS
from medrnn.types import RunEvent

POINTS_AN_EPOCH = 20


def _optimizer(model: Classifier, config: TrainConfig) -> torch.optim.Optimizer:
    if config.optimizer == "adam":
        return torch.optim.Adam(model.parameters(), lr=config.learning_rate)
    return torch.optim.AdamW(model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)


class _Learner:
    """A model with its optimiser, learning-rate schedule and moving average."""

    def __init__(
        self, model: Classifier, config: TrainConfig, steps: int, weights: Tensor | None = None
    ) -> None:
        self.model, self.config = model, config
        self.device = next(model.parameters()).device
        self.weights = None if weights is None else weights.to(self.device)
        self.optimizer = _optimizer(model, config)
        self.scheduler = MAKERS[config.schedule](self.optimizer, config.learning_rate, steps)
        ema = get_ema_multi_avg_fn(config.ema_decay)
        self.average = (
            AveragedModel(model, multi_avg_fn=ema, use_buffers=True) if config.average == "ema" else None
        )

    @property
    def shown(self) -> Classifier:
        """The weights that are measured and kept."""
        if self.average is None:
            return self.model
        return cast(Classifier, self.average.module)  # a copy of the model

    def learn(self, images: Tensor, labels: Tensor) -> tuple[float, float]:
        """One step on a batch; returns its loss and accuracy."""
        labels = labels.to(self.device)
        logits = self.model(sequences.lines(images.to(self.device), self.config.reading))
        loss = F.cross_entropy(
            logits, labels, weight=self.weights, label_smoothing=self.config.label_smoothing
        )
        self.optimizer.zero_grad()
        loss.backward()
        if self.config.clip:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
        self.optimizer.step()
        self.scheduler.step()
        if self.average is not None:
            self.average.update_parameters(self.model)
        return loss.item(), (logits.argmax(-1) == labels).float().mean().item()

    def validate(self, grids: Tensor, labels: np.ndarray) -> dict[str, float | None]:
        """Loss, accuracy and AUC of the shown weights on the validation split."""
        found = measure(answer(self.shown, grids, self.config.reading), labels, intervals=False)
        return {f"val_{name}": found[name] for name in METRICS}


def _varied(images: Tensor, config: TrainConfig, generator: torch.Generator) -> Tensor:
    """Changed at random where the recipe says so."""
    if config.augment not in augment.STRENGTHS:
        return images
    strength = augment.STRENGTHS[config.augment]
    return augment.apply(images, augment.draw(len(images), generator, strength), strength)


def _goes_on(*_: object) -> None:
    """Nothing is kept."""


def fit(
    model: Classifier,
    data: Dataset,
    config: TrainConfig,
    should_stop: Callable[[], bool] = lambda: False,
    *,
    weights: Tensor | None = None,
    start: Checkpoint | None = None,
    keep: Callable[[Snapshot], None] = _goes_on,
) -> Iterator[RunEvent]:
    """Train the model in place and say what happens.

    Everything random comes from ``config.seed``. When the loop ends or is stopped, the model holds the
    weights that the recipe keeps: the last epoch's, or the best by validation AUC; averaged where asked.
    The test split is never touched.

    Args:
        model: on the device where it is to train.
        data: the train and val splits are used.
        config: the recipe.
        should_stop: asked after every batch.
        weights: (class,) how much an image of each class counts in the loss; all alike by default.
        start: go on from here, as if nothing had happened in between.
        keep: called before the first batch and after each with what takes a checkpoint; by then every event before it
            was heard. It decides whether one is taken.

    Yields:
        "step": epoch, step, steps, loss, accuracy (means since the last one), elapsed_s;
        "epoch": epoch, epochs, step, val_loss, val_accuracy, val_auc, elapsed_s;
        "stopped" when asked to stop, before the last "epoch".

    Raises:
        ConfigError: ``start`` belongs to another network or recipe.
    """
    torch.manual_seed(config.seed)
    generator, place = torch.Generator().manual_seed(config.seed), start.place if start else Place()
    train = data.train.first(config.limit)
    grids, labels = to_grids(train.images, config.reading), torch.from_numpy(train.labels)
    val_grids = to_grids(data.val.images, config.reading)
    batches = -(-len(grids) // config.batch)
    steps, every = config.epochs * batches, max(1, batches // POINTS_AN_EPOCH)
    learner, is_stopped = _Learner(model, config, steps, weights), False
    parts = (model, learner.average, learner.optimizer, learner.scheduler, generator)
    if start:
        restore(start, *parts)
    began = time.monotonic() - place.elapsed_s

    def snapshot() -> Checkpoint:
        place.elapsed_s = time.monotonic() - began
        return take(*parts, place)

    keep(snapshot)
    while place.epoch <= config.epochs:
        model.train()
        if place.order is None:
            place.order = torch.randperm(len(grids), generator=generator)
        for chosen in place.order.split(config.batch)[place.done :]:
            place.recent.append(learner.learn(_varied(grids[chosen], config, generator), labels[chosen]))
            place.step, place.done = place.step + 1, place.done + 1
            if place.step % every == 0:
                loss, accuracy = np.mean(place.recent, axis=0).tolist()
                place.recent = []
                yield RunEvent(
                    "step",
                    {
                        **{"epoch": place.epoch, "step": place.step, "steps": steps},
                        **{"loss": loss, "accuracy": accuracy, "elapsed_s": time.monotonic() - began},
                    },
                )
            is_stopped = should_stop()
            if is_stopped:  # said at once: the figures take their time
                yield RunEvent("stopped", {"epoch": place.epoch, "step": place.step})
                break
            keep(snapshot)
        found = learner.validate(val_grids, data.val.labels)
        score = found["val_accuracy"] if found["val_auc"] is None else found["val_auc"]
        if config.keep == "best" and score is not None and score > place.best_score:
            place.best, place.best_score = copy.deepcopy(learner.shown.state_dict()), score
        told = {"epoch": place.epoch, "epochs": config.epochs, "step": place.step}
        yield RunEvent("epoch", {**told, **found, "elapsed_s": time.monotonic() - began})
        if is_stopped:
            break
        place.epoch, place.done, place.recent, place.order = place.epoch + 1, 0, [], None
    model.load_state_dict(place.best or learner.shown.state_dict())
