"""What each intervention does to the sequence, to the weights of a step, and to the memory before and after it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from medrnn import sequences
from medrnn.config import ModelConfig, ReadingConfig
from medrnn.explanation.interventions.kinds import Intervention
from medrnn.models.cells import Arrays, Cell, Weights
from medrnn.models.cells.cell import SIGNED
from medrnn.models.places import answer_places, map_size

Edits = Sequence[Intervention]


def _fill(x: Tensor, value: float | str | None, planes: int) -> Tensor | float:
    """What stands for a blank: a grey, or the mean of each sequence (batch, step, feature), in colour of each plane."""
    if value == "mean":
        means: Tensor = x.unflatten(-1, (-1, planes)).mean((1, 2))
        return means.repeat(1, x.shape[-1] // planes)[:, None]
    return 0.0 if value == "black" else float(value or 0)


def edit_input(
    x: Tensor, interventions: Iterable[Intervention], planes: int = 1
) -> tuple[Tensor, np.ndarray, np.ndarray]:
    """Blank and shuffle in the order given, and mark the steps that are skipped.

    Args:
        x: (batch, step, feature), not changed.
        interventions: those of other kinds are passed over.
        planes: values of a pixel, 1 or 3.

    Returns:
        What is read at each step (batch, step, feature), ``order`` and ``read`` as in ``EditedRun``.
    """
    made, steps = x.clone(), x.shape[1]
    order, read = np.arange(steps), np.ones(steps, bool)
    for one in interventions:
        chosen = np.flatnonzero(one.touches(steps))
        if one.kind == "blank":
            made[:, chosen] = _fill(x, one.value, planes)
        elif one.kind == "shuffle":
            drawn = np.random.default_rng(one.seed).permutation(chosen)
            made[:, chosen], order[chosen] = made[:, drawn], order[drawn]
        elif one.kind == "skip":
            read[chosen] = False
    return made, order, read


def band_places(model: ModelConfig, reading: ReadingConfig) -> ReadingConfig:
    """The grid of the bands that "blank" acts on: steps of the answer, of a convolutional network rows of its map."""
    return answer_places(model, reading) or ReadingConfig(size=map_size(model, reading))


def step_of_pixels(places: ReadingConfig, size: tuple[int, int]) -> np.ndarray:
    """(row, column) int64 of an image of that size: at which step of a coarser grid each pixel is read."""
    places = replace(places, channels="grey")
    steps = sequences.place(np.arange(places.steps)[:, None].repeat(places.features, 1), places)
    tall, wide = (side // few for side, few in zip(size, places.size, strict=True))
    return steps.repeat(tall, 0).repeat(wide, 1)


def blank_image(
    x: Tensor, interventions: Iterable[Intervention], reading: ReadingConfig, places: ReadingConfig
) -> Tensor:
    """Blank bands of the image where steps are no steps of the reading: as many pixels as a place stands for.

    Args:
        x: (batch, step, feature) of the reading, not changed.
        interventions: those of other kinds are passed over.
        reading: what is read.
        places: the grid of the steps that are meant.
    """
    steps = step_of_pixels(places, reading.size)
    steps = sequences.lines(steps[..., None].repeat(3, -1) if reading.is_colour else steps, reading)
    made = x
    for one in (one for one in interventions if one.kind == "blank"):
        chosen = torch.from_numpy(one.touches(places.steps)[steps]).to(x.device)
        made = torch.where(chosen, torch.as_tensor(_fill(x, one.value, reading.planes)).to(x), made)
    return made


def _total_before(cell: Cell, one: Intervention) -> dict[str, float]:
    """What the sum before the sigmoid or tanh has to be, by gate; infinite at the ends."""
    if one.symbol == "C":
        return {gate: _logit(value) for gate, value in cell.holding.items()}
    if one.symbol in cell.memory:
        return {}
    value = float(one.value or 0)
    if cell.ranges[one.symbol] == SIGNED:
        return {one.symbol: float(torch.tensor(value, dtype=torch.float64).atanh())}
    return {one.symbol: -_logit(value) if one.symbol in cell.turned else _logit(value)}


def _logit(gate: float) -> float:
    """The sum whose sigmoid is the gate; infinite at 0 and 1."""
    return float(torch.tensor(gate, dtype=torch.float64).logit())


def _silence(cell: Cell, weights: Weights, symbol: str, units: np.ndarray) -> Tensor:
    """Let a gate of some units look at nothing: rows of zeros. Gives these rows of the bias."""
    width = weights["weight_hh"].shape[1]
    for name, gates in cell.layout.items():
        if symbol in gates:
            weights[name][torch.from_numpy(gates.index(symbol) * width + units)] = 0
    return torch.from_numpy(cell.rows.index(symbol) * width + units)


def clamp_weights(cell: Cell, weights: Weights, edits: Edits) -> Weights:
    """Weights of one layer whose clamped gates look at nothing: rows of zeros, and a bias that gives the value."""
    edited = {name: values.clone() for name, values in weights.items()}
    units = np.arange(weights["weight_hh"].shape[1])
    for one in (one for one in edits if one.kind == "clamp"):
        some = units if one.units is None else np.array(one.units)
        for symbol, total in _total_before(cell, one).items():
            edited["bias_ih"][_silence(cell, edited, symbol, some)] = total
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
            state |= {symbol: _held(state[symbol], one, 0.0) for symbol in state}
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
            for symbol in before:
                found[symbol] = _held(found[symbol], one, before[symbol] if one.kind == "freeze" else 0.0)
    return found
