"""Every gate and state of all layers: one fused run a layer, then all gates in batched products over all steps."""

from contextlib import nullcontext
from math import isfinite

import torch
from torch import Tensor

from medrnn.errors import ReadingError
from medrnn.explanation.tracing.bounds import check_gaps
from medrnn.explanation.tracing.fused import DIRECTIONS, run_fused
from medrnn.explanation.tracing.given import Given
from medrnn.explanation.tracing.padding import Padding, turn
from medrnn.models.cells import Arrays, Cell
from medrnn.models.devices import exact_float32, memory_guard

CHECKED = (
    8  # of a cell without gates, which has nothing to recompute, every 8th sequence of a batch is checked
)


def _check_finite(x: Tensor) -> None:
    """Refuse x (step, batch, feature) that holds NaN or infinity; the sum is the quick look."""
    if isfinite(x.sum()) or torch.isfinite(x).all():
        return
    step = int(torch.isfinite(x).all(-1).all(-1).logical_not().nonzero()[0])
    raise ReadingError(
        f"Expected finite values, got NaN or infinity at step {step}, counted from 0. "
        "Replace them, or leave such steps out."
    )


def _gap(cell: Cell, found: Tensor, h: Tensor) -> Tensor:
    """Largest difference of two kinds of states, NaN where one is NaN; ``found`` is used up."""
    gap = found.sub_(h).abs_()
    return (gap if cell.is_bounded else gap.div_(h.abs().clamp_(min=1))).amax()


def _shown(given: Given, place: int) -> Tensor | None:
    """The last layer's states, in the order in which they were read, where the module was run and so gave them.

    Their gates are recomputed from them and compared with them; a second run would only cost time.
    """
    if given.output is None or given.lengths is not None or place < len(given.weights) - given.ways:
        return None
    own = given.output.chunk(given.ways, -1)[place % given.ways]
    return (own.flip(0) if place % given.ways == 1 else own).contiguous()


def _read(given: Given, place: int, x: Tensor, padding: Padding | None) -> tuple[Arrays, Tensor]:
    """Arrays (step, batch, unit) and gap of one layer and direction; steps in the order of the image."""
    cell, weights, start = given.cell, given.weights[place], given.starts[place]
    is_backward = place % given.ways == 1
    read = turn(x, padding) if is_backward else x
    given_out = _shown(given, place)
    h = run_fused(cell, weights, read, start) if given_out is None else given_out
    some = slice(None) if cell.keeps or given_out is not None else slice(None, None, CHECKED)
    found = cell.batched(weights, read[:, some], h[:, some], {s: v[some] for s, v in start.items()})
    gap = _gap(cell, found.pop("h"), h[:, some])
    found["h"] = h
    if is_backward:
        found = {symbol: turn(values, padding) for symbol, values in found.items()}
    return found, gap


def _name(given: Given, place: int) -> str:
    return f"layer{place // given.ways}/{DIRECTIONS[place % given.ways]}/"


def _gap_to_output(given: Given, x: Tensor, padding: Padding | None) -> list[Tensor]:
    """How far the last layer's states are from what the module really gave, where it was run."""
    if given.output is None:
        return []
    found = x.clone() if padding is None else torch.where(padding.past, given.output, x)
    return [_gap(given.cell, found, given.output)]


def read_layers(given: Given) -> tuple[Arrays, float]:
    """All arrays (step, batch, unit) by their full name, and the largest gap.

    Raises:
        ReadingError: a value that is read is not finite.
        TraceError: the gap is above its bound.
        DeviceError: the GPU's memory ran out.
    """
    with torch.no_grad(), memory_guard(), exact_float32() if given.x.is_cuda else nullcontext():
        return _read_all(given)


def _read_all(given: Given) -> tuple[Arrays, float]:
    x, gaps, shown = given.x, [], []
    arrays: Arrays = {}
    padding = None if given.lengths is None else Padding(given.lengths, len(x), x.device)
    if padding is not None:
        x = x.masked_fill(padding.past, 0)
    _check_finite(x)
    for place, start in enumerate(given.starts):
        found, gap = _read(given, place, x, padding)
        gaps.append(gap)
        shown.append(found["h"])
        if place % given.ways == given.ways - 1:
            x = shown[-1] if given.ways == 1 else torch.cat(shown[-2:], -1)
        if padding is not None:
            found = {s: padding.close(s, v, place % given.ways == 1, start.get(s)) for s, v in found.items()}
        arrays |= {_name(given, place) + symbol: values for symbol, values in found.items()}
    return arrays, check_gaps(gaps + _gap_to_output(given, x, padding), given, shown)
