"""Do the steps read last win whatever is there? Recurrent saliency fades with time (Ismail 2019)."""

import math
from dataclasses import dataclass

import numpy as np
import torch

from medrnn.brief import Brief
from medrnn.explanation.evidence.subject import Subject, Tell, by_step, nothing

DRAWS = 5  # orders of the steps
LATE = 1 / 3  # of the steps, the last ones read


@dataclass(frozen=True, eq=False, repr=False)
class TimeBias(Brief):
    """Which share of a map lies on each step: of the image, of its steps in random order, of one grey throughout.

    A map that follows what is there has no favourite step once the steps are shuffled, and none on an even picture.

    Attributes:
        image: (step,) share of the absolute map on each step as it is read, sums to 1; all 0 of a map of zeros.
        shuffled: (step,) the same of the image with its steps in random order, mean over the draws.
        uniform: (step,) the same of a picture of the image's mean.
        draws: random orders.
        seed: of them.
    """

    image: np.ndarray
    shuffled: np.ndarray
    uniform: np.ndarray
    draws: int
    seed: int

    @property
    def late_steps(self) -> int:
        """How many steps count as late."""
        return max(1, round(LATE * len(self.shuffled)))

    @property
    def late(self) -> float:
        """Share of the map on the late steps of shuffled images over their share of all: 1 is no bias, NaN of zeros."""
        return self._times(self.shuffled[-self.late_steps :])

    @property
    def early(self) -> float:
        """Likewise of as many early steps."""
        return self._times(self.shuffled[: self.late_steps])

    def _times(self, some: np.ndarray) -> float:
        total = float(self.shuffled.sum())
        return float(some.sum()) / total * len(self.shuffled) / len(some) if total else math.nan


def step_shares(subject: Subject, values: np.ndarray) -> np.ndarray:
    """(step,) share of the absolute map (row, column) on each step, in the order of the reading; 0 where all is 0."""
    sums = np.abs(by_step(np.asarray(values, np.float64), subject.reading)).sum(1)
    found: np.ndarray = sums / (sums.sum() or 1.0)
    return found


def time_bias(subject: Subject, values: np.ndarray, *, draws: int = DRAWS, tell: Tell = nothing) -> TimeBias:
    """Shares of a map by step.

    Args:
        subject: the network, the image, how its map is made, and the seed.
        values: the map (row, column) of the image.
        draws: random orders of its steps.
        tell: called with the share done.
    """
    generator, made = torch.Generator().manual_seed(subject.seed), []
    for k in range(draws):
        order = torch.randperm(len(subject.x), generator=generator).to(subject.x.device)
        made.append(step_shares(subject, subject.values(x=subject.x[order])))
        tell((k + 1) / (draws + 1))
    even = torch.full_like(subject.x, float(subject.x.mean()))
    uniform = step_shares(subject, subject.values(x=even))
    tell(1.0)
    return TimeBias(step_shares(subject, values), np.mean(made, 0), uniform, draws, subject.seed)
