"""The answer at a step: what the network says when reading ends there."""

import torch
from torch import Tensor, nn

from medrnn.errors import ConfigError
from medrnn.models.classifier import Classifier, RecurrentClassifier


class AtStep(nn.Module):
    """A network that answers after so many of its steps, as ``Classifier.prefix_logits`` does.

    Attributes:
        whole: the network.
        step: the last step that is read, counted from 0: of the steps of the answer (``places.answer_places``).
    """

    whole: Classifier
    step: int

    def __init__(self, whole: Classifier, step: int) -> None:
        super().__init__()
        self.whole, self.step = whole, step

    def forward(self, x: Tensor) -> Tensor:
        """(batch, step, feature) to logits (batch, class)."""
        whole = self.whole
        if isinstance(whole, RecurrentClassifier):  # no other prefix is needed
            outputs, _ = whole.rnn(whole.encode(x)[:, : self.step + 1])
            return whole.answer(whole.read_out(outputs))
        logits = whole.prefix_logits(x)
        assert logits is not None  # ``at_step`` has looked
        return logits[:, self.step]


def at_step(module: nn.Module, x: Tensor, step: int) -> AtStep:
    """The module as it answers after that step.

    Args:
        module: in evaluation mode.
        x: (1, step, feature).
        step: counted from 0.

    Raises:
        ConfigError: it has no answers on the way, or not so many.
    """
    if not isinstance(module, Classifier):
        raise ConfigError(
            "step: expected a network of this program, whose answer on the way is known, got "
            f"{type(module).__name__}. Give it the first steps alone instead: sequence[: step + 1]."
        )
    with torch.no_grad():
        logits = module.prefix_logits(x)
    if logits is None:
        raise ConfigError("step: a convolutional network sees the whole image at once, it has no steps.")
    if not 0 <= step < logits.shape[1]:
        raise ConfigError(f"step: expected 0 to {logits.shape[1] - 1}, got {step}.")
    return AtStep(module, step)
