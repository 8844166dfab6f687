"""What each intervention does to the sequence, to the weights of a step, and to the memory before and after it."""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor

from medrnn.explanation.interventions.kinds import Intervention
from medrnn.models.cells import Weights
from medrnn.models.classifier import GATES

MEMORY = ("h", "C")
Edits = Sequence[Intervention]
Arrays = dict[str, Tensor]


def _fill(x: Tensor, value: float | str | None) -> Tensor | float:
    """The grey that stands for a blank, of each sequence (batch, step, feature) its own where it is the mean."""
    if value == "mean":
        return x.mean((1, 2), keepdim=True)
    return 0.0 if value == "black" else float(value or 0)


def edit_input(x: Tensor, interventions: Iterable[Intervention]) -> tuple[Tensor, np.ndarray, np.ndarray]:
    """Blank and shuffle in the order given, and mark the steps that are skipped.

    Args:
        x: (batch, step, feature), not changed.
        interventions: those of other kinds are passed over.

    Returns:
        What is read at each step (batch, step, feature), ``order`` and ``read`` as in ``EditedRun``.
    """
    made, steps = x.clone(), x.shape[1]
    order, read = np.arange(steps), np.ones(steps, bool)
    for one in interventions:
        chosen = np.flatnonzero(one.touches(steps))
        if one.kind == "blank":
            made[:, chosen] = _fill(x, one.value)
        elif one.kind == "shuffle":
            drawn = np.random.default_rng(one.seed).permutation(chosen)
            made[:, chosen], order[chosen] = made[:, drawn], order[drawn]
        elif one.kind == "skip":
            read[chosen] = False
    return made, order, read


def _total_before(one: Intervention) -> dict[str, float]:
    """What the sum before the sigmoid or tanh has to be, by the row of torch's weights; infinite at the ends."""
    value = torch.tensor(float(one.value or 0), dtype=torch.float64)
    if one.symbol == "C":
        return {"f": float("inf"), "i": -float("inf")}
    if one.symbol in ("g", "n"):
        return {one.symbol: float(value.atanh())}
    if one.symbol == "h":
        return {}
    return {one.symbol: float(value.logit()) * (-1 if one.symbol == "z" else 1)}  # torch's z is 1 - z


def clamp_weights(cell: str, weights: Weights, edits: Edits) -> Weights:
    """Weights of one layer whose clamped gates look at nothing: rows of zeros, and a bias that gives the value."""
    edited = {name: values.clone() for name, values in weights.items()}
    width = weights["weight_hh"].shape[1]
    for one in edits:
        units = np.arange(width) if one.units is None else np.array(one.units)
        for symbol, total in _total_before(one).items() if one.kind == "clamp" else ():
            rows = torch.from_numpy(GATES[cell].index(symbol) * width + units)
            for values in edited.values():
                values[rows] = 0
            edited["bias_ih"][rows] = total
    return edited


def _held(values: Tensor, one: Intervention, new: Tensor | float) -> Tensor:
    """Some units of (batch, unit) replaced."""
    units = slice(None) if one.units is None else list(one.units)
    made = values.clone()
    made[:, units] = new[:, units] if isinstance(new, Tensor) else new
    return made


def edit_before(state: Arrays, edits: Edits) -> Arrays:
    """The memory as a step finds it: emptied by "reset", C set by a clamp that holds it."""
    state = dict(state)
    for one in edits:
        if one.kind == "reset":
            state |= {symbol: _held(state[symbol], one, 0.0) for symbol in MEMORY}
        elif one.symbol == "C":
            state["C"] = _held(state["C"], one, float(one.value or 0))
    return state


def edit_after(found: Arrays, before: Arrays, edits: Edits) -> Arrays:
    """The memory as a step leaves it: silenced, frozen, or h held."""
    found = dict(found)
    for one in edits:
        if one.symbol == "h":
            found["h"] = _held(found["h"], one, float(one.value or 0))
        elif one.kind in ("zero", "freeze"):
            for symbol in found.keys() & set(MEMORY):
                found[symbol] = _held(found[symbol], one, before[symbol] if one.kind == "freeze" else 0.0)
    return found
