"""The equations, written out one step at a time: the second path that the fused networks are tested against.

Each function takes one step for a batch and the weights of one layer in torch's layout
(``weight_ih`` (gate x unit, feature), ``weight_hh`` (gate x unit, unit), ``bias_ih``, ``bias_hh``)
and returns every gate and state by its symbol. Works in any float type.
"""

import torch
from torch import Tensor

Weights = dict[str, Tensor]


def rnn_step(x: Tensor, state: dict[str, Tensor], w: Weights) -> dict[str, Tensor]:
    """``h_t = tanh(W_hh h_{t-1} + W_xh x_t + b_h)`` (Elman 1990); torch keeps ``b_h`` as two vectors."""
    recurrent = state["h"] @ w["weight_hh"].T + w["bias_hh"]
    return {"h": torch.tanh(x @ w["weight_ih"].T + w["bias_ih"] + recurrent)}


def lstm_step(x: Tensor, state: dict[str, Tensor], w: Weights) -> dict[str, Tensor]:
    """Gates ``i, f, o`` and candidate ``g``; ``C_t = f C_{t-1} + i g``, ``h_t = o tanh(C_t)`` (Gers et al. 2000)."""
    total = x @ w["weight_ih"].T + w["bias_ih"] + state["h"] @ w["weight_hh"].T + w["bias_hh"]
    i, f, g, o = total.chunk(4, -1)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    cell = f * state["C"] + i * g
    return {"i": i, "f": f, "g": g, "o": o, "C": cell, "h": o * cell.tanh()}


def gru_step(x: Tensor, state: dict[str, Tensor], w: Weights) -> dict[str, Tensor]:
    """Update gate ``z`` in the usual meaning, reset gate ``r``, candidate ``n`` in torch's form.

    ``h_t = (1 - z) h_{t-1} + z n`` (Cho et al. 2014) with torch's
    ``n = tanh(W_in x + b_in + r (W_hn h_{t-1} + b_hn))``: torch applies ``r`` after the recurrent
    product and calls ``1 - z`` its update gate.
    """
    from_input = (x @ w["weight_ih"].T + w["bias_ih"]).chunk(3, -1)
    from_state = (state["h"] @ w["weight_hh"].T + w["bias_hh"]).chunk(3, -1)
    r = (from_input[0] + from_state[0]).sigmoid()
    z = 1 - (from_input[1] + from_state[1]).sigmoid()
    n = (from_input[2] + r * from_state[2]).tanh()
    return {"z": z, "r": r, "n": n, "h": (1 - z) * state["h"] + z * n}


STEPS = {"rnn": rnn_step, "lstm": lstm_step, "gru": gru_step}


def run_layer(cell: str, x: Tensor, weights: Weights) -> dict[str, Tensor]:
    """One layer over a whole sequence from a zero state.

    Args:
        cell: "rnn", "lstm" or "gru".
        x: (step, feature).
        weights: of one layer and direction, in torch's layout.

    Returns:
        Each gate and state by its symbol, (step, unit).
    """
    unit = weights["weight_hh"].shape[1]
    state = {"h": x.new_zeros(unit), "C": x.new_zeros(unit)}
    kept = []
    for row in x:
        state = STEPS[cell](row, state, weights)
        kept.append(state)
    return {symbol: torch.stack([step[symbol] for step in kept]) for symbol in kept[0]}
