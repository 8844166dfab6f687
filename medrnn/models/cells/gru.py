"""The gated recurrent unit (Cho et al. 2014) in torch's form, with ``z`` in its usual meaning.

    h_t = (1 - z) h_{t-1} + z n,   n = tanh(W_in x + b_in + r (W_hn h_{t-1} + b_hn))

torch applies ``r`` after the recurrent product and calls ``1 - z`` its update gate.
"""

import torch
from torch import Tensor, nn

from medrnn.models.cells.cell import GATE, SIGNED, Arrays, Cell, Keeping, Weights, torch_layout
from medrnn.models.cells.sums import rows, shift


def gru_step(x: Tensor, state: Arrays, w: Weights) -> Arrays:
    """Update gate ``z`` in the usual meaning, reset gate ``r``, candidate ``n`` in torch's form."""
    from_input = (x @ w["weight_ih"].T + w["bias_ih"]).chunk(3, -1)
    from_state = (state["h"] @ w["weight_hh"].T + w["bias_hh"]).chunk(3, -1)
    r = (from_input[0] + from_state[0]).sigmoid()
    z = 1 - (from_input[1] + from_state[1]).sigmoid()
    n = (from_input[2] + r * from_state[2]).tanh()
    return {"z": z, "r": r, "n": n, "h": (1 - z) * state["h"] + z * n}


def _product(weight: Tensor, bias: Tensor, x: Tensor) -> tuple[Tensor, ...]:
    """``W x + b`` of the three gates, views (step, batch, unit)."""
    return torch.addmm(bias, x.reshape(-1, x.shape[-1]), weight.T).view(*x.shape[:2], -1).chunk(3, -1)


def gru_batched(w: Weights, x: Tensor, h: Tensor, start: Arrays) -> Arrays:
    """Gates ``z, r``, candidate ``n``, and the ``h`` that follows from them."""
    before = shift(h, start.get("h"))
    a = _product(w["weight_ih"], w["bias_ih"], x)
    b = _product(w["weight_hh"], w["bias_hh"], before)
    r, z = (a[0] + b[0]).sigmoid_(), (a[1] + b[1]).neg_().sigmoid_()  # 1 - sigmoid(v) = sigmoid(-v)
    n = torch.addcmul(a[2], r, b[2]).tanh_()
    return {"z": z, "r": r, "n": n, "h": torch.lerp(before, n, z)}


def gru_jacobian(now: Arrays, before: Arrays, w: Weights) -> Arrays:
    """``dh/dh = (1-z) - (n - h) z(1-z) W_z + z(1-n²) (r W_n + (W_n h + b_n) r(1-r) W_r)``."""
    z, r, n, h = now["z"], now["r"], now["n"], before["h"]
    w_r, w_z, w_n = w["weight_hh"].chunk(3)
    recurrent = w_n @ h + w["bias_hh"].chunk(3)[2]
    candidate = rows(r, w_n) + rows(recurrent * r * (1 - r), w_r)
    made = torch.diag(1 - z) - rows((n - h) * z * (1 - z), w_z) + rows(z * (1 - n * n), candidate)
    return {"hh": made}


CELL = Cell(
    name="gru",
    module=nn.GRU,
    mode="GRU",
    layout=torch_layout("r", "z", "n"),
    ranges={"z": GATE, "r": GATE, "n": SIGNED, "h": SIGNED},
    memory=("h",),
    step=gru_step,
    batched=gru_batched,
    jacobian=gru_jacobian,
    example=("z", 1.0),
    candidate="n",
    fused=torch.gru,
    keeps=Keeping("z", is_reverse=True),
    scaled="r",
    turned=frozenset("z"),
    note="z is the update gate and r the reset gate, h = (1 - z) h_before + z n: some texts swap the two names, and "
    "torch's own z is 1 less this one.",
)
