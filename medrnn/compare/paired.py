"""Do two models differ on the same images? DeLong's test of their AUCs, McNemar's of their errors, Holm over several.

Both tests take the images as independent of each other. Where several are of one patient, p is a little too small.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medrnn.evaluation.metrics import LEVEL


@dataclass(frozen=True)
class AucDifference:
    """DeLong's comparison of two AUCs over the same images (DeLong, DeLong and Clarke-Pearson 1988).

    Attributes:
        first, second: the AUCs.
        difference: first minus second.
        standard_error: of the difference; 0 where the two rank alike.
        interval: 95 % of the difference, by the normal distribution.
        z: the difference in standard errors; 0 where it is none.
        p: two-sided; 1 where the two rank alike.
    """

    first: float
    second: float
    difference: float
    standard_error: float
    interval: tuple[float, float]
    z: float
    p: float


@dataclass(frozen=True)
class McNemar:
    """Which images one model alone answers right (McNemar 1947), with the exact binomial p.

    Attributes:
        both, only_first, only_second, neither: images answered right by them.
        difference: accuracy of the first minus that of the second.
        interval: 95 % of the difference, Wald's with the variance of paired shares.
        p: two-sided, exact: the chance of a split as uneven among those that one alone answers right; 1 where there
            are none.
    """

    both: int
    only_first: int
    only_second: int
    neither: int
    difference: float
    interval: tuple[float, float]
    p: float


def placements(scores: np.ndarray, is_class: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How each image stands among those of the other kind, by midranks (Sun and Xu 2014, equations 5 to 8).

    Args:
        scores: (image,) higher speaks for the class.
        is_class: (image,) bool, both kinds present.

    Returns:
        Of each image of the class the share of the others that score lower, and of each other image the share of the
        class that scores higher; ties count half. Both have the AUC as their mean.
    """
    from scipy.stats import rankdata

    there, rest = scores[is_class], scores[~is_class]
    ranks = rankdata(scores)
    above = (ranks[is_class] - rankdata(there)) / len(rest)
    below = 1 - (ranks[~is_class] - rankdata(rest)) / len(there)
    return above, below


def delong(first: np.ndarray, second: np.ndarray, is_class: np.ndarray) -> AucDifference:
    """Compare the AUCs of two scores of the same images.

    Args:
        first: (image,) higher speaks for the class.
        second: likewise.
        is_class: (image,) bool, at least two of each kind.
    """
    from scipy.stats import norm

    sides = [placements(scores, is_class) for scores in (first, second)]
    areas = [float(above.mean()) for above, _ in sides]
    variance = 0.0
    for k in (0, 1):  # the images of the class, then the others: each a sample of differences of placements
        gaps = sides[0][k] - sides[1][k]
        variance += float(gaps.var(ddof=1)) / len(gaps)
    difference, error = areas[0] - areas[1], variance**0.5
    half = float(norm.ppf((1 + LEVEL) / 2)) * error
    z = difference / error if error > 0 else 0.0
    p = float(2 * norm.sf(abs(z))) if error > 0 else 1.0
    return AucDifference(areas[0], areas[1], difference, error, (difference - half, difference + half), z, p)


def mcnemar(first: np.ndarray, second: np.ndarray) -> McNemar:
    """Compare which images two models answer right.

    Args:
        first: (image,) bool, True where it is right.
        second: likewise.
    """
    from scipy.stats import binomtest, norm

    b, c = int((first & ~second).sum()), int((~first & second).sum())
    p = float(binomtest(b, b + c).pvalue) if b + c else 1.0
    n, difference = len(first), (b - c) / len(first)
    half = float(norm.ppf((1 + LEVEL) / 2)) * max(0.0, (b + c - (b - c) ** 2 / n)) ** 0.5 / n
    return McNemar(
        both=int((first & second).sum()),
        only_first=b,
        only_second=c,
        neither=int((~first & ~second).sum()),
        difference=difference,
        interval=(difference - half, difference + half),
        p=p,
    )


def holm(ps: Sequence[float]) -> list[float]:
    """p of several tests, raised so that one false alarm among all of them stays as rare as p says (Holm 1979)."""
    adjusted, highest = [0.0] * len(ps), 0.0
    for rank, k in enumerate(np.argsort(ps, kind="stable")):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[k]))
        adjusted[k] = highest
    return adjusted
