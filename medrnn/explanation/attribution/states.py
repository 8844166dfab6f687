"""Which places of a recurrent module the score of a class rests on: gradient times state."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from medrnn.errors import ConfigError
from medrnn.explanation.own_copy import own_copy
from medrnn.explanation.tracing.inside import check_sequence, choose_module
from medrnn.models.classifier import Classifier
from medrnn.models.devices import differentiable
from medrnn.types import Reading


def attribute_states(model: Classifier, reading: Reading, module: str, target: int) -> np.ndarray:
    """The last layer's states of a module at each step times how fast the logit of a class changes with them.

    ``a = sum over units and directions of h * d logit / d h``, h as everything behind the module sees it. What a state
    does through the module's own memory, at later steps, is in their states and not in its own: of a network that
    reads out its last state alone, only that step (of each direction) is not 0. It says to first order how the logit
    would change if the states there were made smaller; the values sum to no difference of scores.

    Args:
        model: any recurrent network; given back as found.
        reading: made with the model's reading.
        module: a name of ``Classifier.recurrent``, "" for the only one.
        target: index of the class.

    Returns:
        (line, step) float32 in logits, lines and steps as in ``tracing.inside.trace_inside``.

    Raises:
        TraceError: no such module.
        ConfigError: no such class.
        ReadingError: the reading is not the model's.
        DeviceError: the GPU's memory ran out.
    """
    name, x, kept = choose_module(model, module), check_sequence(model, reading.sequence), []
    if not 0 <= target < model.config.classes:
        raise ConfigError(f"target: expected 0 to {model.config.classes - 1}, got {target}.")

    def hook(part: nn.Module, args: tuple[Any, ...], result: tuple[Tensor, Any]) -> tuple[Tensor, Any]:
        kept.append(result[0].detach().requires_grad_())
        return kept[-1], result[1]

    own = own_copy(model)
    own.recurrent()[name].register_forward_hook(hook)
    with differentiable(own):
        logit = own(x)[0, target]
        (gradient,) = torch.autograd.grad(logit, kept[0])
    found: np.ndarray = (gradient * kept[0].detach()).sum(-1).float().cpu().numpy()
    return found
