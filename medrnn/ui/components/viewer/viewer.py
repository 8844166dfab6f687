"""The image viewer: one canvas that draws at the resolution of the screen, whatever the size of the image."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import streamlit as st

from medrnn.models.inference import Inference
from medrnn.plots import theme
from medrnn.types import Window
from medrnn.ui import cached
from medrnn.ui.components.carry import DTYPES, carry, carry_packed, chosen_here, declare, pack
from medrnn.ui.components.stamp import stamp
from medrnn.ui.state import session

AROUND = 8  # frames sent before and after the one in view
MAX_BYTES = 24 * 2**20  # of the frames sent at once; large ones travel with fewer neighbours
_viewer = declare("viewer")


@dataclass(frozen=True, eq=False)
class Overlay:
    """A map laid over a part of the image.

    Attributes:
        values: (row, column) float32, a coarse grid.
        box: x, y, width, height of the part that it covers, in image pixels.
        limit: the value at the end of the colour bar; signed maps run from -limit to limit.
        signed: drawn with two colours round 0, else with one scale from 0.
        label: stands at the colour bar.
        frame: the only frame over which it lies, counted from 0; None for all.
        strength: how opaque it is drawn at first, 0 to 1.
    """

    values: np.ndarray
    box: tuple[int, int, int, int]
    limit: float
    signed: bool
    label: str
    frame: int | None = None
    strength: float = 0.7


@dataclass(frozen=True)
class Sweep:
    """Lines of a map that are read side by side.

    Attributes:
        axis: "rows" or "columns", along which they run.
        grid: (rows, columns) of the map.
        is_both: read to and fro.
    """

    axis: str
    grid: tuple[int, int]
    is_both: bool


@dataclass(frozen=True)
class Chosen:
    """What the reader chose; rows, columns and frames count from 0, as in files.

    Attributes:
        frame: where the reader came to rest, for one run.
        pick: {row, column, frame} of a click, for one run.
        region: {row: [a, b), column: [a, b), frame} of a drag after R, for one run; after L also outline, [x, y] of its
            corners in pixels.
        crop: {x, y, width, height} of a new crop box, for one run.
    """

    frame: int | None
    pick: Mapping[str, int] | None
    region: Mapping[str, Any] | None
    crop: Mapping[str, int] | None


def _sendable(pixels: np.ndarray) -> np.ndarray:
    """The same values in a type that the browser knows; colour of more than 8 bits is scaled down."""
    is_integer = np.issubdtype(pixels.dtype, np.integer)
    if pixels.ndim == 4:
        if pixels.dtype == np.uint8:
            return pixels
        top = np.iinfo(pixels.dtype).max if is_integer else 1.0
        return (pixels.astype(np.float32) * (255 / top)).round().astype(np.uint8)
    if pixels.dtype.name in DTYPES:
        return pixels
    return pixels.astype(np.int32 if is_integer and pixels.max() < 2**31 else np.float32)


def _around(frame_bytes: int) -> int:
    """How many neighbours on each side travel with a frame: at most AROUND, at least 1."""
    return max(1, min(AROUND, (MAX_BYTES // max(1, frame_bytes) - 1) // 2))


def _voi(window: Window) -> str:
    """Which curve the browser draws; a lookup table by its hash, under which it comes with the pixels."""
    if not window.table:
        return window.function
    return f"LUT {blake2b(window.table, digest_size=8).hexdigest()}"


def _tables(windows: Iterable[Window]) -> tuple[dict[str, tuple[int, int]], dict[str, np.ndarray]]:
    """Where each lookup table begins and how many entries it has, and all of them in one array."""
    found = {_voi(w): np.frombuffer(w.table, "<u2").astype(np.uint16) for w in windows if w.table}
    ends = np.cumsum([0, *(len(table) for table in found.values())])
    places = {voi: (int(at), len(table)) for at, (voi, table) in zip(ends, found.items(), strict=False)}
    return places, {"tables": np.concatenate(list(found.values()))} if found else {}


def _send_frames(
    pixels: np.ndarray,
    planes: np.ndarray | None,
    windows: Iterable[Window],
    key: str,
    digest: str,
    frame: int,
) -> None:
    """Only the frames near the one in view travel; the browser asks for more before it comes to the edge."""
    around = _around(pixels[0].nbytes + (0 if planes is None else planes[0].nbytes))
    middle = session().near.get(key, (digest, frame))
    near = middle[1] if middle[0] == digest else frame
    first = max(0, min(near - around, len(pixels) - (2 * around + 1)))
    near_by = slice(first, first + 2 * around + 1)
    places, more = _tables(windows)
    header = {"name": key, "digest": digest, "first": first, "total": len(pixels), "table_at": places}

    def make() -> bytes:
        laid_over = {} if planes is None else {"planes": planes[near_by]}
        return pack(header, pixels=_sendable(pixels[near_by]), **laid_over, **more)

    carry_packed(key, cached.packed(digest, (key, first, around, *places), make))


def _send_overlay(overlay: Overlay, key: str) -> dict[str, Any]:
    """The map goes through a carrier; what is left of it is small, with a stamp that ties the two together."""
    values = np.ascontiguousarray(overlay.values, np.float32)
    stamp = blake2b(values.tobytes(), digest_size=8).hexdigest()
    carry(f"{key}-overlay", {"stamp": stamp}, values=values)
    return asdict(overlay) | {"values": None, "limit": float(overlay.limit) or 1.0, "stamp": stamp}


def view(
    pixels: np.ndarray,
    *,
    key: str,
    digest: str,
    window: Window | tuple[float, float],
    presets: Mapping[str, Window] | None = None,
    frame: int = 0,
    unit: str = "",
    inverted: bool = False,
    spacing_mm: tuple[float, float] | None = None,
    pixel_height: float = 1.0,
    crop: tuple[int, int, int, int] | None = None,
    boxes: np.ndarray | None = None,
    sweep: Sweep | None = None,
    overlay: Overlay | None = None,
    link: Mapping[str, Any] | None = None,
    planes: np.ndarray | None = None,
    edges: tuple[str, str, str, str] | None = None,
    reach: str = "",
    title: str = "",
    alt: str = "",
    height: int = 560,
    inference: Inference | None = None,
) -> Chosen:
    """Show an image.

    Args:
        pixels: (frame, row, column) values, or (frame, row, column, 3) colour.
        key: the widget's key.
        digest: content key of the pixels; a new one begins again with the given window.
        window: where to begin; center and width in the unit of the values.
        presets: more windows to choose from, by name.
        frame: where to begin, counted from 0; a later change is followed.
        unit: written behind a value.
        inverted: the smallest value is white.
        spacing_mm: (row, column), for true proportions and the ruler.
        pixel_height: in widths of a pixel, for true proportions where there is no spacing.
        crop: x, y, width, height of the part that is read; with it the crop box can be drawn anew.
        boxes: (step, 4) x, y, width, height of the place of each step, in reading order.
        sweep: drawn over the part that is read, as an arrow for each line.
        overlay: a map over a part of the image.
        link: {group, unit, start_mm, step_mm}: viewers of one group go together (see link.js).
        planes: (frame, row, column) uint8 or uint16, not 0 where an overlay plane is drawn (``Study.overlay_bits``).
        edges: letters of the patient's side at the left, right, top and bottom edge; None where they are not known.
        reach: one line that says what the window does and does not change.
        title: stands over the saved picture.
        alt: what is shown, for those who cannot see it; the title where there is none.
        height: of the canvas, in CSS pixels, at most.
        inference: of the answer beside it, for the saved picture.
    """
    start = window if isinstance(window, Window) else Window(*window, source="computed")

    def need() -> None:
        session().near[key] = (digest, int(st.session_state[key].need))

    with st.container(gap=None):
        _send_frames(pixels, planes, (start, *(presets or {}).values()), key, digest, frame)
        data = {
            "name": key,
            "digest": digest,
            "center": start.center,
            "width": start.width,
            "voi": _voi(start),
            "presets": [
                {"name": name, "center": w.center, "width": w.width, "voi": _voi(w)}
                for name, w in (presets or {}).items()
            ],
            "start": frame,
            "unit": unit,
            "inverted": inverted,
            "spacing_mm": spacing_mm,
            "pixel_height": pixel_height,
            "crop": crop,
            "title": title or alt,
            "alt": f"{(alt or title or 'Image').rstrip('.')}.",
            **stamp(inference),
            "boxes": None if boxes is None else np.asarray(boxes).tolist(),
            "sweep": sweep and {"axis": sweep.axis, "grid": sweep.grid, "both": sweep.is_both},
            "height": height,
            "colours": theme.CANVAS,
            "overlay": _send_overlay(overlay, key) if overlay else None,
            "link": link,
            "planes": planes is not None,
            "edges": edges,
            "reach": reach,
        }
        result = _viewer(
            key=key,
            data=data,
            on_frame_change=lambda: None,
            on_pick_change=lambda: None,
            on_region_change=lambda: None,
            on_crop_change=lambda: None,
            on_need_change=need,
        )
    return Chosen(chosen_here(result.frame, digest), result.pick, result.region, result.crop)
