"""How the learning rate moves over a run, by the names in ``config.SCHEDULES``."""

from collections.abc import Callable

from torch.optim import Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LRScheduler, MultiStepLR, OneCycleLR


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


# Each takes the optimiser, the peak rate and the number of steps of the run; its step() follows every batch.
MAKERS: dict[str, Callable[[Optimizer, float, int], LRScheduler]] = {
    "constant": constant,
    "cosine": cosine,
    "steps": steps_down,
    "one-cycle": one_cycle,
}
