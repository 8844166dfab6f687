"""The LSTM whose gates see the cell state (Gers and Schmidhuber 2000, "Recurrent nets that time and count").

    i, f = sigmoid(W x + b + U h + b' + p C_{t-1}),  g = tanh(W x + b + U h + b'),  C_t = f C_{t-1} + i g
    o = sigmoid(W x + b + U h + b' + p C_t),  h_t = o tanh(C_t)

with one peephole p a unit and gate, so that a gate can look at a memory which the output gate hides.
"""

import torch
from torch import Tensor

from medrnn.models.cells.cell import Arrays, Cell, Keeping, Weights, torch_layout
from medrnn.models.cells.lstm import RANGES, ROWS
from medrnn.models.cells.peephole_module import PEEPHOLES, PeepholeLSTM
from medrnn.models.cells.sums import gate_sums, rows, shift


def peephole_step(x: Tensor, state: Arrays, w: Weights) -> Arrays:
    """Gates ``i, f, o`` that also see ``C``, and candidate ``g``; ``C`` and ``h`` as in an LSTM."""
    total = x @ w["weight_ih"].T + w["bias_ih"] + state["h"] @ w["weight_hh"].T + w["bias_hh"]
    i, f, g, o = total.chunk(4, -1)
    see_i, see_f, see_o = w["weight_ch"].chunk(3)
    i, f, g = (i + see_i * state["C"]).sigmoid(), (f + see_f * state["C"]).sigmoid(), g.tanh()
    cell = f * state["C"] + i * g
    o = (o + see_o * cell).sigmoid()
    return {"i": i, "f": f, "g": g, "o": o, "C": cell, "h": o * cell.tanh()}


def peephole_batched(w: Weights, x: Tensor, h: Tensor, start: Arrays) -> Arrays:
    """Every gate and state given ``h``: two products over all steps, then a loop without products.

    ``i`` and ``f`` need the ``C`` before their step, so that ``C`` cannot be had by ``scan``.
    """
    total = gate_sums(w, x, shift(h, start.get("h")))
    see_i, see_f, see_o = w["weight_ch"].chunk(3)
    i, f, g, o = total[0], total[1], total[2].tanh_(), total[3]
    cells = torch.empty_like(h)
    cell = start.get("C", torch.zeros_like(h[0]))
    for t in range(len(h)):
        torch.sigmoid(torch.addcmul(i[t], see_i, cell), out=i[t])
        torch.sigmoid(torch.addcmul(f[t], see_f, cell), out=f[t])
        cell = torch.addcmul(f[t] * cell, i[t], g[t], out=cells[t])
    o = torch.addcmul(o, see_o, cells).sigmoid_()
    return {"i": i, "f": f, "g": g, "o": o, "C": cells, "h": cells.tanh().mul_(o)}


def peephole_jacobian(now: Arrays, before: Arrays, w: Weights) -> Arrays:
    """That of the LSTM, with p_s the peepholes of gate s; ``h`` and ``C`` before the step are independent.

    dC/dC = f + C f(1-f) p_f + g i(1-i) p_i,  dC/dh = C f(1-f) W_f + g i(1-i) W_i + i(1-g²) W_g,
    dh/d. = tanh(C) o(1-o) W_o + (o(1-tanh²C) + tanh(C) o(1-o) p_o) dC/d.
    """
    i, f, g, o, cell = (now[s] for s in "ifgoC")
    w_i, w_f, w_g, w_o = w["weight_hh"].chunk(4)
    see_i, see_f, see_o = w["weight_ch"].chunk(3)
    by_f, by_i, by_o = before["C"] * f * (1 - f), g * i * (1 - i), cell.tanh() * o * (1 - o)
    kept = f + by_f * see_f + by_i * see_i
    told = rows(by_f, w_f) + rows(by_i, w_i) + rows(i * (1 - g * g), w_g)
    shown = o * (1 - cell.tanh() ** 2) + by_o * see_o
    return {
        "CC": torch.diag(kept),
        "Ch": told,
        "hC": torch.diag(shown * kept),
        "hh": rows(by_o, w_o) + rows(shown, told),
    }


CELL = Cell(
    name="peephole",
    module=PeepholeLSTM,
    mode=PeepholeLSTM.mode,
    layout=torch_layout(*ROWS) | {"weight_ch": PEEPHOLES},
    ranges=RANGES,
    memory=("h", "C"),
    step=peephole_step,
    batched=peephole_batched,
    jacobian=peephole_jacobian,
    example=("f", 0.0),
    candidate="g",
    keeps=Keeping("f"),
    holding={"f": 1.0, "i": 0.0},
    starts_open="f",
    note="The gates i and f also see C before the step, o sees C after it (peepholes); where they do not, this is an "
    "LSTM.",
)
