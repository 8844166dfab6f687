"""How the learning rate moves over a run, by the names in ``config.SCHEDULES``."""

from collections.abc import Callable

import numpy as np
import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    LambdaLR,
    LRScheduler,
    MultiStepLR,
    OneCycleLR,
    ReduceLROnPlateau,
)


def constant(optimizer: Optimizer, peak: float, steps: int) -> LRScheduler:
    """The same rate at every step."""
    return LambdaLR(optimizer, lambda step: 1.0)


def cosine(optimizer: Optimizer, peak: float, steps: int) -> LRScheduler:
    """From the peak to nothing along half a cosine (Loshchilov and Hutter 2017)."""
    return CosineAnnealingLR(optimizer, steps)


def steps_down(optimizer: Optimizer, peak: float, steps: int) -> LRScheduler:
    """The peak for half of the steps, a tenth of it for a quarter, a hundredth to the end (as He et al. 2016 did)."""
    return MultiStepLR(optimizer, [steps // 2, 3 * steps // 4], gamma=0.1)


def one_cycle(optimizer: Optimizer, peak: float, steps: int) -> LRScheduler:
    """Up to the peak over the first 30 % of the steps, then down along a cosine (Smith and Topin 2018)."""
    return OneCycleLR(optimizer, max_lr=peak, total_steps=steps)


def plateau(optimizer: Optimizer, peak: float, steps: int) -> LRScheduler:
    """A third of the rate whenever the validation loss has not fallen for three epochs; told so after each."""
    return ReduceLROnPlateau(optimizer, factor=1 / 3, patience=2)


# Each takes the optimiser, the peak rate and the number of steps of the run; its step() follows every batch, that of
# "plateau" the validation loss.
MAKERS: dict[str, Callable[[Optimizer, float, int], LRScheduler]] = {
    "constant": constant,
    "cosine": cosine,
    "steps": steps_down,
    "one-cycle": one_cycle,
    "plateau": plateau,
}


def rates(schedule: str, peak: float, steps: int) -> np.ndarray:
    """(step,) the learning rate that a schedule gives each step of a run; of "plateau" the peak, since the rest depends
    on what is measured.

    Args:
        schedule: a key of ``config.SCHEDULES``.
        peak: highest learning rate.
        steps: of the run, at least 2.
    """
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=peak)
    scheduler = MAKERS[schedule](optimizer, peak, steps)
    found = []
    for _ in range(steps):
        found.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        if not isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step()
    return np.array(found)
