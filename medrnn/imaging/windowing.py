"""From values to what is drawn: VOI window, then MONOCHROME1 inversion; padding is black."""

from math import gcd

import numpy as np

from medrnn.errors import ImageError
from medrnn.types import Applied, Study, Window

SAMPLE = 2_000_000  # values looked at for a computed window
PERCENTILES = (0.5, 99.5)


def check_frame(study: Study, frame: int) -> None:
    """Raise an ImageError that says which frames there are."""
    if not 0 <= frame < study.frames:
        raise ImageError(f"Expected a frame from 0 to {study.frames - 1}, got {frame}.")


def sample(values: np.ndarray, padding: np.ndarray | None) -> np.ndarray:
    """Finite values that are not padding, over an even sample of all frames, in float64."""
    step = max(1, values.size // SAMPLE)
    while gcd(step, values.shape[-1]) > 1:  # else only some columns would be seen
        step += 1
    some = values.reshape(-1)[::step].astype(np.float64)
    if padding is not None and not padding.all():
        some = some[~padding.reshape(-1)[::step]]
    return some[np.isfinite(some)]


def compute_window(
    values: np.ndarray, padding: np.ndarray | None = None, *, bits: int | None = None
) -> Window:
    """A window for an image without one.

    Grey images of one byte and colour get 0 to ``2**bits - 1``, so that a drawn 8-bit value is value / 255;
    others the 0.5 to the 99.5 percentile of the values that are not padding.

    Args:
        values: (frame, row, column) or (frame, row, column, 3).
        padding: (frame, row, column), True for what is not looked at.
        bits: of a stored sample; by default those of the array.
    """
    if values.dtype == np.uint8 or values.ndim == 4:
        top = 1.0 if values.dtype.kind == "f" else float(2 ** (bits or 8 * values.dtype.itemsize) - 1)
        return Window(top / 2, top, "computed")
    some = sample(values, padding)
    low, high = np.percentile(some, PERCENTILES) if some.size else (0.0, 1.0)
    if high <= low and some.size:
        low, high = some.min(), some.max()
    return Window(float(low + high) / 2, float(high - low) or 1.0, "computed")


def window_step(window: Window) -> Applied:
    """The window as one of the things that were applied."""
    names = ("center", "width", "function", "source")
    return Applied("window", tuple((name, getattr(window, name)) for name in names))


def _look_up(x: np.ndarray, window: Window) -> np.ndarray:
    """PS3.3 C.11.2.1.1: inputs before the first get the first entry, those behind the last the last one."""
    table = np.frombuffer(window.table, "<u2") / 65535.0
    at = np.floor((x - (window.center - window.width / 2)) * (table.size / window.width))
    drawn = table[np.nan_to_num(np.clip(at, 0, table.size - 1)).astype(np.intp)]
    return np.where(np.isnan(x), np.nan, drawn)


def apply_window(values: np.ndarray, window: Window) -> np.ndarray:
    """PS3.3 C.11.2.1.1 (LUT), C.11.2.1.2 (LINEAR), C.11.2.1.3 (SIGMOID, LINEAR_EXACT), to [0, 1] for [ymin, ymax].

    Between two inputs of a table the nearer one counts; a "LUT" without its table is a straight line.
    In float64, since 32-bit values and narrow windows need it; the result is float32, NaN is 0.
    """
    x, center, width = values.astype(np.float64), window.center, window.width
    if window.function == "LUT" and window.table:
        drawn = _look_up(x, window)
    elif window.function == "SIGMOID":
        drawn = 1 / (1 + np.exp(np.clip(-4 * (x - center) / width, -80, 80)))
    elif window.function == "LINEAR" and width <= 1:
        drawn = (x > center - 0.5).astype(np.float64)
    elif window.function == "LINEAR":
        drawn = _straight(x, center - 0.5, width - 1, 0.5)
    else:
        drawn = _straight(x, center - width / 2, width)
    np.clip(drawn, 0, 1, out=drawn)
    if values.dtype.kind == "f":
        np.nan_to_num(drawn, copy=False, nan=0.0)
    found: np.ndarray = drawn.astype(np.float32)
    return found


def _straight(x: np.ndarray, start: float, width: float, shift: float = 0.0) -> np.ndarray:
    """``(x - start) / width + shift`` in the array that came: a series is many frames."""
    x -= start
    x /= width
    if shift:
        x += shift
    return x


def display(study: Study, frame: int = 0, window: Window | None = None) -> np.ndarray:
    """One frame as it is drawn.

    Args:
        study: any study.
        frame: counted from 0.
        window: by default the study's own; colour is drawn as it is.

    Returns:
        (row, column) float32 in [0, 1], bright is dense; (row, column, 3) for colour.

    Raises:
        ImageError: there is no such frame.
    """
    check_frame(study, frame)
    if study.colour is not None:
        colour: np.ndarray = study.colour[frame].astype(np.float32)
        return colour / np.float32(np.iinfo(study.colour.dtype).max)
    if study.values.ndim == 4:
        return apply_window(study.values[frame], study.window)
    drawn = apply_window(study.values[frame], window or study.window)
    if study.inverted:
        drawn = 1 - drawn
    if study.padding is not None:
        drawn[study.padding[frame]] = 0
    return drawn
