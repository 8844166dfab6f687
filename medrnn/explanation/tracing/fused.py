"""The recurrent network inside a module, and its layers one at a time through torch's fused code."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from medrnn.errors import TraceError
from medrnn.models.cells import Weights

RUNS: dict[str, Callable[..., Any]] = {
    "RNN_TANH": torch.rnn_tanh,
    "RNN_RELU": torch.rnn_relu,
    "LSTM": torch.lstm,
    "GRU": torch.gru,
}
RNNS = (nn.RNN, nn.LSTM, nn.GRU)
DIRECTIONS = ("forward", "backward")


def _check(rnn: nn.RNNBase, may_be_relu: bool) -> None:
    if rnn.proj_size or (rnn.mode == "RNN_RELU" and not may_be_relu):
        raise TraceError("Expected a tanh network without a projection; others are not traced.")
    if not any(type(rnn).forward is kind.forward for kind in RNNS):
        raise TraceError(
            f"Expected torch's own nn.RNN, nn.LSTM or nn.GRU, got {type(rnn).__name__} with a forward of its own. "
            "Hand over one of torch's modules with the same weights."
        )
    if rnn.weight_ih_l0.dtype not in (torch.float32, torch.float64):
        raise TraceError(
            f"Expected float32 or float64 weights, got {rnn.weight_ih_l0.dtype}. Convert a copy: module.float()."
        )


def find_rnn(module: nn.Module, *, may_be_relu: bool = False) -> nn.RNNBase:
    """The one recurrent module inside ``module``, or itself.

    Args:
        module: a user's own, or one of torch's.
        may_be_relu: also accept ``nn.RNN(nonlinearity="relu")``, whose states are not bounded by 1.

    Raises:
        TraceError: none or several, or one whose equations are not written out here.
    """
    found = [(name, part) for name, part in module.named_modules() if isinstance(part, RNNS)]
    if len(found) > 1:
        names = ", ".join(name or "itself" for name, _ in found)
        raise TraceError(
            f"Expected one nn.RNN, nn.LSTM or nn.GRU inside, got {len(found)}: {names}. "
            f"Hand over one of them, such as module.{found[-1][0]}."
        )
    if not found:
        raise TraceError(
            "Expected one nn.RNN, nn.LSTM or nn.GRU inside, got 0. Hand over a module that holds one."
        )
    _check(found[0][1], may_be_relu)
    return found[0][1]


def layer_weights(rnn: nn.RNNBase, layer: int, is_backward: bool) -> Weights:
    """The weights of one layer and direction in torch's layout; missing biases are zeros."""
    suffix = f"_l{layer}" + ("_reverse" if is_backward else "")
    weights = {name: getattr(rnn, name + suffix).detach() for name in ("weight_ih", "weight_hh")}
    for name in ("bias_ih", "bias_hh"):
        weights[name] = (
            getattr(rnn, name + suffix).detach()
            if rnn.bias
            else weights["weight_hh"].new_zeros(len(weights["weight_hh"]))
        )
    return weights


def run_by_call(mode: str, weights: Weights, x: Tensor) -> Tensor:
    """One layer and direction by torch's function, without a module."""
    zero = x.new_zeros(1, x.shape[1], weights["weight_hh"].shape[1])
    state = (zero, zero) if mode == "LSTM" else zero
    return RUNS[mode](x, state, list(weights.values()), True, 1, 0.0, False, False, False)[0]


def run_by_module(rnn: nn.RNNBase, weights: Weights, x: Tensor) -> Tensor:
    """One layer and direction by a module of its own, whose weights lie in the one chunk that cuDNN asks for."""
    kind = next(kind for kind in RNNS if isinstance(rnn, kind))
    more = {"nonlinearity": rnn.nonlinearity} if kind is nn.RNN else {}
    single = kind(x.shape[-1], rnn.hidden_size, device="meta", dtype=x.dtype, **more)
    single = single.to_empty(device=x.device).eval()  # no random weights are drawn
    single.load_state_dict({f"{name}_l0": weight for name, weight in weights.items()})
    return single(x)[0]


def run_fused(rnn: nn.RNNBase, weights: Weights, x: Tensor) -> Tensor:
    """The states of one layer and direction from torch's own fused code.

    Args:
        rnn: says which cell.
        weights: of the layer and direction.
        x: (step, batch, feature), in the order in which it is read.

    Returns:
        (step, batch, unit).
    """
    return run_by_module(rnn, weights, x) if x.is_cuda else run_by_call(rnn.mode, weights, x)
