"""Gated relevance: layer-wise relevance whose sum is the score of the class, through every network of ours.

Bach et al. 2015; through gates after Arras et al. 2017 and 2019: in a product of a gate and a signal all relevance goes
to the signal. It runs in float64 on a copy, so that the sum holds to the last digits that are shown.
"""

import torch
from torch import Tensor, nn

from medrnn.errors import ConfigError
from medrnn.explanation.own_copy import whole_copy
from medrnn.explanation.relevance.operations import Relevance
from medrnn.explanation.relevance.walk import read_by_walking
from medrnn.models.cells import MODULES

KEPT, FLOOR = 1e-3, 1e-6  # of the logit, and of 1: how far the sum may be off


def _prepare(module: nn.Module) -> nn.Module:
    """A copy in float64 and evaluation mode; batch norm behind a convolution is part of it."""
    try:
        own = whole_copy(module).double().eval().requires_grad_(False)
    except RuntimeError:
        raise ConfigError(
            "gated-relevance: expected a module that can be copied. Take old hooks such as weight_norm off it."
        ) from None
    for part in list(own.modules()):
        if isinstance(part, nn.Sequential):
            _fold(part)
    read_by_walking(own, MODULES)
    return own


def _fold(layers: nn.Sequential) -> None:
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    for k in range(len(layers) - 1):
        one, norm = layers[k], layers[k + 1]
        if isinstance(one, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            layers[k], layers[k + 1] = fuse_conv_bn_eval(one, norm), nn.Identity()


def relevance(module: nn.Module, x: Tensor, target: int) -> tuple[Tensor, float]:
    """The relevance of each value that is read, and the score that it sums to.

    Args:
        module: maps (batch, step, feature) to logits (batch, class); not changed.
        x: (1, step, feature).
        target: index of the class.

    Returns:
        (1, step, feature) float64 in logits, and the logit.

    Raises:
        ConfigError: something in the module has no rule, or the sum is not the logit.
    """
    own, x = _prepare(module), x.detach().double().requires_grad_()
    with torch.enable_grad():
        with Relevance():
            logit = own(x)[0, target]
        if not logit.requires_grad:
            raise ConfigError(
                "gated-relevance: the score does not depend on the image by a signal, only by gates."
            )
        (found,) = torch.autograd.grad(logit, x, logit.detach())
    _check_sum(found, score := float(logit.detach()))
    return found, score


def _check_sum(found: Tensor, score: float) -> None:
    gap = abs(float(found.sum()) - score)
    if not gap <= KEPT * abs(score) + FLOOR:
        raise ConfigError(
            f"gated-relevance: expected relevance that sums to the logit, {score:.4g}, got a gap of {gap:.2g}. "
            "Choose another method for this module."
        )
