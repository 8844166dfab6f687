"""Three cuts of a volume at right angles, in mm, with one crosshair; the browser cuts, the server only sends."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from medrnn.imaging import reslice
from medrnn.imaging.grids import grid_of, to_patient
from medrnn.imaging.presets import list_windows
from medrnn.types import Study
from medrnn.ui import cached
from medrnn.ui.components.carry import carry_packed, declare, pack
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
    spacing = reslice.spacing_of(study)
    assert study.geometry is not None, "spacing_of has looked"
    frame = min(max(frame, 0), study.frames - 1)

    def heard() -> None:
        found = st.session_state[key].place
        if found and found["digest"] == study.key:
            place = Place(*(int(found[axis]) for axis in reslice.AXES))
            session().places[key] = (study.key, place)
            if on_place:
                on_place(place)

    with st.container(gap=None):
        steps = _send_volume(study, key)
        data = {
            "name": key,
            "digest": study.key,
            "center": study.window.center,
            "width": study.window.width,
            "voi": study.window.function,
            "presets": _windows(study, frame),
            "inverted": study.inverted,
            "unit": study.unit or "",
            "shape": study.values.shape,
            "steps": steps,
            "sampled": reslice.describe_steps(steps),
            "spacing_mm": spacing,
            "patient": to_patient(grid_of(study))[:3].tolist(),
            "planes": [asdict(reslice.lay_out(study.geometry, axis)) for axis in reslice.AXES],
            "start": _start(study, key, frame),
            "notes": reslice.what_is_assumed(study),
            "title": f"{study.name}, three cuts",
            "alt": f"{study.name}, a cut of a volume.",
            **stamp(None),
            "height": height,
        }
        _cuts(key=key, data=data, on_place_change=heard)
    digest, place = session().places.get(key, ("", None))
    return place if digest == study.key else None
