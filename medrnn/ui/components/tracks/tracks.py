"""Tracks: heat maps, curves, bars and marks over one step axis, with one cursor that the player shares."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import streamlit as st

from medrnn.errors import ConfigError
from medrnn.models.inference import Inference
from medrnn.plots import theme
from medrnn.ui.components.carry import carry, chosen_here, declare
from medrnn.ui.components.choice import latest
from medrnn.ui.components.stamp import stamp
from medrnn.ui.components.tracks.rows import Row, describe

_tracks = declare("tracks")


LET_GO = (0, 0)  # the span that the reader has given up


@dataclass(frozen=True)
class Chosen:
    """What the reader chose.

    Attributes:
        step: at which the reader came to rest, in any picture of the link, counted from 0; None before that.
        span: (first step, one after the last), counted from 0; None where none is selected. Before the first choice it
            is the one that was asked for.
        units: the true numbers of the units that were dragged over, from top to bottom; empty where all count.
        row: index of the row in which the span was dragged, None where it came by the keys or from the page.
    """

    step: int | None = None
    span: tuple[int, int] | None = None
    units: tuple[int, ...] = ()
    row: int | None = None


def _said_here(said: Any, digest: str) -> dict[str, Any]:
    """The browser's selection; empty where there is none, or it was made in another picture."""
    return said if said and said.get("digest") == digest else {}


def _span(said: dict[str, Any]) -> tuple[int, int] | None:
    """First step and the one after the last; ``LET_GO`` where there is none, None where nothing was said."""
    if not said:
        return None
    start, stop = said["span"] or LET_GO
    return int(start), int(stop)


def _chosen(step: int | None, said: dict[str, Any]) -> Chosen:
    span = _span(said)
    if span is None or span == LET_GO:
        return Chosen(step)
    return Chosen(step, span, tuple(int(unit) for unit in said["units"] or ()), said["row"])


def _digest(told: list[dict[str, Any]], arrays: dict[str, np.ndarray], link: str | None) -> str:
    """Content key of what is shown; another one begins again."""
    found = blake2b(json.dumps([told, link]).encode(), digest_size=16)
    for values in arrays.values():
        found.update(values.tobytes())
    return found.hexdigest()


def show(
    rows: Sequence[Row],
    *,
    steps: int,
    key: str,
    title: str,
    link: str | None = None,
    line: str = "row",
    places: Sequence[tuple[str, str]] = (),
    step: int | None = None,
    span: tuple[int, int] | None = None,
    columns: int = 1,
    enlarged: int | None = 0,
    height: int = 54,
    alt: str = "",
    inference: Inference | None = None,
    on_span: Callable[[Chosen], None] | None = None,
) -> Chosen:
    """Show rows under each other, or as small multiples side by side.

    A click goes to a step, a drag selects steps (over a heat map units too), Escape lets go of them.

    Args:
        rows: from top to bottom, in a grid from left to right first.
        steps: how many the shared axis has.
        key: the widget's key.
        title: stands over the saved picture.
        link: pictures with the same link share the step in the browser, at once (see cursor.js of the player); it
            names what was read.
        line: what one step reads: "row", "column", "patch" or "slice".
        places: where each step lies, shortly and in full, of slices of a series; else empty.
        step: where to begin, counted from 0; None for the last one. A later change is followed, unless it is only
            the echo of what the reader chose.
        span: (first step, one after the last) to begin with; a later change is followed in the same way.
        columns: of the grid; fewer where there is no room.
        enlarged: index of the row that is drawn large, None for none; a click on a head enlarges another.
        height: of the others, in CSS pixels.
        alt: what is shown, for those who cannot see it; the title where there is none.
        inference: of the answer, for the saved picture.
        on_span: told of a new selection before the page runs, so that it is not lost where the next press takes the
            picture away.

    Raises:
        ConfigError: a row does not have one value for every step, or its settings do not go together.
    """
    if span is not None and not 0 <= span[0] < span[1] <= steps:
        raise ConfigError(f"span: expected steps within 0 to {steps}, the last excluded, got {span}")
    told, arrays = describe(rows, steps)
    digest = _digest(told, arrays, link)
    data = {
        "name": key,
        "digest": digest,
        "rows": told,
        "steps": steps,
        "link": link,
        "start": step,
        "span": "" if span is None else f"{span[0]}-{span[1]}",
        "line": line,
        "places": list(places),
        "columns": columns,
        "enlarged": enlarged,
        "strip": height,
        "title": title,
        "alt": f"{(alt or title).rstrip('.')}.",
        **stamp(inference),
        "colours": theme.CANVAS,
    }

    def hear() -> None:
        said = _said_here(st.session_state[key].get("span"), digest)
        if said and on_span:
            on_span(_chosen(None, said))

    with st.container(gap=None):
        carry(key, {"digest": digest}, **arrays)  # large, sent once
        result = _tracks(key=key, data=data, on_step_change=lambda: None, on_span_change=hear)
    name = f"{key}/{digest}"
    at = latest(link or name, key, "step", step, lambda said: chosen_here(said, digest))
    selected = latest(f"{name}/span", key, "span", span, lambda said: _span(_said_here(said, digest)))
    if selected is None:
        return Chosen(at, span)
    said = _said_here(result.span, digest)
    if _span(said) == selected:
        return _chosen(at, said)
    return Chosen(at, None if selected == LET_GO else selected)
