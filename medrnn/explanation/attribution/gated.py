"""Maps by what gates do: the score itself divided over the pixels, and what each step made by itself."""

import torch
from torch import Tensor, nn

from medrnn.errors import ConfigError
from medrnn.explanation.attribution.method import Asked
from medrnn.explanation.decomposition import READOUTS, decompose_logits
from medrnn.explanation.relevance.hand_back import relevance
from medrnn.models.classifier import RecurrentClassifier


def gated_relevance(asked: Asked) -> Tensor:
    """Arras et al. 2017 and 2019; the values sum to the class's logit."""
    return relevance(asked.module, asked.x, asked.target)[0].to(asked.x)


def refuse_decomposition(module: nn.Module) -> str | None:
    """Why a network's states cannot be split into what a step made and all else, or None."""
    if type(module) is not RecurrentClassifier or module.config.cell != "lstm":
        return "it is written for LSTM layers of this program over one sequence"
    if module.config.encoder != "none":
        return "it is written for layers that read the image itself, and an encoder stands before these"
    if module.config.readout not in READOUTS:
        return "the weights of a read-out by attention come of all steps at once and cannot be split"
    return None


def contextual_decomposition(asked: Asked) -> Tensor:
    """Murdoch et al. 2018, each step as a phrase of its own, all in one batch.

    Of the answer at a step, the steps behind it made nothing.
    """
    model = getattr(asked.module, "whole", asked.module)
    steps = getattr(asked.module, "step", asked.x.shape[1] - 1) + 1
    reason = refuse_decomposition(model)
    if reason or not isinstance(model, RecurrentClassifier):
        raise ConfigError(f"method: contextual-decomposition is not right here: {reason}.")
    each = torch.eye(steps, device=asked.x.device)
    scores = decompose_logits(model, asked.x[0, :steps], each).beta[:, asked.target]
    padded = nn.functional.pad(scores, (0, asked.x.shape[1] - steps))
    return padded[None, :, None].expand_as(asked.x)
