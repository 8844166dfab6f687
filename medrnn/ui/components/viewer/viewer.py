"""The image viewer: one canvas that draws at the resolution of the screen, whatever the size of the image."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import streamlit as st

from medrnn.config import DISCLAIMER
from medrnn.plots import theme
from medrnn.types import Window
from medrnn.ui.components.carry import carry, declare

AROUND = 8  # frames sent before and after the one in view
DTYPES = ("uint8", "int16", "uint16", "int32", "float32")
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
    """

    values: np.ndarray
    box: tuple[int, int, int, int]
    limit: float
    signed: bool
    label: str


def _sendable(pixels: np.ndarray) -> np.ndarray:
    """The same values in a type that the browser knows; colour of more than 8 bits is scaled down."""
    if pixels.ndim == 4:
        if pixels.dtype == np.uint8:
            return pixels
        top = np.iinfo(pixels.dtype).max if np.issubdtype(pixels.dtype, np.integer) else 1.0
        return np.rint(pixels.astype(np.float32) * (255 / top)).astype(np.uint8)
    if pixels.dtype.name in DTYPES:
        return pixels
    return pixels.astype(
        np.int32 if np.issubdtype(pixels.dtype, np.integer) and pixels.max() < 2**31 else np.float32
    )


def _send_frames(pixels: np.ndarray, key: str, digest: str, frame: int) -> None:
    """Only the frames near the one in view travel; the browser asks for more before it comes to the edge."""
    span = 2 * AROUND + 1
    middle = st.session_state.get(f"{key}-near", (digest, frame))
    near = middle[1] if middle[0] == digest else frame
    first = max(0, min(near - AROUND, len(pixels) - span))
    some = _sendable(pixels[first : first + span])
    carry(key, {"digest": digest, "first": first, "total": len(pixels)}, pixels=some)


def view(
    pixels: np.ndarray,
    *,
    key: str,
    digest: str,
    window: Window,
    frame: int = 0,
    unit: str = "",
    inverted: bool = False,
    spacing_mm: tuple[float, float] | None = None,
    crop: tuple[int, int, int, int] | None = None,
    boxes: np.ndarray | None = None,
    overlay: Overlay | None = None,
    title: str = "",
    height: int = 560,
) -> Any:
    """Show an image.

    Args:
        pixels: (frame, row, column) values, or (frame, row, column, 3) colour.
        key: the widget's key.
        digest: content key of the pixels; a new one begins again with the given window.
        window: where to begin; center and width in the unit of the values.
        frame: where to begin, counted from 0.
        unit: written behind a value.
        inverted: the smallest value is white.
        spacing_mm: (row, column), for true proportions and the ruler.
        crop: x, y, width, height of the part that is read; with it the crop box can be drawn anew.
        boxes: (step, 4) the place of each step, in reading order.
        overlay: a map over a part of the image.
        title: what is shown, for the saved picture and for those who cannot see it.
        height: of the canvas, in CSS pixels.

    Returns:
        The component's result: ``frame`` (kept), ``crop`` {x, y, width, height} and ``pick`` {row, column,
        frame}, each for one run.
    """

    def need() -> None:
        st.session_state[f"{key}-near"] = (digest, int(st.session_state[key].need))

    data = {
        "name": key, "digest": digest, "center": window.center, "width": window.width, "voi": window.function, "start": frame, "unit": unit,
        "inverted": inverted, "spacing_mm": spacing_mm, "crop": crop, "title": title, "note": DISCLAIMER,
        "boxes": None if boxes is None else boxes.tolist(), "height": height, "colours": theme.CANVAS,
        "overlay": None if overlay is None else asdict(overlay) | {"values": None},
    }  # fmt: skip
    with st.container(gap=None):
        _send_frames(pixels, key, digest, frame)
        if overlay is not None:
            carry(f"{key}-overlay", {}, values=overlay.values.astype(np.float32))
        return _viewer(
            key=key, data=data, on_frame_change=lambda: None, on_pick_change=lambda: None,
            on_crop_change=lambda: None, on_need_change=need,
        )  # fmt: skip
