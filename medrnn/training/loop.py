"""The training loop. It yields events; who shows them is somebody else's business."""

import copy
import math
import time
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from medrnn.config import TrainConfig
from medrnn.datasets import Dataset
from medrnn.datasets.records import Split
from medrnn.errors import ConfigError
from medrnn.evaluation.evaluate import to_grids
from medrnn.models.classifier import Classifier
from medrnn.training import augment
from medrnn.training.checkpoint import Checkpoint, Place, Snapshot, restore, take
from medrnn.training.learner import Learner, balance
from medrnn.types import RunEvent

POINTS_AN_EPOCH = 20
BUCKET = 8  # batches that are drawn together where series have unlike lengths
MOST_ON_GPU = 2 << 30  # bytes of training images that are moved there once and for all


def make_order(split: Split, config: TrainConfig, generator: torch.Generator) -> Tensor:
    """(image,) which training images make up an epoch, and in which order: batch after batch.

    Series of unlike lengths are put together with others of about their own: of every ``BUCKET`` batches drawn by
    chance the series are sorted by length, so that little is padded, and these batches come in an order of chance.
    """
    labels = split.labels
    if config.sampler == "balanced":
        shares = torch.tensor(balance(labels, config.model.classes), dtype=torch.float64)[labels]
        order = torch.multinomial(shares, len(labels), replacement=True, generator=generator)
    else:
        order = torch.randperm(len(labels), generator=generator)
    return order if split.lengths is None else _bucket(order, split.lengths, config.batch, generator)


def _bucket(order: Tensor, lengths: np.ndarray, batch: int, generator: torch.Generator) -> Tensor:
    """An order by chance as one whose batches hold series of about one length; the last batch may stay small."""
    sorted_ = [
        some[torch.from_numpy(lengths)[some].argsort(stable=True)] for some in order.split(BUCKET * batch)
    ]
    *full, last = torch.cat(sorted_).split(batch)
    chance = torch.randperm(len(full), generator=generator).tolist()
    return torch.cat([*(full[k] for k in chance), last])


def vary(images: Tensor, config: TrainConfig, generator: torch.Generator) -> Tensor:
    """Changed at random where the recipe says so."""
    strength = augment.strength_of(config)
    if strength is None:
        return images
    return augment.vary(images, config.reading, augment.draw(len(images), generator, strength), strength)


def _score(found: dict[str, float | None], config: TrainConfig) -> float | None:
    """How good an epoch is, more is better; None where it is no number."""
    if config.keep == "best":
        score = found["accuracy"] if found["auc"] is None else found["auc"]
    else:
        score = None if found["loss"] is None else -found["loss"]
    return score if score is not None and math.isfinite(score) else None


def require_finite(loss: float, step: int, config: TrainConfig) -> None:
    """Refuse a loss that is no number.

    Raises:
        ConfigError: it is none; says what to change.
    """
    if not math.isfinite(loss):
        raise ConfigError(
            f"Expected a loss that is a number, at step {step} it is none any more. Start again with a lower learning "
            f"rate than {config.learning_rate:g}{'' if config.clip else ', or with the gradient clipped at 1'}."
        )


def _goes_on(*_: object) -> None:
    """Nothing is kept."""


