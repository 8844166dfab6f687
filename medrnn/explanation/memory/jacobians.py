"""How each step's state depends on the state before it, in closed form from the gates (no autograd).

With ``h`` and ``C`` before a step as independent coordinates, W_s the recurrent weights of gate s, and every gate as
the trace holds it (``z`` in its usual meaning, torch's own is 1 - z):

    LSTM  dC/dC = f,  dC/dh = C f(1-f) W_f + g i(1-i) W_i + i(1-g²) W_g,  dh/d. = tanh(C) o(1-o) W_o + o(1-tanh²C) dC/d.
    GRU   dh/dh = (1-z) - (n - h) z(1-z) W_z + z(1-n²) (r W_n + (W_n h + b_n) r(1-r) W_r)
    RNN   dh/dh = (1-h²) W
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from medrnn.models.cells import Weights

Parts = Mapping[str, Tensor]
Blocks = dict[str, Tensor]


def _rows(factor: Tensor, matrix: Tensor) -> Tensor:
    return factor[:, None] * matrix


def _lstm(now: Parts, before: Parts, w: Weights) -> Blocks:
    i, f, g, o, cell = (now[s] for s in "ifgoC")
    w_i, w_f, w_g, w_o = w["weight_hh"].chunk(4)
    told = _rows(before["C"] * f * (1 - f), w_f) + _rows(g * i * (1 - i), w_i) + _rows(i * (1 - g * g), w_g)
    shown = o * (1 - cell.tanh() ** 2)
    return {
        "CC": torch.diag(f),
        "Ch": told,
        "hC": torch.diag(shown * f),
        "hh": _rows(cell.tanh() * o * (1 - o), w_o) + _rows(shown, told),
    }


def _gru(now: Parts, before: Parts, w: Weights) -> Blocks:
    z, r, n, h = now["z"], now["r"], now["n"], before["h"]
    w_r, w_z, w_n = w["weight_hh"].chunk(3)
    recurrent = w_n @ h + w["bias_hh"].chunk(3)[2]
    candidate = _rows(r, w_n) + _rows(recurrent * r * (1 - r), w_r)
    made = torch.diag(1 - z) - _rows((n - h) * z * (1 - z), w_z) + _rows(z * (1 - n * n), candidate)
    return {"hh": made}


def _rnn(now: Parts, before: Parts, w: Weights) -> Blocks:
    return {"hh": _rows(1 - now["h"] ** 2, w["weight_hh"])}


BLOCKS = {"LSTM": _lstm, "GRU": _gru, "RNN_TANH": _rnn}


def step_jacobian(mode: str, now: Parts, before: Parts, weights: Weights) -> Blocks:
    """The blocks of one step's Jacobian.

    Args:
        mode: torch's ``rnn.mode``: "LSTM", "GRU" or "RNN_TANH".
        now: gates and states of the step by symbol, each (unit,).
        before: ``h`` and, for an LSTM, ``C`` before the step.
        weights: of the layer and direction, in torch's layout.

    Returns:
        "hh" is dh/dh_before (unit, unit); for an LSTM also "hC", "Ch" and "CC".
    """
    return BLOCKS[mode](now, before, weights)
