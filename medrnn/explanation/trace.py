"""Every gate and state at every step: one fused run a layer, then all gates in batched products over all steps."""

import numpy as np
import torch
from torch import Tensor, nn

from medrnn.errors import ReadingError, TraceError
from medrnn.models.cells import Weights
from medrnn.models.devices import evaluating, exact_float32, memory_guard
from medrnn.types import Trace

BOUND = 1e-5  # float32 on the CPU
CUDA_BOUND = 1e-4


def find_rnn(module: nn.Module) -> nn.RNNBase:
    """The one recurrent module inside ``module``, or itself.

    Raises:
        TraceError: none or several, or one with a projection.
    """
    found = [part for part in module.modules() if isinstance(part, nn.RNN | nn.LSTM | nn.GRU)]
    if len(found) != 1:
        raise TraceError(
            f"Expected one nn.RNN, nn.LSTM or nn.GRU inside, got {len(found)}. Hand over that module itself."
        )
    if found[0].proj_size or getattr(found[0], "nonlinearity", "tanh") != "tanh":
        raise TraceError("Expected a tanh network without a projection; others are not traced.")
    return found[0]


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


def _fused_layer(rnn: nn.RNNBase, weights: Weights, x: Tensor) -> Tensor:
    """States (step, unit) of one layer and direction from torch's own fused module."""
    single = type(rnn)(x.shape[-1], rnn.hidden_size, device=x.device, dtype=x.dtype).eval()
    single.load_state_dict({f"{name}_l0": weight for name, weight in weights.items()})
    return single(x[:, None])[0][:, 0]


def _shift(h: Tensor) -> Tensor:
    """The state before each step, zero before the first."""
    return torch.cat([torch.zeros_like(h[:1]), h[:-1]])


def _lstm_parts(w: Weights, x: Tensor, h: Tensor) -> dict[str, Tensor]:
    total = torch.addmm(w["bias_ih"] + w["bias_hh"], x, w["weight_ih"].T) + _shift(h) @ w["weight_hh"].T
    i, f, g, o = total.chunk(4, -1)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    written, cell, kept = i * g, torch.zeros_like(h[0]), []
    for t in range(len(h)):
        cell = f[t] * cell + written[t]
        kept.append(cell)
    cells = torch.stack(kept)
    return {"i": i, "f": f, "g": g, "o": o, "C": cells, "h": o * cells.tanh()}


def _gru_parts(w: Weights, x: Tensor, h: Tensor) -> dict[str, Tensor]:
    before = _shift(h)
    a = torch.addmm(w["bias_ih"], x, w["weight_ih"].T).chunk(3, -1)
    b = torch.addmm(w["bias_hh"], before, w["weight_hh"].T).chunk(3, -1)
    r, z = (a[0] + b[0]).sigmoid(), (-(a[1] + b[1])).sigmoid()  # 1 - sigmoid(v) = sigmoid(-v)
    n = (a[2] + r * b[2]).tanh()
    return {"z": z, "r": r, "n": n, "h": (1 - z) * before + z * n}


def _rnn_parts(w: Weights, x: Tensor, h: Tensor) -> dict[str, Tensor]:
    total = torch.addmm(w["bias_ih"] + w["bias_hh"], x, w["weight_ih"].T) + _shift(h) @ w["weight_hh"].T
    return {"h": total.tanh()}


PARTS = {nn.RNN: _rnn_parts, nn.LSTM: _lstm_parts, nn.GRU: _gru_parts}


def _check(rnn: nn.RNNBase, sequence: np.ndarray | Tensor) -> Tensor:
    x = torch.as_tensor(sequence)
    if x.ndim != 2 or not len(x) or x.shape[1] != rnn.input_size:
        raise ReadingError(f"Expected (step, {rnn.input_size}) with at least one step, got {tuple(x.shape)}.")
    weight = rnn.weight_ih_l0
    return x.to(device=weight.device, dtype=weight.dtype)


def trace(module: nn.Module, sequence: np.ndarray | Tensor) -> Trace:
    """Read one sequence and keep every gate and state of every layer and direction.

    The states come from torch's fused module; the gates are recomputed from them with the written equations,
    and the states that follow from these gates are compared with the fused ones.
    The module is given back as found.

    Args:
        module: an ``nn.RNN``, ``nn.LSTM``, ``nn.GRU``, or a module that holds exactly one.
        sequence: (step, feature), read from the first row to the last.

    Returns:
        Trace: arrays (step, unit), the index is the step in reading order in both directions; ``h`` is the
        fused state itself.

    Raises:
        ReadingError: the sequence has another number of features.
        TraceError: the difference exceeds 1e-5 on the CPU or 1e-4 on CUDA, or there is nothing to trace.
    """
    rnn = find_rnn(module)
    x = _check(rnn, sequence)
    parts, arrays, error = PARTS[type(rnn)], {}, 0.0
    with evaluating(rnn), torch.inference_mode(), memory_guard(), exact_float32():
        whole, level = rnn(x[None] if rnn.batch_first else x[:, None])[0], x
        for layer in range(rnn.num_layers):
            outputs = []
            for direction in ("forward", "backward")[: 1 + rnn.bidirectional]:
                is_backward = direction == "backward"
                weights = layer_weights(rnn, layer, is_backward)
                read = level.flip(0) if is_backward else level
                h = _fused_layer(rnn, weights, read)
                found = parts(weights, read, h)
                error = max(error, float((found["h"] - h).abs().max()))
                found["h"] = h
                for symbol, values in found.items():
                    upright = values.flip(0) if is_backward else values
                    arrays[f"layer{layer}/{direction}/{symbol}"] = upright.float().cpu().numpy()
                outputs.append(h.flip(0) if is_backward else h)
            level = torch.cat(outputs, -1)
        error = max(error, float((level - whole.reshape(level.shape)).abs().max()))
    bound = CUDA_BOUND if x.is_cuda else BOUND
    if not error <= bound:
        raise TraceError(
            f"Recomputed states differ from the fused run by {error:.1e}, more than {bound:.0e}."
        )
    return Trace(arrays=arrays, input=x.float().cpu().numpy(), error=error)
