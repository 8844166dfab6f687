"""Temporal saliency rescaling: first which steps matter to the saliency map, then which values of them."""

import torch
from torch import Tensor

from medrnn.explanation.attribution.gradients import gradient
from medrnn.explanation.attribution.method import Asked, batches, counted

QUANTILE = 0.55  # steps above it are looked into, as in the authors' program
REST = 0.1  # what stands for the values of the others


def kept_steps(steps: int) -> int:
    """How many steps are looked into, at most."""
    return steps - 1 - int(QUANTILE * (steps - 1))


def temporal_rescaling(asked: Asked) -> Tensor:
    """Ismail et al. 2020, with saliency: time times feature.

    A step's share is how much the saliency map changes when all of the step is taken away; of steps above the 55th
    percentile that of each value likewise, on its own. Both are scaled from 0 to 1.
    """
    _, steps, features = asked.x.shape
    of = gradient(asked, counted(asked, 1 + steps + kept_steps(steps) * features))
    whole = of(asked.x).abs()
    base = asked.base.expand(asked.batch, -1, -1)

    def changes(places: list[tuple[int, int | slice]]) -> Tensor:
        """How far the map moves for each (step, feature) that is taken away."""
        found = []
        for some in batches(len(places), asked.batch):
            inputs = asked.x.detach().repeat(len(some), 1, 1)
            for k, number in enumerate(some):
                step, feature = places[number]
                inputs[k, step, feature] = base[k, step, feature]
            found.append((of(inputs).abs() - whole).abs().sum((1, 2)))
        return torch.cat(found)

    time = _scaled(changes([(t, slice(None)) for t in range(steps)]))
    values = REST * time[:, None].repeat(1, features)
    for t in (
        (time > time.to(torch.promote_types(time.dtype, torch.float32)).quantile(QUANTILE))
        .nonzero()[:, 0]
        .tolist()
    ):
        values[t] = time[t] * _scaled(changes([(t, k) for k in range(features)]))
    return values[None]


def _scaled(values: Tensor) -> Tensor:
    """From 0 to 1; all 0 where they are alike."""
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else torch.zeros_like(values)
