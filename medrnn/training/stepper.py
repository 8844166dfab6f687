"""A run that goes on by one batch a call, and says what each batch did; the same steps as ``loop.fit`` takes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.utils import get_total_norm

from medrnn.config import TrainConfig
from medrnn.datasets import Dataset
from medrnn.evaluation.evaluate import answer, to_grids
from medrnn.models.networks import build_network
from medrnn.training.learner import Learner
from medrnn.training.loop import make_order, require_finite, vary

MOST = 2_000  # training images that are held


@dataclass(frozen=True, eq=False)
class Batch:
    """What one batch did.

    Attributes:
        step: its number, from 1.
        loss: mean cross-entropy over the batch as it was learnt, in nats, dropout on.
        gradient, clipped: L2 norm of the gradient of all weights, before and after clipping.
        rate: the learning rate of the step.
        change: how far the weights moved, over how long they were (L2 norms of all together).
        images: (image, row, column) or (image, row, column, 3) uint8 of the batch, before they were changed at random.
        labels: (image,) of the batch.
        before, after: (image, class) the answers in evaluation mode before and after the step.
    """

    step: int
    loss: float
    gradient: float
    clipped: float
    rate: float
    change: float
    images: np.ndarray
    labels: np.ndarray
    before: np.ndarray
    after: np.ndarray


class Stepper:
    """A network on the CPU that learns a batch whenever it is asked to.

    torch's own generator is left as it was found; nobody else may draw from it during a call.

    Args:
        config: the recipe, with classes and features that fit the data.
        data: of its training images the first 2,000 are learnt from.
    """

    def __init__(self, config: TrainConfig, data: Dataset) -> None:
        self.config, self.classes = config, data.classes
        self.split = data.train.first(min(config.limit or MOST, MOST))
        self.steps = config.all_steps(len(self.split))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            model = build_network(config.model, config.reading)
            torch.manual_seed(config.seed)
            self._state = torch.get_rng_state()
        self._grids = to_grids(self.split.images, config.reading)
        self._labels = torch.from_numpy(self.split.labels)
        self._generator = torch.Generator().manual_seed(config.seed)
        self._learner = Learner(model, config, self.steps, self.split.labels)
        self._left: Sequence[torch.Tensor] = ()
        self.done = 0

    @property
    def is_over(self) -> bool:
        """True where the recipe asks for no more."""
        return self.done >= self.steps

    def step(self) -> Batch:
        """Learn the next batch.

        Raises:
            ConfigError: the loss is no number any more.
        """
        if not self._left:
            self._left = make_order(self.split, self.config, self._generator).split(self.config.batch)
        chosen, self._left = self._left[0], self._left[1:]
        model, reading, rate = self._learner.model, self.config.reading, self._learner.rate
        some = self.split.some(chosen.numpy())
        before = answer(model, self._grids[chosen], reading, lengths=some.lengths)
        counts = None if some.lengths is None else torch.from_numpy(some.lengths)
        weights = [one.detach().clone() for one in model.parameters()]
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(self._state)
            varied = vary(self._grids[chosen], self.config, self._generator)
            loss, _, gradient = self._learner.learn(varied, self._labels[chosen], counts)
            self._state = torch.get_rng_state()
        self.done += 1
        require_finite(loss, self.done, self.config)
        clipped = get_total_norm([one.grad for one in model.parameters() if one.grad is not None])
        moved = get_total_norm(
            [new.detach() - old for new, old in zip(model.parameters(), weights, strict=True)]
        )
        return Batch(
            step=self.done,
            loss=loss,
            gradient=gradient,
            clipped=float(clipped),
            rate=rate,
            change=float(moved / get_total_norm(weights)),
            images=some.images,
            labels=some.labels,
            before=before,
            after=answer(model, self._grids[chosen], reading, lengths=some.lengths),
        )
