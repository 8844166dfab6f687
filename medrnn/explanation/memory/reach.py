"""What multiplies a memory at each step, in two or three numbers: why one horizon lies above another."""

from dataclasses import dataclass

import numpy as np
from torch import nn

from medrnn.explanation.memory.dynamics import gate_weights
from medrnn.explanation.tracing.find import find_rnn
from medrnn.models.cells import find_cell
from medrnn.types import Trace


@dataclass(frozen=True)
class Reach:
    """Of one layer and direction over one reading.

    Attributes:
        kept: geometric mean of the share that the gate which keeps leaves of the memory at a step; None where no gate
            does.
        slope: mean of 1 - h², tanh's slope, where no gate keeps; else None.
        radius: largest absolute eigenvalue of the recurrent weights, where no gate keeps; else None.
    """

    kept: float | None = None
    slope: float | None = None
    radius: float | None = None


def reach(module: nn.Module, trace: Trace, layer: int, direction: str = "forward", name: str = "") -> Reach:
    """What multiplies the memory of a layer at each step.

    Args:
        module: the traced one, or one that holds it.
        trace: of ``medrnn.trace``.
        layer: from 0.
        direction: "forward" or "backward".
        name: which network inside, where there are several.

    Raises:
        TraceError: the module holds no cell of ``CELLS``, or several and none is named.
    """
    part, keeps = trace.part(layer, direction), find_cell(find_rnn(module, name).mode).keeps
    if keeps is not None:
        share = keeps.share(part[keeps.symbol].astype(np.float64))
        return Reach(kept=float(np.exp(np.log(np.maximum(share, np.finfo(np.float64).tiny)).mean())))
    (weights,) = gate_weights(module, layer, direction, name)
    slope = float(1 - (part["h"].astype(np.float64) ** 2).mean())
    return Reach(slope=slope, radius=float(np.abs(weights.eigenvalues).max()))