def fit(
    model: Classifier,
    data: Dataset,
    config: TrainConfig,
    should_stop: Callable[[], bool] = lambda: False,
    *,
    start: Checkpoint | None = None,
    keep: Callable[[Snapshot], None] = _goes_on,
) -> Iterator[RunEvent]:
    """Train the model in place and say what happens.

    Everything random comes from ``config.seed``. When the loop ends or is stopped, the model holds the
    weights that the recipe keeps: the last epoch's, or the best on the validation split; averaged where asked.
    The test split is never touched.

    Args:
        model: on the device where it is to train.
        data: the train and val splits are used.
        config: the recipe.
        should_stop: asked after every batch.
        start: go on from here, as if nothing had happened in between.
        keep: called before the first batch and after each with what takes a checkpoint; by then every event before it
            was heard. It decides whether one is taken.

    Yields:
        "step": epoch, step, steps, loss, accuracy, gradient (means since the last one), rate, images_per_s, elapsed_s;
        "epoch": epoch, epochs, step, val_loss, val_accuracy, val_auc, samples, arriving (of the gradient, at
        each step of the sequence), ends (the last one), elapsed_s;
        "stopped" when asked to stop, before the last "epoch".

    Raises:
        ConfigError: ``start`` belongs to another network or recipe, or the loss is no number any more.
    """
    torch.manual_seed(config.seed)
    generator, place = torch.Generator().manual_seed(config.seed), start.place if start else Place()
    train, home = data.train.first(config.limit), next(model.parameters()).device
    grids, labels = to_grids(train.images, config.reading), torch.from_numpy(train.labels).to(home)
    if grids.numel() * grids.element_size() <= MOST_ON_GPU:
        grids = grids.to(home)
    lengths = None if train.lengths is None else torch.from_numpy(train.lengths)
    val_grids = to_grids(data.val.images, config.reading)
    batches, steps = config.batches(len(grids)), config.all_steps(len(grids))
    epochs, every = -(-steps // batches), max(1, batches // POINTS_AN_EPOCH)
    learner, is_stopped = Learner(model, config, steps, train.labels), False
    parts = (model, learner.average, learner.optimizer, learner.scheduler, generator)
    if start:
        restore(start, *parts)
    began = time.monotonic() - place.elapsed_s

    def snapshot() -> Checkpoint:
        place.elapsed_s = time.monotonic() - began
        return take(*parts, place)

    def told(rate: float) -> dict[str, object]:
        now = time.monotonic() - began
        loss, accuracy, gradient = np.mean(place.recent, axis=0).tolist()
        pace = len(place.recent) * config.batch / max(now - place.told_s, 1e-9)
        place.recent, place.told_s = [], now
        return {
            **{"epoch": place.epoch, "step": place.step, "steps": steps, "loss": loss, "accuracy": accuracy},
            **{"rate": rate, "gradient": gradient, "images_per_s": pace, "elapsed_s": now},
        }

    keep(snapshot)
    ends = False
    while not ends:  # a checkpoint after the last batch has its epoch still to be measured
        model.train()
        if place.order is None:
            place.order = make_order(train, config, generator)
        for chosen in place.order.split(config.batch)[place.done : place.done + steps - place.step]:
            rate = learner.rate
            images = vary(grids[chosen], config, generator).to(home)
            counts = None if lengths is None else lengths[chosen]
            place.recent.append(learner.learn(images, labels[chosen], counts))
            place.step, place.done = place.step + 1, place.done + 1
            require_finite(place.recent[-1][0], place.step, config)
            if place.step % every == 0:
                yield RunEvent("step", told(rate))
            is_stopped = should_stop()
            if is_stopped:  # said at once: the figures take their time
                yield RunEvent("stopped", {"epoch": place.epoch, "step": place.step})
                break
            keep(snapshot)
        found, samples = learner.validate(val_grids, data.val)
        told_of = {"samples": samples, "arriving": learner.arriving(val_grids, data.val)}
        score = _score(found, config)
        place.waited += 1
        if score is not None and (place.best_score is None or score > place.best_score):
            place.best_score, place.waited = score, 0
            if config.keep != "last":
                place.best = copy.deepcopy(learner.shown.state_dict())
        is_settled = 0 < config.patience <= place.waited
        ends = is_stopped or is_settled or place.step >= steps
        where = {"epoch": place.epoch, "epochs": epochs, "step": place.step, "ends": ends}
        measured = {f"val_{name}": value for name, value in found.items()}
        now = time.monotonic() - began
        yield RunEvent("epoch", {**where, **measured, **told_of, "elapsed_s": now})
        place.epoch, place.done, place.recent, place.order = place.epoch + 1, 0, [], None
    model.load_state_dict(place.best or learner.shown.state_dict())
