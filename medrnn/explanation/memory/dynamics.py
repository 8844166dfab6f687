"""The network by itself: weights per gate, recurrent spectrum, fixed points for a constant input."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from medrnn.brief import Brief
from medrnn.explanation.tracing.find import find_rnn
from medrnn.explanation.tracing.fused import layer_weights
from medrnn.models.cells import Cell, Weights, find_cell
from medrnn.types import Trace

STARTS = 12  # states of the reading from which fixed points are looked for
FOUND = 1e-8  # largest speed |F(s) - s| of a fixed point
SAME = 1e-3  # points closer than this are one


@dataclass(frozen=True, eq=False, repr=False)
class GateWeights(Brief):
    """The weights of one gate of one layer and direction.

    Attributes:
        symbol: of the gate, as torch orders its rows; torch's ``z`` is 1 less the usual one.
        input, recurrent: Frobenius norms of W_x (unit, feature) and W_h (unit, unit).
        bias: Euclidean norm of the sum of torch's two bias vectors.
        eigenvalues: (unit,) complex128 of W_h.
    """

    symbol: str
    input: float
    recurrent: float
    bias: float
    eigenvalues: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class FixedPoint(Brief):
    """A state that a constant input leaves as it is.

    Attributes:
        state: (unit,) h, or (2 unit,) h and C where the cell has both.
        speed: largest |F(s) - s| left.
        eigenvalues: complex128 of the step's Jacobian there.
    """

    state: np.ndarray
    speed: float
    eigenvalues: np.ndarray

    @property
    def is_stable(self) -> bool:
        """True where small disturbances fade: all eigenvalues inside the unit circle."""
        return bool(np.abs(self.eigenvalues).max() < 1)


def _weights(module: nn.Module, layer: int, direction: str, name: str) -> tuple[Cell, Weights]:
    rnn = find_rnn(module, name)
    found = layer_weights(rnn, layer, direction == "backward")
    return find_cell(rnn.mode), {key: values.detach().double().cpu() for key, values in found.items()}


def gate_weights(
    module: nn.Module, layer: int, direction: str = "forward", name: str = ""
) -> tuple[GateWeights, ...]:
    """Norms and spectrum of every gate's weights.

    Args:
        module: a recurrent one, or one that holds it.
        layer: from 0.
        direction: "forward" or "backward".
        name: which network inside, where there are several.

    Raises:
        TraceError: the module holds no cell of ``CELLS``, or several and none is named.
    """
    cell, w = _weights(module, layer, direction, name)
    count = len(cell.rows)
    rows = zip(
        cell.rows,
        w["weight_ih"].chunk(count),
        w["weight_hh"].chunk(count),
        (w["bias_ih"] + w["bias_hh"]).chunk(count),
        strict=True,
    )
    return tuple(
        GateWeights(s, float(x.norm()), float(h.norm()), float(b.norm()), torch.linalg.eigvals(h).numpy())
        for s, x, h, b in rows
    )


class _Step:
    """One step with a constant input, as a function of the whole state, with its Jacobian; all in float64."""

    def __init__(self, cell: Cell, weights: Weights, x: Tensor) -> None:
        self.cell, self.weights, self.x = cell, weights, x
        self.units = weights["weight_hh"].shape[1]

    def _split(self, state: np.ndarray) -> dict[str, Tensor]:
        flat = torch.from_numpy(np.ascontiguousarray(state))
        return dict(zip(self.cell.memory, flat.split(self.units), strict=True))

    def speed(self, state: np.ndarray) -> np.ndarray:
        before = self._split(state)
        now = self.cell.step(self.x, before, self.weights)
        return torch.cat([now[s] - before[s] for s in self.cell.memory]).numpy()

    def jacobian(self, state: np.ndarray) -> np.ndarray:
        before = self._split(state)
        now = self.cell.step(self.x, before, self.weights)
        blocks = self.cell.jacobian(now, before, self.weights)
        if "CC" not in blocks:
            return blocks["hh"].numpy()
        upper = torch.cat([blocks["hh"], blocks["hC"]], 1)
        return torch.cat([upper, torch.cat([blocks["Ch"], blocks["CC"]], 1)]).numpy()


def find_fixed_points(
    module: nn.Module,
    trace: Trace,
    line: np.ndarray,
    layer: int = 0,
    direction: str = "forward",
    name: str = "",
) -> tuple[FixedPoint, ...]:
    """States that a layer would stay in if it read the same line for ever (Sussillo and Barak 2013).

    Looked for from states of the reading by Powell's hybrid method with the closed-form Jacobian, so that unstable
    points are found too; those found twice are one.

    Args:
        module: the traced one, or one that holds it.
        trace: of ``medrnn.trace``; of one that sweeps a map one of its lines (``BatchTrace.one``).
        line: (feature,) what the layer reads for ever: a line of the image, in [0, 1], or for a higher layer the states
            below, in [-1, 1].
        layer: from 0.
        direction: "forward" or "backward".
        name: which network inside, where there are several.

    Returns:
        Fixed points by rising distance from the last state of the reading; none where the search found none.

    Raises:
        TraceError: the module holds no cell of ``CELLS``, or several and none is named.
        ValueError: the line has another number of features.
    """
    from scipy.optimize import root

    cell, weights = _weights(module, layer, direction, name)
    x = torch.as_tensor(np.asarray(line, np.float64))
    if x.shape != (weights["weight_ih"].shape[1],):
        raise ValueError(f"expected ({weights['weight_ih'].shape[1]},), got {tuple(x.shape)}")
    step, part = _Step(cell, weights, x), trace.part(layer, direction)
    states = np.concatenate([part[s] for s in cell.memory], 1).astype(np.float64)
    found: list[np.ndarray] = []
    for start in states[np.unique(np.linspace(0, len(states) - 1, STARTS).round().astype(int))]:
        got = root(step.speed, start, jac=lambda s: step.jacobian(s) - np.eye(len(s)), method="hybr")
        is_new = all(np.abs(got.x - other).max() > SAME for other in found)
        if np.abs(step.speed(got.x)).max() < FOUND and is_new:
            found.append(got.x)
    last = states[0 if direction == "backward" else -1]
    found.sort(key=lambda s: float(np.linalg.norm(s - last)))
    return tuple(
        FixedPoint(s, float(np.abs(step.speed(s)).max()), np.linalg.eigvals(step.jacobian(s))) for s in found
    )
