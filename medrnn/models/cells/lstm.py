"""The long short-term memory with a forget gate (Gers, Schmidhuber and Cummins 2000), as torch has it.

i, f, o = sigmoid(W x + b + U h + b'),  g = tanh(...),  C_t = f C_{t-1} + i g,  h_t = o tanh(C_t)
"""

import torch
from torch import Tensor, nn

from medrnn.models.cells.cell import GATE, LONG_MEMORY, SIGNED, Arrays, Cell, Keeping, Weights, torch_layout
from medrnn.models.cells.scan import scan
from medrnn.models.cells.sums import gate_sums, rows, shift

RANGES = {"i": GATE, "f": GATE, "o": GATE, "g": SIGNED, "C": LONG_MEMORY, "h": SIGNED}
ROWS = ("i", "f", "g", "o")


def lstm_step(x: Tensor, state: Arrays, w: Weights) -> Arrays:
    """Gates ``i, f, o`` and candidate ``g``; ``C_t = f C_{t-1} + i g``, ``h_t = o tanh(C_t)``."""
    total = x @ w["weight_ih"].T + w["bias_ih"] + state["h"] @ w["weight_hh"].T + w["bias_hh"]
    i, f, g, o = total.chunk(4, -1)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    cell = f * state["C"] + i * g
    return {"i": i, "f": f, "g": g, "o": o, "C": cell, "h": o * cell.tanh()}


def lstm_batched(w: Weights, x: Tensor, h: Tensor, start: Arrays) -> Arrays:
    """Gates ``i, f, o``, candidate ``g``, cell ``C``, and the ``h`` that follows from them.

    Each gate needs only ``h`` before its step, so that two products over all steps give every gate; ``C`` is then the
    one recurrence left.
    """
    total = gate_sums(w, x, shift(h, start.get("h")))
    total[:2].sigmoid_()
    i, f, g, o = total[0], total[1], total[2].tanh_(), total[3].sigmoid_()
    written = i * g
    if "C" in start:
        written[0] += f[0] * start["C"]
    cells = scan(f, written)
    return {"i": i, "f": f, "g": g, "o": o, "C": cells, "h": cells.tanh().mul_(o)}


def lstm_jacobian(now: Arrays, before: Arrays, w: Weights) -> Arrays:
    """With ``h`` and ``C`` before the step as independent coordinates, W_s the recurrent weights of gate s.

    dC/dC = f,  dC/dh = C f(1-f) W_f + g i(1-i) W_i + i(1-g²) W_g,  dh/d. = tanh(C) o(1-o) W_o + o(1-tanh²C) dC/d.
    """
    i, f, g, o, cell = (now[s] for s in "ifgoC")
    w_i, w_f, w_g, w_o = w["weight_hh"].chunk(4)
    told = rows(before["C"] * f * (1 - f), w_f) + rows(g * i * (1 - i), w_i) + rows(i * (1 - g * g), w_g)
    shown = o * (1 - cell.tanh() ** 2)
    return {
        "CC": torch.diag(f),
        "Ch": told,
        "hC": torch.diag(shown * f),
        "hh": rows(cell.tanh() * o * (1 - o), w_o) + rows(shown, told),
    }


CELL = Cell(
    name="lstm",
    module=nn.LSTM,
    mode="LSTM",
    layout=torch_layout(*ROWS),
    ranges=RANGES,
    memory=("h", "C"),
    step=lstm_step,
    batched=lstm_batched,
    jacobian=lstm_jacobian,
    example=("f", 0.0),
    candidate="g",
    fused=torch.lstm,
    keeps=Keeping("f"),
    holding={"f": 1.0, "i": 0.0},
    starts_open="f",
)
