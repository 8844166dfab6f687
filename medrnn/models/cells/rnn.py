"""The plain recurrent cell (Elman 1990): ``h_t = tanh(W_hh h_{t-1} + W_xh x_t + b_h)``.

torch keeps ``b_h`` as two vectors. ``RELU`` is the same cell with a ReLU in place of the tanh: such modules are traced,
but none is trained here.
"""

from dataclasses import replace

import torch
from torch import Tensor, nn

from medrnn.models.cells.cell import SIGNED, Arrays, Cell, Weights, torch_layout
from medrnn.models.cells.sums import gate_sums, rows, shift


def _total(x: Tensor, state: Arrays, w: Weights) -> Tensor:
    recurrent = state["h"] @ w["weight_hh"].T + w["bias_hh"]
    return x @ w["weight_ih"].T + w["bias_ih"] + recurrent


def rnn_step(x: Tensor, state: Arrays, w: Weights) -> Arrays:
    """``h_t = tanh(W_hh h_{t-1} + W_xh x_t + b_h)``."""
    return {"h": torch.tanh(_total(x, state, w))}


def relu_step(x: Tensor, state: Arrays, w: Weights) -> Arrays:
    """``h_t = max(0, W_hh h_{t-1} + W_xh x_t + b_h)``."""
    return {"h": torch.relu(_total(x, state, w))}


def rnn_batched(w: Weights, x: Tensor, h: Tensor, start: Arrays) -> Arrays:
    """The ``h`` that follows from the state before each step."""
    return {"h": gate_sums(w, x, shift(h, start.get("h")))[0].tanh_()}


def relu_batched(w: Weights, x: Tensor, h: Tensor, start: Arrays) -> Arrays:
    """The same with a ReLU."""
    return {"h": gate_sums(w, x, shift(h, start.get("h")))[0].relu_()}


def rnn_jacobian(now: Arrays, before: Arrays, w: Weights) -> Arrays:
    """``dh/dh = (1 - h²) W``."""
    return {"hh": rows(1 - now["h"] ** 2, w["weight_hh"])}


def relu_jacobian(now: Arrays, before: Arrays, w: Weights) -> Arrays:
    """``dh/dh = W`` where a unit is above 0, else 0."""
    return {"hh": rows((now["h"] > 0).to(now["h"].dtype), w["weight_hh"])}


CELL = Cell(
    name="rnn",
    module=nn.RNN,
    mode="RNN_TANH",
    layout=torch_layout("h"),
    ranges={"h": SIGNED},
    memory=("h",),
    step=rnn_step,
    batched=rnn_batched,
    jacobian=rnn_jacobian,
    example=("h", 0.0),
    candidate="h",
    fused=torch.rnn_tanh,
)
RELU = replace(
    CELL,
    name="relu",
    mode="RNN_RELU",
    ranges={"h": (0.0, float("inf"))},
    step=relu_step,
    batched=relu_batched,
    jacobian=relu_jacobian,
    fused=torch.rnn_relu,
    options={"nonlinearity": "relu"},
)
