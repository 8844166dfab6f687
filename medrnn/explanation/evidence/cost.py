"""What gathering all evidence about a map takes: counted beforehand, and in seconds from one measured pass."""

import math
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
from medrnn.explanation.evidence.subject import logits_of, passes_of, to_picture

AT_ONCE = 32  # images of the batch that is measured
TIMES = 2  # that it is, the shorter time counts


@dataclass(frozen=True)
class Cost:
    """What all evidence about a map takes.

    Attributes:
        passes: through the network, in batches; one there and back counts as three.
        fills: pictures that ROAD fills from around what is taken.
    """

    passes: int
    fills: int


@dataclass(frozen=True)
class Speed:
    """Measured on this machine, seconds.

    Attributes:
        a_pass: of one image of a batch.
        a_fill: of one picture, half of it taken.
    """

    a_pass: float
    a_fill: float


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
    passes = maps * a_map + orders * sum(points.values()) + 2 * (robustness.SQUARES + 1) * how.is_signed
    for name in cheap_methods(module, method, steps, (rows, columns)):
        passes += passes_of(name, steps, rows * columns // steps, (rows, columns))
    return Cost(passes, orders * points["road"])


def _shortest(work: Callable[[], object]) -> float:
    found = math.inf
    for _ in range(TIMES):
        begun = time.perf_counter()
        work()
        found = min(found, time.perf_counter() - begun)
    return found


def measure(module: nn.Module, sequence: np.ndarray | Tensor, reading: ReadingConfig | None = None) -> Speed:
    """How long a pass and a fill take here and now, of one image.

    Args:
        module: maps (batch, step, feature) to logits (batch, class); given back as found.
        sequence: (step, feature), in [0, 1].
        reading: how the steps lie in the image; rows from the top where not given.
    """
    x = tensor_like(module, sequence)
    many, picture = x.expand(AT_ONCE, *x.shape).clone(), to_picture(x, reading).cpu().numpy()
    taken = np.random.default_rng(0).random(picture.shape[:2]) < 0.5
    imputer, noise = Imputer(picture), np.zeros(picture.shape)
    logits_of(module, many[:1])  # the first pass on a device pays for much else
    a_pass = _shortest(lambda: logits_of(module, many).cpu()) / AT_ONCE
    return Speed(a_pass, _shortest(lambda: imputer.fill(taken, noise)))


def seconds(cost: Cost, speed: Speed) -> float:
    """About how long it takes."""
    return cost.passes * speed.a_pass + cost.fills * speed.a_fill
