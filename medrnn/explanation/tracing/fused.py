"""One layer and direction of a recurrent network at a time, through torch's fused code where the cell has one."""

from torch import Tensor

from medrnn.models.cells import Arrays, Cell, Recurrent, Weights, find_cell

DIRECTIONS = ("forward", "backward")


def layer_weights(rnn: Recurrent, layer: int, is_backward: bool) -> Weights:
    """The weights of one layer and direction in the cell's layout; missing biases are zeros."""
    suffix = f"_l{layer}" + ("_reverse" if is_backward else "")
    weights = {}
    for name in find_cell(rnn.mode).layout:
        if rnn.bias or not name.startswith("bias"):
            weights[name] = getattr(rnn, name + suffix).detach()
        else:
            weights[name] = weights["weight_hh"].new_zeros(len(weights["weight_hh"]))
    return weights


def _state(cell: Cell, x: Tensor, unit: int, start: Arrays) -> Tensor | tuple[Tensor, ...]:
    """The states before the first step as a module takes them, each (1, batch, unit)."""
    zero = x.new_zeros(1, x.shape[1], unit)
    states = tuple(start[symbol][None] if symbol in start else zero for symbol in cell.memory)
    return states if len(states) > 1 else states[0]


def run_by_call(cell: Cell, weights: Weights, x: Tensor, start: Arrays) -> Tensor:
    """One layer and direction by torch's function, without a module."""
    if cell.fused is None:
        raise TypeError(f"Expected a cell that torch has a function for, got {cell.name}.")
    state = _state(cell, x, weights["weight_hh"].shape[1], start)
    output: Tensor = cell.fused(x, state, list(weights.values()), True, 1, 0.0, False, False, False)[0]
    return output


def run_by_module(cell: Cell, weights: Weights, x: Tensor, start: Arrays) -> Tensor:
    """One layer and direction by a module of its own, whose weights lie in the one chunk that cuDNN asks for."""
    unit = weights["weight_hh"].shape[1]
    single = cell.module(x.shape[-1], unit, device="meta", dtype=x.dtype, **cell.options)
    single = single.to_empty(device=x.device).eval()  # no random weights are drawn
    single.load_state_dict({f"{name}_l0": weight for name, weight in weights.items()})
    output: Tensor = single(x, _state(cell, x, unit, start))[0]
    return output


def run_fused(cell: Cell, weights: Weights, x: Tensor, start: Arrays) -> Tensor:
    """The states of one layer and direction from the fused code, or from the cell's module where there is none.

    Args:
        cell: which one.
        weights: of the layer and direction.
        x: (step, batch, feature), in the order in which it is read.
        start: the states before the first step by symbol, each (batch, unit); zeros where one is missing.

    Returns:
        (step, batch, unit).
    """
    run = run_by_module if x.is_cuda or cell.fused is None else run_by_call
    return run(cell, weights, x, start)
