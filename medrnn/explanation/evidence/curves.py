"""Pixels taken away or put in, in the order of a map, and what the class's score does meanwhile.

Deletion and insertion (Petsiuk et al. 2018) put the baseline in the place of pixels; ROAD (Rong et al. 2022) fills
them from their neighbours with a little noise, so that the picture stays like one that the network knows.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from medrnn.brief import Brief
from medrnn.errors import ConfigError
from medrnn.explanation.evidence.impute import NOISE, Imputer
from medrnn.explanation.evidence.subject import (
    SCORES,
    Subject,
    Tell,
    nothing,
    order_of,
    scores_of,
    to_picture,
    to_sequence,
)

KINDS = {
    "deletion": "what the map marks is replaced by the baseline, the strongest first",
    "insertion": "what the map marks is put into the baseline, the strongest first",
    "road": "what the map marks is filled from around it, with a little noise, the strongest first",
}
POINTS = {"deletion": 20, "insertion": 20, "road": 10}  # of a curve, beside the image; ROAD solves for each
DRAWS = 19  # random orders: a map of chance is before all of them one time in twenty
LEAST = {
    "probability": 0.05,
    "logit": 0.2,
}  # that a score moves, of a curve that says something; 0.2 moves p by 0.05


@dataclass(frozen=True, eq=False, repr=False)
class Curve(Brief):
    """The score of a class while pixels go or come, in the order of a map and in random orders.

    Attributes:
        kind: a key of ``KINDS``.
        score: a key of ``SCORES``: the unit of all that follows.
        shares: (point,) of the pixels that are replaced (of insertion: put in), 0 to 1, ascending.
        scores: (point,) in the order of the map.
        random: (draw, point) in random orders.
        seed: of the random orders, of ties and of ROAD's noise.
        is_ordered: False of a map of one value, whose order is only drawn, and of ROAD of an even picture.
    """

    kind: str
    score: str
    shares: np.ndarray
    scores: np.ndarray
    random: np.ndarray
    seed: int
    is_ordered: bool = True

    @property
    def area(self) -> float:
        """Mean of the curve over the shares: low is good for deletion and ROAD, high for insertion."""
        return float(area_of(self.shares, self.scores))

    @property
    def random_areas(self) -> np.ndarray:
        """(draw,) the same of each random order."""
        return area_of(self.shares, self.random)

    @property
    def gain(self) -> float:
        """How much better than the mean random order, in the unit of the score; below 0 it is worse."""
        difference = float(self.random_areas.mean()) - self.area
        return -difference if self.kind == "insertion" else difference

    @property
    def beaten(self) -> float:
        """Share of the random orders that the map beats, 0 to 1; a tie counts half, so that chance is 0.5."""
        more = np.sign(self.random_areas - self.area) * (-1 if self.kind == "insertion" else 1)
        return float((1 + more).mean() / 2)

    @property
    def range(self) -> float:
        """How far the score moves at most, over all orders, in the unit of the score."""
        both = np.concatenate([self.scores, *self.random])
        return float(both.max() - both.min())

    @property
    def moves(self) -> bool:
        """Whether the score moves by ``LEAST`` or more in some order; else all orders are as good."""
        return self.range >= LEAST[self.score]

    @property
    def verdict(self) -> float | None:
        """What is judged: ``beaten``; None where no order moves the score or the map has no order."""
        return self.beaten if self.moves and self.is_ordered else None


def area_of(shares: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """(...,) mean of curves (..., point) over their shares (point,), by trapezia."""
    found: np.ndarray = np.trapezoid(scores, shares, axis=-1) / (shares[-1] - shares[0])
    return found


def counts_of(pixels: int, points: int) -> np.ndarray:
    """(point + 1,) how many pixels are taken at each point, from none to all."""
    return np.unique(np.linspace(0, pixels, points + 1).round().astype(int))


def _taken(orders: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(order, point, pixel) bool: which pixels are taken at each point."""
    ranks = np.argsort(orders, axis=1)
    found: np.ndarray = ranks[:, None, :] < counts[None, :, None]
    return found


def _replaced(subject: Subject, taken: Tensor, *, into_baseline: bool) -> Tensor:
    """Pictures (image, row, column, plane) with the taken pixels (image, row, column) of the one in the other."""
    image, base = (to_picture(one, subject.reading) for one in (subject.x, subject.base))
    if into_baseline:
        image, base = base, image
    return torch.where(taken[..., None], base, image)


