"""What a row of the tracks can be, and how each is told to the browser."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from medrnn.errors import ConfigError
from medrnn.plots import theme
from medrnn.plots.scales import Scale, find_beyond, find_scale
from medrnn.ui.components.carry import plain_number

Limits = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Heat:
    """A gate or state as a heat map: steps from left to right, units from top to bottom.

    Attributes:
        values: (step, unit) float32; NaN where a step was not read.
        symbol: of the gate, which says its colour and limits: 0 to 1, or for g, n, h -1 to 1.
        part: stands in the head before the meaning, as "layer 1, forward".
        labels: (unit,) true number of each column of ``values``, where these are put in another order.
        groups: (name, number of units) from the top; empty for none.
        scale: of C, which has no bound; None for that of this row alone (``plots.scales``).
        is_backward: its direction reads from the last step to the first, so what lies before the cursor is veiled.
    """

    values: np.ndarray
    symbol: str
    part: str = ""
    labels: Sequence[int] | np.ndarray | None = None
    groups: Sequence[tuple[str, int]] = ()
    scale: Scale | None = None
    is_backward: bool = False


@dataclass(frozen=True, eq=False)
class Lines:
    """One or several curves over the steps.

    Attributes:
        name, meaning: stand in the head.
        curves: name to (step,) values; a gap where a value is not finite, or not above 0 on a log axis.
        unit: of the values, as "steps" or "%".
        limits: of the axis; None for the smallest and the largest value.
        is_log: the axis is logarithmic.
        threshold: a value at which a dashed line is drawn.
        names: what a curve is called on screen, where that is not its id.
        series: what the row is called in the table; "" for its name.
    """

    name: str
    curves: Mapping[str, np.ndarray]
    meaning: str = ""
    unit: str = ""
    limits: Limits | None = None
    is_log: bool = False
    threshold: float | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    series: str = ""


@dataclass(frozen=True, eq=False)
class Bars:
    """One bar a step, from 0: the share of a mask, an intensity.

    Attributes:
        name, meaning: stand in the head.
        values: (step,); no bar where a value is not finite.
        unit: of the values.
        limits: of the axis; None for 0 and the largest value (or the smallest, below 0).
        series: what the row is called in the table; "" for its name.
    """

    name: str
    values: np.ndarray
    meaning: str = ""
    unit: str = ""
    limits: Limits | None = None
    series: str = ""


@dataclass(frozen=True, eq=False)
class Marks:
    """Steps at which something happens, each with a few words.

    Attributes:
        name, meaning: stand in the head.
        marks: (step counted from 0, words).
        series: what the row is called in the table; "" for its name.
    """

    name: str
    marks: Sequence[tuple[int, str]]
    meaning: str = ""
    series: str = ""


Row = Heat | Lines | Bars | Marks


def span_of(arrays: Sequence[np.ndarray], limits: Limits | None, *, is_log: bool = False) -> Limits:
    """Lowest and highest value of an axis; wider than nothing, above 0 where it is logarithmic.

    Raises:
        ConfigError: ``limits`` are not in rising order, or not above 0 on a log axis.
    """
    if limits is not None:
        low, high = map(float, limits)
        if not low < high or (is_log and low <= 0):
            raise ConfigError(
                f"limits: expected low < high{' above 0' if is_log else ''}, got {low:g} and {high:g}"
            )
        return low, high
    values = np.concatenate([np.asarray(a, np.float64).ravel() for a in arrays] or [np.empty(0)])
    values = values[np.isfinite(values) & ((values > 0) | (not is_log))]
    if not len(values):
        return (0.1, 1.0) if is_log else (0.0, 1.0)
    low, high = float(values.min()), float(values.max())
    if low < high:
        return low, high
    return (low / 2, high * 2) if is_log else (low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2)


def _heat(row: Heat) -> tuple[dict[str, Any], np.ndarray]:
    signed, scale = row.symbol in theme.SIGNED, Scale(1.0, 1.0)
    if row.symbol == "C":
        scale = row.scale or find_scale(row.values)
    return {
        "kind": "heat",
        "name": row.symbol,
        "symbol": row.symbol,
        "meaning": ", ".join(filter(None, (row.part, theme.MEANINGS[row.symbol]))),
        "signed": signed,
        "limit": scale.limit,
        "full": scale.full,
        "beyond": find_beyond(row.values, scale.limit),
        "labels": None if row.labels is None else [int(unit) for unit in row.labels],
        "backward": row.is_backward,
        "groups": [[name, int(count)] for name, count in row.groups],
    }, row.values


def _lines(row: Lines) -> tuple[dict[str, Any], np.ndarray]:
    arrays = [np.asarray(values, np.float32) for values in row.curves.values()]
    low, high = span_of(arrays, row.limits, is_log=row.is_log)
    many = len(theme.RUNS["light"])
    curves = [
        {
            "name": row.names.get(name, name),
            "colour": {mode: own[k % many] for mode, own in theme.RUNS.items()},
            "dash": k >= many,
        }
        for k, name in enumerate(row.curves)
    ]
    return {
        "kind": "lines",
        "name": row.name,
        "meaning": row.meaning,
        "curves": curves,
        "unit": row.unit,
        "low": low,
        "high": high,
        "log": row.is_log,
        "threshold": plain_number(row.threshold),
    }, np.stack(arrays)


def _bars(row: Bars) -> tuple[dict[str, Any], np.ndarray]:
    values = np.asarray(row.values, np.float32)
    low, high = row.limits or span_of([np.append(values, 0)], None)
    words = {"kind": "bars", "name": row.name, "meaning": row.meaning, "unit": row.unit}
    low, high = span_of([], (low, high))
    return {**words, "low": low, "high": high}, values


def _marks(row: Marks) -> tuple[dict[str, Any], None]:
    marks = [[int(step), words] for step, words in row.marks]
    return {"kind": "marks", "name": row.name, "meaning": row.meaning, "marks": marks}, None


def _check_heat(row: Heat, units: int) -> None:
    if row.symbol not in theme.MEANINGS:
        raise ConfigError(f"symbol: expected one of {', '.join(theme.MEANINGS)}, got {row.symbol!r}")
    if row.labels is not None and len(row.labels) != units:
        raise ConfigError(
            f"labels of {row.symbol}: expected one for each of {units} units, got {len(row.labels)}"
        )
    if row.groups and sum(count for _, count in row.groups) != units:
        counted = sum(count for _, count in row.groups)
        raise ConfigError(f"groups of {row.symbol}: expected {units} units in all, got {counted}")


def _check(row: Row, steps: int) -> None:
    name = row.symbol if isinstance(row, Heat) else row.name
    if isinstance(row, Marks):
        if any(not 0 <= step < steps for step, _ in row.marks):
            raise ConfigError(
                f"{name}: expected steps from 0 to {steps - 1}, got {[s for s, _ in row.marks]}"
            )
        return
    if isinstance(row, Lines) and not row.curves:
        raise ConfigError(f"{name}: expected at least one curve, got none")
    for array in row.curves.values() if isinstance(row, Lines) else [row.values]:
        shape, dimensions = np.shape(array), 2 if isinstance(row, Heat) else 1
        if len(shape) != dimensions or shape[0] != steps or 0 in shape:
            wanted = f"({steps}, unit)" if dimensions == 2 else f"({steps},)"
            raise ConfigError(f"{name}: expected {wanted}, got {shape}; give one value for every step")
    if isinstance(row, Heat):
        _check_heat(row, row.values.shape[1])


_Told = tuple[dict[str, Any], np.ndarray | None]
_KINDS: dict[type[Row], Callable[[Any], _Told]] = {Heat: _heat, Lines: _lines, Bars: _bars, Marks: _marks}


def describe(rows: Sequence[Row], steps: int) -> tuple[list[dict[str, Any]], dict[str, np.ndarray]]:
    """The rows as small JSON, and their values by the name under which the carrier brings them.

    Args:
        rows: from top to bottom.
        steps: how many the axis has.

    Returns:
        For each row what the browser draws; "row0", "row1", ... to float32: heat (step, unit), lines (curve, step),
        bars (step,); marks have none.

    Raises:
        ConfigError: a row does not have one value for every step, or its settings do not go together.
    """
    told, arrays = [], {}
    for k, row in enumerate(rows):
        _check(row, steps)
        words, values = _KINDS[type(row)](row)
        told.append({**words, "array": None if values is None else f"row{k}"})
        if values is not None:
            arrays[f"row{k}"] = np.ascontiguousarray(values, np.float32)
    return told, arrays
