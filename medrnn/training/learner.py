"""A network with its optimiser, its learning-rate schedule and its moving average: one step at a time."""

from collections.abc import Callable
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.utils import clip_grad_norm_, clip_grad_value_, get_total_norm
from torch.optim import SGD, Adam, AdamW, Optimizer, RMSprop
from torch.optim.lr_scheduler import ReduceLROnPlateau
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from medrnn.config import TrainConfig
from medrnn.datasets.records import Split
from medrnn.evaluation.evaluate import answer, to_steps
from medrnn.evaluation.metrics import METRICS, measure
from medrnn.models.classifier import Classifier
from medrnn.models.devices import differentiable
from medrnn.training.schedules import MAKERS

Samples = list[tuple[int, list[float]]]  # index of an image, probabilities of the classes
SAMPLES = 8  # validation images whose answers and gradients are told after each epoch
MOST_PLACES = 64  # along the steps of which gradients are told

# Each takes the network and the recipe; by the names in ``config.OPTIMIZERS``.
OPTIMIZERS: dict[str, Callable[[Classifier, TrainConfig], Optimizer]] = {
    "adam": lambda model, config: Adam(model.parameters(), lr=config.learning_rate),
    "adamw": lambda model, config: AdamW(
        model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
    ),
    "rmsprop": lambda model, config: RMSprop(model.parameters(), lr=config.learning_rate),
    "sgd": lambda model, config: SGD(model.parameters(), lr=config.learning_rate, momentum=0.9),
}


def balance(labels: np.ndarray, classes: int) -> tuple[float, ...]:
    """A weight for each class such that all classes count alike: n / (classes x images of the class).

    Args:
        labels: (image,) indices of classes.
        classes: how many there are; one without an image has no say in the others' weights, and its own is 0.
    """
    counts = np.bincount(labels, minlength=classes)
    return tuple(float(len(labels) / ((counts > 0).sum() * count)) if count else 0.0 for count in counts)


class Learner:
    """What learns, on the device of the network.

    Args:
        model: learns in place.
        config: the recipe.
        steps: of the whole run.
        labels: (image,) of all training images, from which class weights come where the recipe asks for them.
    """

    def __init__(self, model: Classifier, config: TrainConfig, steps: int, labels: np.ndarray) -> None:
        self.model, self.config = model, config
        self.device = next(model.parameters()).device
        weights = torch.tensor(balance(labels, config.model.classes)).to(self.device)
        self.weights = weights if config.class_weights == "balanced" else None
        self.optimizer = OPTIMIZERS[config.optimizer](model, config)
        self.scheduler = MAKERS[config.schedule](self.optimizer, config.learning_rate, steps)
        self.is_mixed = config.precision == "mixed" and self.device.type == "cuda"
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

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return float(self.optimizer.param_groups[0]["lr"])

    def learn(
        self, images: Tensor, labels: Tensor, lengths: Tensor | None = None
    ) -> tuple[float, float, float]:
        """One step on a batch; its loss, its accuracy and the L2 norm of the gradient before it was clipped.

        Args:
            images: as they are to be learnt from.
            labels: of each.
            lengths: of series of unlike lengths how many slices each has.
        """
        config = self.config
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.is_mixed):
            logits = self.model(*to_steps(images, config.reading, lengths))
        loss = F.cross_entropy(
            logits.float(), labels, weight=self.weights, label_smoothing=config.label_smoothing
        )
        self.optimizer.zero_grad()
        loss.backward()
        norm = self._clip()
        self.optimizer.step()
        if not isinstance(self.scheduler, ReduceLROnPlateau):
            self.scheduler.step()
        if self.average is not None:
            self.average.update_parameters(self.model)
        right = (logits.argmax(-1) == labels).float().mean()
        found: list[float] = torch.stack([loss.detach(), right, norm]).tolist()  # one wait for the GPU
        return found[0], found[1], found[2]

    def _clip(self) -> Tensor:
        """Bound the gradient as the recipe says; its norm before."""
        parameters, config = list(self.model.parameters()), self.config
        if config.clip and not config.clip_value:
            return clip_grad_norm_(parameters, config.clip)
        norm = get_total_norm([one.grad for one in parameters if one.grad is not None])
        if config.clip_value:
            clip_grad_value_(parameters, config.clip_value)
        if config.clip:
            clip_grad_norm_(parameters, config.clip)
        return norm

    def validate(self, grids: Tensor, split: Split) -> tuple[dict[str, float | None], Samples]:
        """Every metric of the shown weights on the validation split, and the answers to a few of its images."""
        labels = split.labels
        answers = answer(self.shown, grids, self.config.reading, lengths=split.lengths)
        found = measure(answers, labels, intervals=False)
        if isinstance(self.scheduler, ReduceLROnPlateau):
            self.scheduler.step(found["loss"])
        samples = [
            (index, np.round(answers[index].astype(float), 4).tolist())
            for index in _few(len(labels)).tolist()
        ]
        return {name: found[name] for name in METRICS}, samples

    def arriving(self, grids: Tensor, split: Split) -> list[float]:
        """How much of the gradient arrives at each step of the sequence, of the shown weights.

        The mean over a few validation images, of series those that have such a step, of ``||dL/dx_t||``, L the
        cross-entropy and x_t what step t reads (Pascanu et al. 2013); of more than ``MOST_PLACES`` steps the means of
        as many equal stretches. Nothing of the network, of its gradients or of torch's generator changes.
        """
        few = split.some(_few(len(split)))
        lengths = None if few.lengths is None else torch.from_numpy(few.lengths)
        x, *counts = to_steps(grids[_few(len(split))].to(self.device), self.config.reading, lengths)
        x.requires_grad_()
        wanted = torch.from_numpy(few.labels).to(self.device)
        with differentiable(self.shown):
            loss = F.cross_entropy(self.shown(x, *counts), wanted, reduction="sum")
            (gradient,) = torch.autograd.grad(loss, x)
        norms = (
            gradient.float().norm(dim=-1).sum(0).cpu().numpy()
        )  # nothing arrives behind the end of a series
        known = len(few) if few.lengths is None else (np.arange(len(norms)) < few.lengths[:, None]).sum(0)
        norms = norms / known
        places = np.array_split(norms, min(len(norms), MOST_PLACES))
        return [float(f"{place.mean():.4g}") for place in places]


def _few(count: int) -> np.ndarray:
    """(image,) indices, evenly spread."""
    return np.unique(np.linspace(0, count - 1, SAMPLES).astype(int))
