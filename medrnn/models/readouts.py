"""From the states at all places to what the head sees."""

import torch
from torch import Tensor, nn

from medrnn.config.network import ATTENDED


class Attention(nn.Module):
    """A weight for each place, the same layer for all: softmax over the places of ``v . tanh(W h)`` (Lin et al. 2017).

    The weights are how the network adds its states up. They are a mechanism; no evidence of what mattered (Jain and
    Wallace 2019).
    """

    def __init__(self, states: int) -> None:
        super().__init__()
        self.score = nn.Sequential(nn.Linear(states, ATTENDED), nn.Tanh(), nn.Linear(ATTENDED, 1))

    def weights(self, outputs: Tensor, is_there: Tensor | None = None) -> Tensor:
        """(batch, place) of outputs (batch, place, state); each row sums to 1, places that are not there have 0."""
        scores: Tensor = self.score(outputs)[..., 0]
        if is_there is None:
            return scores.softmax(-1)
        return scores.masked_fill(~is_there, -torch.inf).softmax(-1).masked_fill(~is_there, 0)

    def forward(self, outputs: Tensor, is_there: Tensor | None = None) -> Tensor:
        """(batch, state)."""
        return (self.weights(outputs, is_there)[..., None] * outputs).sum(1)

    def prefixes(self, outputs: Tensor) -> Tensor:
        """(batch, place, state): the weighted mean over the places up to each one. Scores are bounded by tanh."""
        scores = self.score(outputs)
        shares = (scores - scores.amax(1, keepdim=True)).exp()
        means: Tensor = (shares * outputs).cumsum(1) / shares.cumsum(1)
        return means


def mean_max(outputs: Tensor, is_there: Tensor | None = None) -> Tensor:
    """(batch, 2 x state): mean and maximum over the places; of (batch, place) those that are there, 0 where none is."""
    if is_there is None:
        return torch.cat([outputs.mean(1), outputs.amax(1)], -1)
    count, missing = is_there.sum(1, keepdim=True), ~is_there[..., None]
    mean = outputs.masked_fill(missing, 0).sum(1) / count.clamp(min=1)
    largest = outputs.masked_fill(missing, -torch.inf).amax(1).masked_fill(count == 0, 0)
    return torch.cat([mean, largest], -1)


def mean_max_prefixes(outputs: Tensor) -> Tensor:
    """(batch, place, 2 x state): mean and maximum over the places up to each one."""
    count = torch.arange(1, outputs.shape[1] + 1, device=outputs.device)[:, None]
    return torch.cat([outputs.cumsum(1) / count, outputs.cummax(1).values], -1)


def width_of(readout: str, states: int) -> int:
    """What the head sees of so many states."""
    return 2 * states if readout == "mean+max" else states
