"""How well a map foretells what taking a part away does, and how far it moves when the image hardly does (Yeh 2019).

Both through Captum.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from medrnn.explanation.evidence.subject import (
    BATCH,
    Subject,
    Tell,
    logits_of,
    nothing,
    to_picture,
    to_sequence,
)

SQUARES = 100  # that are taken away, one at a time
SIDES = (1 / 8, 1 / 3)  # least and largest, of the image's shorter side
RADIUS = 0.02  # most that a pixel is moved, of intensities in [0, 1]
MOVES = 10  # images beside the own


@dataclass(frozen=True)
class Robustness:
    """Infidelity and sensitivity of one map.

    Attributes:
        infidelity: mean squared difference between what the map foretells for a square that is replaced by the
            baseline (the sum of its values there, times the best factor) and what the logit does, as a share of the
            mean square of the latter: 0 is exact, 1 no better than a map of zeros. None of a map of magnitudes, and
            where no square moves the logit.
        sensitivity: largest change of the map under ``MOVES`` small random changes of the image, as a share of the
            map's own length (L2); None of a map of zeros.
        radius: most that a pixel was moved.
        squares, moves: how many of either were drawn.
        seed: of both.
    """

    infidelity: float | None
    sensitivity: float | None
    radius: float
    squares: int
    moves: int
    seed: int


def _squares(rows: int, columns: int, seed: int) -> Callable[[Tensor], tuple[Tensor, Tensor]]:
    """What Captum asks for: of kept pixels (batch, row, column) which are taken, and what is kept then."""
    rng, short = np.random.default_rng([seed, 2]), min(rows, columns)

    def take(kept: Tensor) -> tuple[Tensor, Tensor]:
        taken = torch.zeros_like(kept)
        for one in taken:
            side = max(1, round(short * rng.uniform(*SIDES)))
            row, column = rng.integers(0, rows - side + 1), rng.integers(0, columns - side + 1)
            one[row : row + side, column : column + side] = 1
        return taken, kept - taken

    return take


def infidelity_of(subject: Subject, values: np.ndarray, *, squares: int = SQUARES) -> float | None:
    """Infidelity of a signed map, see ``Robustness``.

    Args:
        subject: the network, the image, the class, the baseline and the seed.
        values: the map (row, column), in logits; the value of a whole step is shared out over its pixels.
        squares: how many are taken away.

    Returns:
        0 to 1, or None where no square moves the logit.
    """
    from captum.metrics import infidelity

    image, base = (to_picture(one, subject.reading) for one in (subject.x, subject.base))
    rows, columns = image.shape[:2]

    def logits(kept: Tensor) -> Tensor:
        shares = kept.to(image)[..., None]
        return logits_of(
            subject.module, to_sequence(base + shares * (image - base), subject.reading)
        ).double()

    def measured(map_: np.ndarray, *, is_scaled: bool) -> float:
        found = infidelity(
            logits,
            _squares(rows, columns, subject.seed),
            torch.ones(1, rows, columns, dtype=torch.float64, device=image.device),
            torch.from_numpy(np.array(map_, np.float64))[None].to(image.device),
            target=subject.target,
            n_perturb_samples=squares,
            max_examples_per_batch=min(BATCH, squares),
            normalize=is_scaled,
        )
        return float(found[0])

    whole = measured(np.zeros((rows, columns)), is_scaled=False)
    if whole < np.finfo(np.float32).eps ** 2:
        return None
    return min(1.0, measured(values, is_scaled=bool(np.any(values))) / whole)


def sensitivity_of(
    subject: Subject, *, radius: float = RADIUS, moves: int = MOVES, tell: Tell = nothing
) -> float | None:
    """Largest relative change of the map under small random changes of the image, see ``Robustness``.

    Args:
        subject: the network, the image, how its map is made, and the seed.
        radius: most that a pixel is moved, of intensities in [0, 1].
        moves: how often.
        tell: called with the share done.

    Returns:
        0 or more, None of a map of zeros.
    """
    from captum.metrics import sensitivity_max

    generator, done = torch.Generator().manual_seed(subject.seed), 0
    if not subject.values().any():
        return None

    def explained(sequences: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        nonlocal done
        made = []
        for one in sequences[0]:  # Captum hands over a tuple of one batch
            made.append(torch.from_numpy(np.array(subject.values(x=one), np.float64)))
            done += 1
            tell(min(1.0, done / (moves + 1)))
        return (torch.stack(made),)

    def moved(sequences: Tensor) -> tuple[Tensor, ...]:
        some = 2 * torch.rand(sequences.shape, generator=generator) - 1
        return (sequences + radius * some.to(sequences),)

    found = sensitivity_max(explained, subject.x[None], perturb_func=moved, n_perturb_samples=moves)
    return float(found[0])


def robustness(
    subject: Subject, values: np.ndarray, *, is_signed: bool = True, tell: Tell = nothing
) -> Robustness:
    """Infidelity and sensitivity of one map.

    Args:
        subject: what the map is of.
        values: the map (row, column), see ``infidelity_of``.
        is_signed: False of magnitudes, which foretell no change of the logit.
        tell: called with the share done.
    """
    foretold = infidelity_of(subject, values) if is_signed else None
    moved = sensitivity_of(subject, tell=tell)
    return Robustness(foretold, moved, RADIUS, SQUARES, MOVES, subject.seed)
