"""From values to what is drawn: VOI window, then MONOCHROME1 inversion; padding is black."""

import numpy as np

from medrnn.errors import ImageError
from medrnn.types import Study, Window

SAMPLE = 2_000_000  # values looked at for a computed window
PERCENTILES = (0.5, 99.5)


def check_frame(study: Study, frame: int) -> None:
    """Raise an ImageError that says which frames there are."""
    if not 0 <= frame < study.frames:
        raise ImageError(f"Expected a frame from 0 to {study.frames - 1}, got {frame}.")


def compute_window(values: np.ndarray, padding: np.ndarray | None = None, *, bits: int = 8) -> Window:
    """A window for an image without one.

    Grey images of one byte get 0 to ``2**bits - 1``, so that a drawn 8-bit value is value / 255; others the 0.5 to the 99.5 percentile
    of the values that are not padding, over an even sample of all frames.
    """
    if values.dtype == np.uint8:
        top = float(2**bits - 1)
        return Window(top / 2, top, "computed")
    flat = values.reshape(-1) if padding is None or padding.all() else values[~padding]
    some = flat[:: max(1, flat.size // SAMPLE)].astype(np.float64)
    some = some[np.isfinite(some)]
    low, high = np.percentile(some, PERCENTILES) if some.size else (0.0, 1.0)
    if high <= low:
        low, high = (float(some.min()), float(some.max())) if some.size else (0.0, 1.0)
    return Window(float(low + high) / 2, float(high - low) or 1.0, "computed")


def apply_window(values: np.ndarray, window: Window) -> np.ndarray:
    """PS3.3 C.11.2.1.2 (LINEAR, LINEAR_EXACT) and C.11.2.1.3 (SIGMOID), to [0, 1] instead of [ymin, ymax]."""
    x = values.astype(np.float32)
    center, width = np.float32(window.center), np.float32(window.width)
    if window.function == "SIGMOID":
        return 1 / (1 + np.exp(np.clip(-4 * (x - center) / width, -80, 80)))
    if window.function == "LINEAR":
        if width <= 1:
            return (x > center - np.float32(0.5)).astype(np.float32)
        low, span = center - np.float32(0.5) - (width - 1) / 2, width - 1
    else:
        low, span = center - width / 2, width
    return np.clip((x - low) / span, 0, 1)


def display(study: Study, frame: int = 0, window: Window | None = None) -> np.ndarray:
    """One frame as it is drawn.

    Args:
        study: any study.
        frame: counted from 0.
        window: by default the study's own.

    Returns:
        (row, column) float32 in [0, 1], bright is dense; (row, column, 3) for colour.

    Raises:
        ImageError: there is no such frame.
    """
    check_frame(study, frame)
    colour = study.colour if study.colour is not None else study.values if study.values.ndim == 4 else None
    if colour is not None:
        top = np.iinfo(colour.dtype).max if np.issubdtype(colour.dtype, np.integer) else 1.0
        return colour[frame].astype(np.float32) / np.float32(top)
    drawn = apply_window(study.values[frame], window or study.window)
    if study.inverted:
        drawn = 1 - drawn
    if study.padding is not None:
        drawn[study.padding[frame]] = 0
    return drawn
