"""The memory horizon: how much the last state still depends on each earlier one, and the answer on each step."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from medrnn.brief import Brief
from medrnn.explanation.tracing.find import find_rnn
from medrnn.explanation.tracing.fused import layer_weights
from medrnn.models.cells import find_cell
from medrnn.models.devices import differentiable
from medrnn.models.tensors import to_tensor
from medrnn.types import Trace


@dataclass(frozen=True, eq=False, repr=False)
class Horizon(Brief):
    """Of one layer and direction. The index is the step in image order, as in a trace.

    Attributes:
        hidden: (step,) float64, spectral norm of dh_T/dh_t, with C_t held; 1 at the step read last.
        cell: (step,) float64, spectral norm of dh_T/dC_t, with h_t held; None where there is no cell state. At the
            step read last it is 0: h_T is a coordinate of its own there.
    """

    hidden: np.ndarray
    cell: np.ndarray | None


def _norm(matrix: Tensor) -> float:
    return float(torch.linalg.matrix_norm(matrix, 2))


def horizon(
    module: nn.Module, trace: Trace, layer: int, direction: str = "forward", name: str = ""
) -> Horizon:
    """The norms of all products of step Jacobians, from the last step back to the first, in float64.

    Args:
        module: the traced one, or one that holds it.
        trace: of ``medrnn.trace``, without a mask; of one that sweeps a map one of its lines (``BatchTrace.one``).
        layer: from 0, whose states.
        direction: "forward" or "backward".
        name: which network inside, where there are several.

    Raises:
        TraceError: the module holds no cell of ``CELLS``, or several and none is named.
    """
    rnn, is_backward = find_rnn(module, name), direction == "backward"
    weights = {k: v.detach().double().cpu() for k, v in layer_weights(rnn, layer, is_backward).items()}
    part = {k: to_tensor(v).double() for k, v in trace.part(layer, direction).items()}
    if is_backward:
        part = {symbol: values.flip(0) for symbol, values in part.items()}
    steps, units = part["h"].shape
    from_h, from_cell = torch.eye(units, dtype=torch.float64), torch.zeros(units, units, dtype=torch.float64)
    hidden, cell = [_norm(from_h)], [0.0]
    for t in range(steps - 1, 0, -1):
        now, before = ({s: v[k] for s, v in part.items()} for k in (t, t - 1))
        blocks = find_cell(rnn.mode).jacobian(now, before, weights)
        if "CC" in blocks:
            from_h, from_cell = (
                from_h @ blocks["hh"] + from_cell @ blocks["Ch"],
                from_h @ blocks["hC"] + from_cell @ blocks["CC"],
            )
            cell.append(_norm(from_cell))
        else:
            from_h = from_h @ blocks["hh"]
        hidden.append(_norm(from_h))
    order = slice(None) if is_backward else slice(None, None, -1)
    return Horizon(np.array(hidden)[order], np.array(cell)[order] if "C" in part else None)


def step_gradients(module: nn.Module, sequence: np.ndarray | Tensor, target: int) -> np.ndarray:
    """How much each step's input moves the logit of a class: the gradient's Euclidean norm, by autograd.

    Args:
        module: any network that takes (batch, step, feature), one without recurrence too; given back as found.
        sequence: (step, feature) of the reading, whatever steps the network makes of it.
        target: index of the class.

    Returns:
        (step,) float32, in logits per unit of intensity.
    """
    x = to_tensor(sequence).to(next(module.parameters()))[None].clone().requires_grad_()
    with differentiable(module):
        (gradient,) = torch.autograd.grad(module(x)[0, target], x)
    norms: np.ndarray = gradient[0].norm(dim=1).float().cpu().numpy()
    return norms
