"""Columns: readings beside each other, rows of the same kind in one line, one cursor through all of them.

Readings may have unlike numbers of steps; what they share is how much of the reading is done.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
import streamlit as st

from medrnn.errors import ConfigError
from medrnn.models.inference import Inference
from medrnn.plots import theme
from medrnn.plots.scales import find_scale
from medrnn.ui.components.carry import carry, declare, plain_number
from medrnn.ui.components.stamp import stamp

STEPS_A_SECOND = 8
_columns = declare("columns")


@dataclass(frozen=True, eq=False)
class Nothing:
    """A row that a column does not have: what it is called, and why there is nothing."""

    name: str
    why: str


@dataclass(frozen=True, eq=False)
class Overlay:
    """A map over the image.

    Attributes:
        values: (row, column) float32, over the whole picture.
        limit: the value of the strongest colour.
        is_signed: two colours round 0, else one that grows from 0.
        meaning: what it shows.
    """

    values: np.ndarray
    limit: float
    is_signed: bool
    meaning: str


@dataclass(frozen=True, eq=False)
class Column:
    """One reading by one model.

    Attributes:
        title: stands on top.
        answer: in words, with its probability.
        facts: further lines below it.
        is_answer: False where it may not be read as one: grey, not bold.
        image: (row, column) or (row, column, 3) uint8, as the eye sees it.
        what: the picture is of: "image" or "series".
        boxes: (step, 4) x, y, width, height of what each step reads, in pixels of ``image``; None of a network without
            steps, which has none of what follows either.
        line: what one step reads: "row", "column", "patch", "slice" or "place".
        places: where each step lies, shortly and in full, of slices of a series; else empty.
        name: of the class whose probability is drawn.
        curve: (step,) its probability after each step, NaN where there is none, or why there is no curve.
        spread: lowest and highest probability at the end over the seeds; None of one seed.
        overlay: a map over the image, None for none.
        memory: (step,) how much the last state depends on each one, above 0, or why there is none.
        gates: role to (symbol, (step, unit) float32), or to why there is none.
        part: which layer and direction the gates are of, in words.
        is_backward: that direction reads from the last step to the first.
    """

    title: str
    answer: str
    image: np.ndarray
    name: str
    what: str = "image"
    facts: Sequence[str] = ()
    is_answer: bool = True
    boxes: np.ndarray | None = None
    line: str = "row"
    places: Sequence[tuple[str, str]] = ()
    curve: np.ndarray | Nothing = field(default_factory=lambda: Nothing("answer over time", ""))
    spread: tuple[float, float] | None = None
    overlay: Overlay | None = None
    memory: np.ndarray | Nothing = field(default_factory=lambda: Nothing("memory", ""))
    gates: Mapping[str, "tuple[str, np.ndarray] | Nothing"] = field(default_factory=dict)
    part: str = ""
    is_backward: bool = False

    @property
    def steps(self) -> int:
        """How many steps it has, 0 for none."""
        return 0 if self.boxes is None else len(self.boxes)


def _nothing(row: Nothing) -> dict[str, Any]:
    return {"kind": "", "name": row.name, "none": row.why}


def _gate(symbol: str, values: np.ndarray, place: int, part: str) -> dict[str, Any]:
    limit = find_scale(values).limit if symbol == "C" else 1.0
    return {
        "kind": "gate",
        "name": symbol,
        "symbol": symbol,
        "meaning": f"{theme.MEANINGS[symbol]}, {part}",
        "signed": symbol in theme.SIGNED,
        "limit": limit,
        "place": place,
        "alt": f"{symbol}, {theme.MEANINGS[symbol]}, {part}: units from top to bottom, steps from left to right.",
    }


def _pictures(column: Column) -> dict[str, dict[str, Any]]:
    read = "What is not read yet is veiled." if column.steps else "Read all at once."
    found: dict[str, dict[str, Any]] = {
        "scan": {"kind": "scan", "name": column.what, "meaning": "", "alt": f"the {column.what}. {read}"}
    }
    if column.overlay:
        words = f"map: {column.overlay.meaning}"
        end = f"{column.overlay.limit:.2g}"
        ends = [f"\u2212{end} against", f"for {end}"] if column.overlay.is_signed else ["0", end]
        found["map"] = {
            "kind": "map",
            "name": "map",
            "meaning": column.overlay.meaning,
            "alt": words,
            "ends": ends,
        }
    return found


def _curves(column: Column, limits: tuple[float, float]) -> dict[str, dict[str, Any]]:
    answer: dict[str, Any] = {
        "kind": "answer",
        "name": f"p({column.name})",
        "meaning": f"had the {column.what} ended here",
        "alt": f"probability of {column.name} after each step, from 0 to 100 %.",
        "ends": ["0 to 100 %, dashed: 50 %"],
    }
    memory: dict[str, Any] = {
        "kind": "horizon",
        "name": "memory",
        "meaning": f"how much the end depends on each step, {column.part}",
        "alt": "how much the last state depends on each step, on a logarithmic axis.",
        "ends": [f"log {limits[0]:.0e} to {limits[1]:.0e}".replace("e-0", "e-").replace("e+0", "e")],
    }
    return {
        "answer": _nothing(column.curve) if isinstance(column.curve, Nothing) else answer,
        "horizon": _nothing(column.memory) if isinstance(column.memory, Nothing) else memory,
    }


def _gates(column: Column) -> tuple[dict[str, dict[str, Any]], np.ndarray | None]:
    told: dict[str, dict[str, Any]] = {}
    states: list[np.ndarray] = []
    for role, row in column.gates.items():
        if isinstance(row, Nothing):
            told[role] = _nothing(row)
        else:
            symbol, values = row
            told[role] = _gate(symbol, values, len(states), column.part)
            states.append(np.asarray(values, np.float32))
    return told, np.stack(states) if states else None


def limits_of(columns: Sequence[Column], floor: float = 1e-6) -> tuple[float, float]:
    """Whole powers of ten round all memories, none further below the largest than ``floor``."""
    every = np.concatenate([c.memory for c in columns if not isinstance(c.memory, Nothing)] or [np.ones(1)])
    every = every[np.isfinite(every) & (every > 0)]
    if not every.size:
        return 0.1, 1.0
    high = 10.0 ** np.ceil(np.log10(every.max()))
    low = 10.0 ** np.floor(np.log10(max(float(every.min()), floor * high)))
    return float(low), float(max(high, 10 * low))


def _told(column: Column, limits: tuple[float, float]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """A column as small JSON, and its arrays."""
    gates, states = _gates(column)
    arrays = {"image": column.image}
    if states is not None:
        arrays["states"] = states
    if column.overlay:
        arrays["map"] = np.asarray(column.overlay.values, np.float32)
    curve = [] if isinstance(column.curve, Nothing) else [plain_number(p) for p in column.curve]
    memory = [] if isinstance(column.memory, Nothing) else [plain_number(v) for v in column.memory]
    return {
        "title": column.title,
        "answer": column.answer,
        "facts": list(column.facts),
        "isAnswer": column.is_answer,
        "steps": column.steps,
        "line": column.line,
        "places": list(column.places),
        "boxes": None if column.boxes is None else np.asarray(column.boxes).tolist(),
        "curve": curve,
        "spread": column.spread,
        "memory": memory,
        "limits": limits,
        "attribution": column.overlay and {"signed": column.overlay.is_signed, "limit": column.overlay.limit},
        "backward": column.is_backward,
        "cells": {**_pictures(column), **_curves(column, limits), **gates},
    }, arrays


def show(
    columns: Sequence[Column],
    rows: Sequence[str],
    *,
    key: str,
    title: str,
    file: str = "medrnn-compare",
    inferences: Sequence[Inference] = (),
) -> None:
    """Show the columns; a click in any of them goes there in all, in the browser alone.

    Args:
        columns: from left to right; fewer beside each other where there is no room.
        rows: below the pictures from top to bottom: "answer", "horizon", or a role of every column's ``gates``.
        key: the widget's key.
        title: stands over the saved picture.
        file: its name, without the ending.
        inferences: of the answers, for the saved picture.

    Raises:
        ConfigError: there is no column, or a column lacks a row.
    """
    if not columns:
        raise ConfigError("columns: expected at least one, got none")
    limits, told = limits_of(columns), []
    arrays: dict[str, np.ndarray] = {}
    for k, column in enumerate(columns):
        words, own = _told(column, limits)
        if missing := [row for row in rows if row not in words["cells"]]:
            raise ConfigError(f"{column.title}: expected a row {missing[0]!r}, or why there is none")
        told.append(words)
        arrays |= {f"{name}{k}": values for name, values in own.items()}
    digest = blake2b(json.dumps([told, list(rows)]).encode(), digest_size=16)
    for values in arrays.values():
        digest.update(np.ascontiguousarray(values).tobytes())
    name = digest.hexdigest()
    stamps = [stamp(one) for one in inferences]
    data = {
        "name": key,
        "digest": name,
        "columns": told,
        "rows": list(rows),
        "steps": max(1, *(column.steps for column in columns)),
        "start": None,
        "link": None,
        "rate": STEPS_A_SECOND,
        "title": title,
        "alt": f"{title.rstrip('.')}.",
        "file": file,
        "note": "\n".join(dict.fromkeys(line for one in stamps for line in one["note"].split("\n"))),
        "says": " ".join(dict.fromkeys(filter(None, (one.get("says", "") for one in stamps)))),
        "record": f"[{','.join(one.to_json() for one in inferences)}]",
        "colours": theme.CANVAS,
    }
    with st.container(gap=None):
        carry(key, {"digest": name}, **arrays)
        _columns(key=key, data=data)
