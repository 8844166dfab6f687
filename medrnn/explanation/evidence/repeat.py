"""Does the map come out again: under another seed of its method, and from another model trained alike?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import nn

from medrnn.brief import Brief
from medrnn.errors import ConfigError
from medrnn.explanation.evidence.agreement import agree
from medrnn.explanation.evidence.subject import Subject, Tell, nothing

OVER = {"seeds": "seeds of the method", "models": "models of the same recipe"}
SEEDS = 3  # of a random method


@dataclass(frozen=True, eq=False, repr=False)
class Repeatability(Brief):
    """How alike maps are that should be.

    Attributes:
        over: a key of ``OVER``.
        rank: (map, map) Spearman's rank correlation, -1 to 1; NaN where a map has one value only.
        overlap: (map, map) intersection over union of the strongest tenth of the pixels, 0 to 1.
        seed: of the first map; further ones count up from it.
    """

    over: str
    rank: np.ndarray
    overlap: np.ndarray
    seed: int

    @property
    def mean(self) -> float:
        """Mean rank correlation of two different ones; NaN where one has one value only."""
        return float(self.rank[np.triu_indices(len(self.rank), 1)].mean())

    @property
    def least(self) -> float:
        """Likewise of the two that are least alike."""
        return float(self.rank[np.triu_indices(len(self.rank), 1)].min())


def _compared(over: str, maps: list[np.ndarray], seed: int) -> Repeatability:
    found = agree(maps)
    return Repeatability(over, found.rank, found.overlap, seed)


def over_seeds(
    subject: Subject, values: np.ndarray, *, seeds: int = SEEDS, tell: Tell = nothing
) -> Repeatability:
    """Maps of one network and one image under several seeds of the method.

    Args:
        subject: the network, the image, how its map is made, and the first seed.
        values: the map (row, column) under the first seed.
        seeds: at least 2.
        tell: called with the share done.

    Raises:
        ConfigError: fewer than 2 seeds.
    """
    if seeds < 2:
        raise ConfigError(f"seeds: expected at least 2, got {seeds}.")
    maps = [values]
    for k in range(1, seeds):
        maps.append(subject.values(seed=subject.seed + k))
        tell(k / (seeds - 1))
    return _compared("seeds", maps, subject.seed)


def over_models(
    subject: Subject, values: np.ndarray, others: Sequence[nn.Module], *, tell: Tell = nothing
) -> Repeatability:
    """Maps of one image by networks of the same recipe, trained under other seeds.

    Args:
        subject: the first network, the image, how its map is made, and the seed.
        values: the map (row, column) of the first network.
        others: further networks (``catalog.load_seeds``), at least one; given back as found.
        tell: called with the share done.

    Raises:
        ConfigError: there is no other.
    """
    if not others:
        raise ConfigError("models: expected at least one beside the first, got none.")
    maps = [values]
    for k, other in enumerate(others, 1):
        maps.append(subject.values(other))
        tell(k / len(others))
    return _compared("models", maps, subject.seed)
