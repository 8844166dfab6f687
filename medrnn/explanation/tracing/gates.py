"""The equations of ``medrnn.models.cells`` over all steps at once, given the state after each step.

Each gate needs only the state before its step, so that two products over all steps give every gate.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from medrnn.explanation.tracing.scan import scan
from medrnn.models.cells import Weights

Parts = Callable[[Weights, Tensor, Tensor], dict[str, Tensor]]


def shift(h: Tensor) -> Tensor:
    """The state before each step, zero before the first."""
    return nn.functional.pad(h, (0, 0, 0, 0, 1, -1))


def _sum(w: Weights, x: Tensor, before: Tensor) -> Tensor:
    """``W_x x + b + W_h h + b'``: (gate, step, batch, unit), each gate contiguous, as fast tanh and sigmoid ask."""
    unit = before.shape[-1]
    bias = (w["bias_ih"] + w["bias_hh"]).view(-1, 1, unit)
    gates = len(bias)
    weight_ih, weight_hh = (w[name].view(gates, unit, -1).mT for name in ("weight_ih", "weight_hh"))
    total = torch.baddbmm(bias, x.reshape(1, -1, x.shape[-1]).expand(gates, -1, -1), weight_ih)
    total.baddbmm_(before.view(1, -1, unit).expand(gates, -1, -1), weight_hh)
    return total.view(gates, *before.shape)


def _product(weight: Tensor, bias: Tensor, x: Tensor) -> tuple[Tensor, ...]:
    """``W x + b`` of the three gates of a GRU, views (step, batch, unit)."""
    return torch.addmm(bias, x.reshape(-1, x.shape[-1]), weight.T).view(*x.shape[:2], -1).chunk(3, -1)


def lstm_parts(w: Weights, x: Tensor, h: Tensor) -> dict[str, Tensor]:
    """Gates ``i, f, o``, candidate ``g``, cell ``C``, and the ``h`` that follows from them."""
    total = _sum(w, x, shift(h))
    total[:2].sigmoid_()
    i, f, g, o = total[0], total[1], total[2].tanh_(), total[3].sigmoid_()
    cells = scan(f, i * g)
    return {"i": i, "f": f, "g": g, "o": o, "C": cells, "h": cells.tanh().mul_(o)}


def gru_parts(w: Weights, x: Tensor, h: Tensor) -> dict[str, Tensor]:
    """Gates ``z, r``, candidate ``n``, and the ``h`` that follows from them; ``z`` is the usual update gate."""
    before = shift(h)
    a = _product(w["weight_ih"], w["bias_ih"], x)
    b = _product(w["weight_hh"], w["bias_hh"], before)
    r, z = (a[0] + b[0]).sigmoid_(), (a[1] + b[1]).neg_().sigmoid_()  # 1 - sigmoid(v) = sigmoid(-v)
    n = torch.addcmul(a[2], r, b[2]).tanh_()
    return {"z": z, "r": r, "n": n, "h": torch.lerp(before, n, z)}


def tanh_parts(w: Weights, x: Tensor, h: Tensor) -> dict[str, Tensor]:
    """The ``h`` that follows from the state before each step."""
    return {"h": _sum(w, x, shift(h))[0].tanh_()}


def relu_parts(w: Weights, x: Tensor, h: Tensor) -> dict[str, Tensor]:
    """The ``h`` that follows from the state before each step, of torch's RNN with ``nonlinearity="relu"``."""
    return {"h": _sum(w, x, shift(h))[0].relu_()}


# By torch's name of the cell. Each takes the weights of one layer and direction, its input x
# (step, batch, feature) and its states h (step, batch, unit), steps in the order in which they are read.
PARTS: dict[str, Parts] = {
    "RNN_TANH": tanh_parts,
    "RNN_RELU": relu_parts,
    "LSTM": lstm_parts,
    "GRU": gru_parts,
}