def _curves(
    kind: str, subject: Subject, orders: np.ndarray, counts: np.ndarray, score: str, tell: Tell
) -> np.ndarray:
    """(order, point) scores."""
    rows, columns, planes = to_picture(subject.x, subject.reading).shape
    taken, found = _taken(orders, counts), []
    imputer = Imputer(to_picture(subject.x, subject.reading).cpu().numpy()) if kind == "road" else None
    for k, one in enumerate(taken):
        if imputer:
            noise = np.random.default_rng([subject.seed, 1, k]).normal(0, NOISE, (rows, columns, planes))
            filled = np.stack([imputer.fill(some.reshape(rows, columns), noise) for some in one])
            pictures = torch.from_numpy(filled).to(subject.x)
        else:
            marked = torch.from_numpy(one.reshape(-1, rows, columns)).to(subject.x.device)
            pictures = _replaced(subject, marked, into_baseline=kind == "insertion")
        found.append(scores_of(subject, to_sequence(pictures, subject.reading), score))
        tell((k + 1) / len(taken))
    return np.stack(found)


def compare_orders(
    kind: str,
    subject: Subject,
    maps: list[np.ndarray],
    *,
    score: str = "probability",
    points: int | None = None,
    tell: Tell = nothing,
) -> tuple[np.ndarray, np.ndarray]:
    """The curves of several maps of one image.

    Args:
        kind: a key of ``KINDS``.
        subject: the network, the image, the class and the baseline.
        maps: each (row, column); the largest value goes (or comes) first.
        score: a key of ``SCORES``.
        points: of each curve, beside its beginning, by default ``POINTS``; fewer where there are fewer pixels.
        tell: called with the share done.

    Returns:
        (point,) shares, and (map, point) scores.

    Raises:
        ConfigError: no such kind or score, or a map is not of the image's size.
    """
    if kind not in KINDS or score not in SCORES:
        raise ConfigError(
            f"curve: expected one of {', '.join(KINDS)} in {', '.join(SCORES)}, got {kind!r}, {score!r}"
        )
    shape = tuple(to_picture(subject.x, subject.reading).shape[:2])
    if any(np.shape(one) != shape for one in maps):
        raise ConfigError(f"maps: expected {shape} each, got {[np.shape(one) for one in maps]}")
    counts = counts_of(shape[0] * shape[1], points or POINTS[kind])
    orders = np.stack([order_of(one, subject.seed) for one in maps])
    return counts / counts[-1], _curves(kind, subject, orders, counts, score, tell)


def random_maps(shape: tuple[int, int], draws: int, seed: int) -> list[np.ndarray]:
    """Maps of nothing: (row, column) uniform in [0, 1], as many as asked for."""
    return [np.random.default_rng([seed, k]).random(shape) for k in range(draws)]


def _is_ordered(kind: str, subject: Subject, values: np.ndarray) -> bool:
    """Whether a map has an order, and ROAD a picture: of an even one it would show its own noise."""
    is_even = kind == "road" and float(subject.x.max() - subject.x.min()) <= NOISE
    return bool(np.ptp(values) > 0) and not is_even


def curve(
    kind: str,
    subject: Subject,
    values: np.ndarray,
    *,
    score: str = "probability",
    points: int | None = None,
    draws: int = DRAWS,
    tell: Tell = nothing,
) -> Curve:
    """One curve of one map, beside random orders.

    Args:
        kind: a key of ``KINDS``.
        subject: the network, the image, the class, the baseline and the seed.
        values: the map (row, column); the largest value goes (or comes) first.
        score: a key of ``SCORES``.
        points: of the curve, beside its beginning, by default ``POINTS``.
        draws: random orders.
        tell: called with the share done.

    Raises:
        ConfigError: see ``compare_orders``.
    """
    rivals = random_maps((values.shape[0], values.shape[1]), draws, subject.seed)
    shares, scores = compare_orders(kind, subject, [values, *rivals], score=score, points=points, tell=tell)
    return Curve(kind, score, shares, scores[0], scores[1:], subject.seed, _is_ordered(kind, subject, values))
