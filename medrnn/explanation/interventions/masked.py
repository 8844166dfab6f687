"""Answers of a network over one sequence of which some steps were not read: only states that were read count."""

import torch
from torch import Tensor

from medrnn.models.classifier import RecurrentClassifier


def _shares(model: RecurrentClassifier, outputs: Tensor, read: Tensor) -> Tensor:
    """What attention takes from each step before it is normed, (batch, step, 1); scores are bounded by tanh."""
    shares: Tensor = model.attention.score(outputs).exp()
    return shares.masked_fill(~read[..., None], 0)


def answer(model: RecurrentClassifier, outputs: Tensor, read: Tensor) -> Tensor:
    """Logits after the last step.

    Args:
        model: in evaluation mode.
        outputs: (batch, step, unit x direction), the last layer's states.
        read: (batch, step) bool. Where nothing was read the memory is empty.

    Returns:
        (batch, class).
    """
    is_last = model.config.readout == "last"
    return model.answer(model.read_out(outputs) if is_last else model.pool(outputs, read))


def answer_prefixes(model: RecurrentClassifier, outputs: Tensor, read: Tensor) -> Tensor:
    """Logits (batch, step, class) of every prefix, of a network that only looks back; arguments as in ``answer``."""
    if model.config.readout == "last":
        return model.answer(outputs)
    count, unread = read.cumsum(1)[..., None], ~read[..., None]
    if model.config.readout == "attention":
        shares = _shares(model, outputs, read)
        return model.answer((shares * outputs).cumsum(1) / shares.cumsum(1).masked_fill(count == 0, 1))
    mean = outputs.masked_fill(unread, 0).cumsum(1) / count.clamp(min=1)
    largest = outputs.masked_fill(unread, -torch.inf).cummax(1).values.masked_fill(count == 0, 0)
    return model.answer(torch.cat([mean, largest], -1))
