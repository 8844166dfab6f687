"""Three cuts of a volume at right angles, in mm, with one crosshair; the browser cuts, the server only sends."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from medrnn.imaging import reslice
from medrnn.imaging.grids import grid_of, to_patient
from medrnn.imaging.presets import list_windows
from medrnn.models.inference import Inference
from medrnn.types import Study
from medrnn.ui import cached
from medrnn.ui.components.carry import carry_packed, chosen_here, declare, pack
from medrnn.ui.components.choice import latest
from medrnn.ui.components.stamp import stamp
from medrnn.ui.state import session

MAX_BYTES = 24 * 2**20  # of the volume that is sent
_cuts = declare("cuts")


@dataclass(frozen=True)
class Place:
    """Where the crosshair came to rest; all count from 0, as in files."""

    frame: int
    row: int
    column: int


@dataclass(frozen=True)
class Steps:
    """What a network reads of a volume, slice by slice.

    Attributes:
        link: pictures with the same link share the step in the browser, at once (see cursor.js of the player).
        start: the step to begin with, counted from 0; None for the last one. A later change is followed.
        line: what one step reads: "slice".
        frames: of each step the frame, counted from 0, between two frames a fraction.
        places: of each step where it lies, shortly and in full.
        box: what is read, as edges (from, to) along frame, row and column: see ``sequences.box_of``.
    """

    link: str
    start: int | None
    line: str
    frames: Sequence[float]
    places: Sequence[tuple[str, str]]
    box: tuple[tuple[float, float], tuple[float, float], tuple[float, float]]

    @property
    def at(self) -> tuple[int, int, int]:
        """Frame, row and column to begin with: the frame of the step, in the middle of what is read."""
        _, rows, columns = self.box
        frame = self.frames[-1 if self.start is None else self.start]
        return int(frame + 0.5), int(sum(rows) / 2), int(sum(columns) / 2)


def _send_volume(study: Study, key: str) -> tuple[int, int, int]:
    """The values once, thinned where they are too large; returns every how many-th frame, row, column was sent."""
    some, steps = reslice.fit(reslice.narrow(study.values), MAX_BYTES)
    make = lambda: pack({"name": key, "digest": study.key}, volume=some)  # noqa: E731  packed once for a sample
    carry_packed(key, cached.packed(study.key, key, make))
    return steps


def _start(study: Study, key: str, frame: int) -> tuple[int, int, int]:
    """The place kept for this volume, else its middle; always in the frame that the page is at."""
    digest, place = session().places.get(key, ("", None))
    if place is None or digest != study.key:
        return frame, study.rows // 2, study.columns // 2
    return frame, place.row, place.column


def _windows(study: Study, frame: int) -> list[dict[str, Any]]:
    return [
        {"name": name, "center": w.center, "width": w.width, "voi": w.function}
        for name, w in list_windows(study, frame).items()
    ]


def _data(study: Study, key: str, start: tuple[int, int, int], height: int) -> dict[str, Any]:
    """What the browser needs beside the values; sends these too.

    Raises:
        ImageError: the study is no grey volume with known distances.
    """
    spacing = reslice.spacing_of(study)
    assert study.geometry is not None, "spacing_of has looked"
    steps = _send_volume(study, key)
    return {
        "name": key,
        "digest": study.key,
        "center": study.window.center,
        "width": study.window.width,
        "voi": study.window.function,
        "presets": _windows(study, min(max(start[0], 0), study.frames - 1)),
        "inverted": study.inverted,
        "unit": study.unit or "",
        "shape": study.values.shape,
        "steps": steps,
        "sampled": reslice.describe_steps(steps),
        "spacing_mm": spacing,
        "patient": to_patient(grid_of(study))[:3].tolist(),
        "planes": [asdict(reslice.lay_out(study.geometry, axis)) for axis in reslice.AXES],
        "start": start,
        "reads": None,
        "notes": reslice.what_is_assumed(study),
        "title": f"{study.name}, three cuts",
        "alt": f"{study.name}, a cut of a volume.",
        **stamp(None),
        "height": height,
    }


def view(
    study: Study,
    *,
    key: str,
    frame: int = 0,
    on_place: Callable[[Place], None] | None = None,
    height: int = 560,
) -> Place | None:
    """Show the acquired plane and the two across it.

    Args:
        study: a volume for which ``reslice.what_is_missing`` has nothing to say.
        key: the widget's key.
        frame: where to begin, counted from 0; a later change is followed.
        on_place: hears, before the page runs again, where the crosshair came to rest.
        height: of a canvas, in CSS pixels, at most.

    Returns:
        Where the crosshair came to rest last in this volume, None before the reader moved it.

    Raises:
        ImageError: the study is no grey volume with known distances.
    """
    frame = min(max(frame, 0), study.frames - 1)

    def heard() -> None:
        found = st.session_state[key].place
        if found and found["digest"] == study.key:
            place = Place(*(int(found[axis]) for axis in reslice.AXES))
            session().places[key] = (study.key, place)
            if on_place:
                on_place(place)

    with st.container(gap=None):
        _cuts(key=key, data=_data(study, key, _start(study, key, frame), height), on_place_change=heard)
    digest, place = session().places.get(key, ("", None))
    return place if digest == study.key else None


def follow(
    study: Study, steps: Steps, *, key: str, inference: Inference | None = None, height: int = 400
) -> int | None:
    """Show the cuts at the slice that a step reads; they go with the step, and the step with them.

    Args:
        study: a volume for which ``reslice.what_is_missing`` has nothing to say.
        steps: what is read of it.
        key: the widget's key.
        inference: of the answer, for the saved picture.
        height: of a canvas, in CSS pixels, at most.

    Returns:
        The step at which the reader came to rest, in any picture of the link, or None before the first choice.

    Raises:
        ImageError: the study is no grey volume with known distances.
    """
    with st.container(gap=None):
        data = _data(study, key, steps.at, height)
        data["reads"] = asdict(steps) | {"steps": len(steps.frames)}
        data |= {"title": f"{study.name}, three cuts; dashed: what is read", **stamp(inference)}
        _cuts(key=key, data=data, on_step_change=lambda: None)
    return latest(steps.link, key, "step", steps.start, lambda said: chosen_here(said, steps.link))
