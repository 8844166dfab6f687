"""Where the colours of a heat map end, so that one unit far out does not bleach all others."""

from dataclasses import dataclass

import numpy as np

MOST_CLIPPED = 0.05  # of the units may lie beyond the end of a scale
WORTH = 2.0  # a scale is shortened only where the largest value is more than so many times its end


@dataclass(frozen=True)
class Scale:
    """The ends of a scale round 0, in the unit of the values.

    Attributes:
        limit: the colours run from -limit to limit; above 0.
        full: the largest absolute value; equal to ``limit`` where nothing lies beyond.
    """

    limit: float
    full: float

    @property
    def is_clipped(self) -> bool:
        """True where values lie beyond the end."""
        return self.full > self.limit


def find_peaks(values: np.ndarray) -> np.ndarray:
    """(unit,) the largest absolute value of each unit of (step, unit); 0 where none is finite."""
    peaks: np.ndarray = np.where(np.isfinite(values), np.abs(values), 0).max(0, initial=0)
    return peaks


def find_scale(*planes: np.ndarray) -> Scale:
    """One scale for planes that are drawn alike: within its limit at least 95 % of all units stay at all steps.

    Units are counted, not values: one unit far out is so at most steps, and of a small layer it is many values.

    Args:
        planes: (step, unit) each, with at least one unit in all.
    """
    peaks = np.sort(np.concatenate([find_peaks(plane) for plane in planes]))
    full = max(float(peaks[-1]), 1e-6)
    limit = float(peaks[int((len(peaks) - 1) * (1 - MOST_CLIPPED))])
    return Scale(limit, full) if 0 < WORTH * limit < full else Scale(full, full)


def find_beyond(values: np.ndarray, limit: float) -> list[tuple[int, float]]:
    """(unit, its largest absolute value) of every unit beyond a limit, the largest first."""
    peaks = find_peaks(values)
    out = np.flatnonzero(peaks > limit * (1 + 1e-6))
    return [(int(unit), float(peaks[unit])) for unit in out[np.argsort(-peaks[out], kind="stable")]]
