"""What the last layer of a network is given, by its mean over all places, and how the score of a class follows it.

It is taken there and not at the head: every head here is linear, so that the slope of a score along any direction of
what the head sees is one number for all images, and says nothing of any of them.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from medrnn import sequences
from medrnn.errors import ConfigError
from medrnn.explanation.index.build import single_layers
from medrnn.explanation.own_copy import own_copy
from medrnn.models.classifier import Classifier
from medrnn.models.devices import differentiable

BATCH = 64


class _Layers(nn.Module):
    """The layers of a recurrent module one by one, in its place."""

    def __init__(self, layers: list[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, x: Tensor) -> tuple[Tensor, None]:
        """(batch, step, feature) to the last layer's states, and no states after the last step."""
        for layer in self.layers:
            x = layer(x)[0]
        return x, None


def _last_convolution(own: Classifier) -> nn.Module:
    layers = [part for part in own.encoder.modules() if isinstance(part, nn.Conv2d)]
    if len(layers) < 2:
        raise ConfigError(
            "Expected a network of at least two convolutions: the only one here reads the image itself."
        )
    return layers[-1]


def _last_layer(own: Classifier) -> nn.Module:
    """The layer of a copy that reads last, as a module of its own."""
    if not own.recurrent():
        return _last_convolution(own)
    name, rnn = list(own.recurrent().items())[-1]
    if rnn.num_layers > 1:
        layers = list(single_layers(rnn))
        place, _, last = name.rpartition(".")
        setattr(own.get_submodule(place), last, _Layers([*layers]))
        return layers[-1]
    if own.config.core != "sweeps" and own.config.encoder == "none":
        raise ConfigError(
            "Expected a network of at least two layers: the only one here reads the image itself, and what it keeps "
            "goes straight into a linear head, along which every image has the same slope. Choose another model."
        )
    return rnn


def _by_place(values: Tensor, images: int) -> Tensor:
    """What a layer is given as (image, place, unit)."""
    if values.ndim == 4:  # a convolution's channels come first
        values = values.movedim(1, -1)
    return values.reshape(images, -1, values.shape[-1])


class LastLayer:
    """A copy of a network, opened where its last layer reads.

    Args:
        model: any network of at least two layers; given back as found.

    Raises:
        ConfigError: it has one layer that reads the image itself.
    """

    def __init__(self, model: Classifier) -> None:
        self._own, self._kept = own_copy(model), torch.empty(0)
        _last_layer(self._own).register_forward_pre_hook(self._keep)

    def _keep(self, part: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...]:
        self._kept = args[0].detach().requires_grad_()
        return (self._kept, *args[1:])

    def read(self, grids: Tensor, target: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What the layer is given of each image, and how the logit of a class follows it.

        Args:
            grids: (image, row, column[, 3]) float32 in [0, 1], as the model reads them.
            target: index of the class.

        Returns:
            the mean over all places, (image, unit); the slope of the logit where all places move alike, (image,
            unit); the logit, (image,). All float64.

        Raises:
            DeviceError: the GPU's memory ran out.
        """
        parts = [self._read(some, target) for some in grids.split(BATCH)]
        means, slopes, logits = (np.concatenate([part[k] for part in parts]) for k in range(3))
        return means, slopes, logits

    def _read(self, grids: Tensor, target: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        weight = self._own.head.weight
        with differentiable(self._own):
            logits = self._own(sequences.lines(grids.to(weight), self._own.reading))[:, target]
            (slope,) = torch.autograd.grad(logits.sum(), self._kept)
        kept = _by_place(self._kept.detach(), len(grids)).mean(1)
        found = kept, _by_place(slope, len(grids)).sum(1), logits.detach()
        return (
            found[0].double().cpu().numpy(),
            found[1].double().cpu().numpy(),
            found[2].double().cpu().numpy(),
        )
