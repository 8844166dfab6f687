"""What gathering all evidence about a map takes: counted beforehand, and in seconds from what is measured here."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from torch import Tensor, nn

from medrnn.config import ReadingConfig
from medrnn.explanation.attribution.asking import tensor_like
from medrnn.explanation.attribution.methods import METHODS
from medrnn.explanation.evidence import curves, repeat, robustness, time_bias
from medrnn.explanation.evidence.collect import cheap_methods
from medrnn.explanation.evidence.impute import Imputer
from medrnn.explanation.evidence.randomise import list_stages
from medrnn.explanation.evidence.subject import logits_of, passes_of, subject_of, to_picture

AT_ONCE = 32  # images of the batch that is measured
SPEND_S = (
    0.1  # on each measurement; the mean counts, since what else the machine does makes the tests longer too
)
CHEAP = 64  # passes of a map up to which one is made to be measured: image by image it takes longer than its passes


@dataclass(frozen=True)
class Cost:
    """What all evidence about a map takes.

    Attributes:
        maps: that are made, of the method.
        a_map: passes through the network of one; one there and back counts as three.
        more: passes beside them, in batches.
        fills: pictures that ROAD fills from around what is taken.
    """

    maps: int
    a_map: int
    more: int
    fills: int

    @property
    def passes(self) -> int:
        """All passes through the network."""
        return self.maps * self.a_map + self.more


@dataclass(frozen=True)
class Speed:
    """Measured on this machine, seconds.

    Attributes:
        a_pass: of one image of a batch.
        a_fill: of one picture, half of it taken.
        a_map: of one map; None of a method that is not cheap.
    """

    a_pass: float
    a_fill: float
    a_map: float | None = None


def cost_of(
    module: nn.Module,
    sequence: np.ndarray | Tensor,
    *,
    method: str,
    reading: ReadingConfig | None = None,
    others: int = 0,
    is_recurrent: bool = True,
) -> Cost:
    """What ``gather`` takes with the same arguments, a map that was made already given to it.

    Args:
        module: maps (batch, step, feature) to logits (batch, class).
        sequence: (step, feature).
        method: a key of ``METHODS``.
        reading: how the steps lie in the image; rows from the top where not given.
        others: networks of the same recipe.
        is_recurrent: False of a network without steps.
    """
    rows, columns, _ = to_picture(tensor_like(module, sequence), reading).shape
    steps, how = len(sequence), METHODS[method]
    a_map = passes_of(method, steps, rows * columns // steps, (rows, columns))
    maps = (
        robustness.MOVES + 2 + len(list_stages(module)) + others
    )  # moved, the map itself twice, drawn anew, others
    maps += (repeat.SEEDS - 1) * how.is_random + (time_bias.DRAWS + 1) * is_recurrent
    points = {kind: len(curves.counts_of(rows * columns, count)) for kind, count in curves.POINTS.items()}
    orders = 1 + curves.DRAWS
    more = orders * sum(points.values()) + 2 * (robustness.SQUARES + 1) * how.is_signed
    for name in cheap_methods(module, method, steps, (rows, columns)):
        more += passes_of(name, steps, rows * columns // steps, (rows, columns))
    return Cost(maps, a_map, more, orders * points["road"])


def _mean(work: Callable[[], object]) -> float:
    """Seconds of one, over as many as fit into ``SPEND_S``."""
    begun, done, spent = time.perf_counter(), 0, 0.0
    while spent < SPEND_S:
        work()
        done, spent = done + 1, time.perf_counter() - begun
    return spent / done


def measure(
    module: nn.Module, sequence: np.ndarray | Tensor, reading: ReadingConfig | None = None, *, method: str
) -> Speed:
    """How long a pass, a fill and a cheap map take here and now, of one image.

    Args:
        module: maps (batch, step, feature) to logits (batch, class); given back as found.
        sequence: (step, feature), in [0, 1].
        reading: how the steps lie in the image; rows from the top where not given.
        method: a key of ``METHODS``.
    """
    x = tensor_like(module, sequence)
    many, picture = x.expand(AT_ONCE, *x.shape).clone(), to_picture(x, reading).cpu().numpy()
    taken = np.random.default_rng(0).random(picture.shape[:2]) < 0.5
    imputer, noise = Imputer(picture), np.zeros(picture.shape)
    logits_of(module, many[:1])  # the first pass on a device pays for much else, as the first fill does
    imputer.fill(taken, noise)
    a_pass = _mean(lambda: logits_of(module, many).cpu()) / AT_ONCE
    a_fill = _mean(lambda: imputer.fill(taken, noise))
    rows, columns, _ = picture.shape
    how = METHODS[method]
    is_cheap = passes_of(method, len(x), rows * columns // len(x), (rows, columns)) <= CHEAP
    if not is_cheap or how.needs_others:
        return Speed(a_pass, a_fill)
    subject = subject_of(module, x, method=method, target=0, reading=reading)
    return Speed(a_pass, a_fill, _mean(subject.values))


def seconds(cost: Cost, speed: Speed) -> float:
    """About how long it takes."""
    a_map = cost.a_map * speed.a_pass if speed.a_map is None else speed.a_map
    return cost.maps * a_map + cost.more * speed.a_pass + cost.fills * speed.a_fill
