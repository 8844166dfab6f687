"""How open the gates stand, and how long a unit keeps what it has: saturation, half-life, units that do nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from medrnn.brief import Brief
from medrnn.types import Reading

if TYPE_CHECKING:
    from medrnn.models.cells.cell import Keeping

LOW, HIGH = 0.1, 0.9  # Karpathy, Johnson, Fei-Fei 2015
STILL = 1e-3  # a unit whose state moves less over the whole reading does nothing


@dataclass(frozen=True, eq=False, repr=False)
class Saturation(Brief):
    """Of one gate.

    Attributes:
        left, right: (unit,) share of the steps at which the gate is below 0.1, above 0.9.
    """

    left: np.ndarray
    right: np.ndarray


def saturation(part: Mapping[str, np.ndarray]) -> dict[str, Saturation]:
    """Saturation of every gate of a layer and direction; none for a plain RNN, which has no gates.

    Args:
        part: symbol to (step, unit), as ``Trace.part`` gives it; steps that were not read are NaN and left out.
    """
    from medrnn.models.cells import CELLS
    from medrnn.models.cells.cell import GATE

    gates = {s for cell in CELLS.values() for s, limits in cell.ranges.items() if limits == GATE}
    read = {symbol: values[np.isfinite(values).all(1)] for symbol, values in part.items() if symbol in gates}
    return {symbol: Saturation((v < LOW).mean(0), (v > HIGH).mean(0)) for symbol, v in read.items()}


def idle_units(part: Mapping[str, np.ndarray]) -> np.ndarray:
    """(unit,) bool: True where h moves by less than 1e-3 over all steps."""
    idle: np.ndarray = np.ptp(part["h"], axis=0) < STILL
    return idle


def keeping(part: Mapping[str, np.ndarray]) -> "Keeping | None":
    """Which gate of a layer says what is kept; None for a plain RNN, which has none."""
    from medrnn.models.cells import CELLS

    found = (cell.keeps for cell in CELLS.values() if cell.keeps and cell.keeps.symbol in part)
    return next(found, None)


def half_life(part: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """Steps after which half of what a unit holds is left: ``-ln 2 / ln f``, f the geometric mean of its forget gate.

    f is what the cell keeps (``Cell.keeps``): the forget gate, or ``1 - z`` of a GRU, in the usual meaning of the
    update gate. What a unit is told anew is not counted.

    Args:
        part: symbol to (step, unit), as ``Trace.part`` gives it.

    Returns:
        (unit,) float64 in steps, infinite where nothing is ever forgotten, 0 where everything is at some step; None
        for a plain RNN.
    """
    keeps = keeping(part)
    if keeps is None:
        return None
    kept = keeps.share(part[keeps.symbol])
    kept = np.clip(kept[np.isfinite(kept).all(1)].astype(np.float64), 0, 1)
    with np.errstate(divide="ignore"):
        lives: np.ndarray = -np.log(2) / np.minimum(np.log(kept).mean(0), -0.0)
    return lives


def mm_per_step(reading: Reading | np.ndarray, spacing_mm: tuple[float, float] | None) -> float | None:
    """How far the place that is read moves from one step to the next, in mm; None without a scale.

    Args:
        reading: with its boxes in image pixels; or the boxes of a module's own steps, (step, 4).
        spacing_mm: (row, column) of the image.
    """
    boxes = reading.boxes if isinstance(reading, Reading) else reading
    if spacing_mm is None or len(boxes) < 2:
        return None
    middles = boxes[:, :2] + boxes[:, 2:] / 2
    moved = np.diff(middles, axis=0) * np.array([spacing_mm[1], spacing_mm[0]])
    return float(np.hypot(*moved.T).mean())
