"""How large a pixel is, as a DICOM file states it in one of several places (PS3.3 10.7.1.3, C.8.5.5, C.7.6.3)."""

from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from medrnn.imaging.dicom import regions
from medrnn.imaging.dicom.elements import number, value_of
from medrnn.imaging.dicom.functional_groups import frame_macros

Pair = tuple[float, float]
DETECTOR = "Spacing is measured at the detector; sizes in the body are smaller by the magnification."
SCANNED = (
    "Spacing is that of a scanned film; sizes in the body differ from it by the magnification of the film."
)
SPACINGS = {"PixelSpacing": "", "ImagerPixelSpacing": DETECTOR, "NominalScannedPixelSpacing": SCANNED}
SENSELESS = "The file's pixel spacing makes no sense"
_SMALLEST, _LARGEST = 1e-30, 1e30  # mm
_MOST_PARTS = 0x1FFF  # of an aspect ratio


def _pair(value: Any, low: float, high: float) -> Pair | None:
    """Two numbers from ``low`` to ``high``, or None."""
    if isinstance(value, str | bytes) or not hasattr(value, "__len__") or len(value) != 2:
        return None
    first, second = (number(v) for v in value)
    if first is None or second is None:
        return None
    return (first, second) if low <= min(first, second) and max(first, second) <= high else None


def _is_empty(holder: Dataset, name: str) -> bool:
    return name not in holder or value_of(holder, name, "") == ""


def _stated(ds: Dataset, frames: int) -> list[tuple[str, Pair | None]]:
    """(keyword, spacing) of every spacing that is there, the first counts; None where it makes no sense."""
    macro = frame_macros(ds, "PixelMeasuresSequence", frames)[0]
    found = []
    for name in SPACINGS:
        holder = ds if _is_empty(macro, name) else macro
        if not _is_empty(holder, name):
            found.append((name, _pair(value_of(holder, name), _SMALLEST, _LARGEST)))
    return found


def _do_frames_differ(ds: Dataset, frames: int) -> bool:
    first, *others = frame_macros(ds, "PixelMeasuresSequence", frames)
    return any(value_of(other, "PixelSpacing") != value_of(first, "PixelSpacing") for other in others)


def read_spacing(ds: Dataset, shape: tuple[int, ...], notes: list[str]) -> Pair | None:
    """(row, column) in mm: of the pixels, also of functional groups, else of the detector or the scanned film, else
    of the regions of an ultrasound picture.

    Args:
        ds: the object.
        shape: (frame, row, column) of its pixels.
        notes: takes warnings: at what distance it was measured, where it holds.
    """
    if _do_frames_differ(ds, shape[0]):
        notes.append("The frames differ in their pixel spacing; sizes in mm are not shown.")
        return None
    stated = _stated(ds, shape[0])
    name, found = next((one for one in stated if one[1]), ("", None))
    if found is None:
        found = regions.read_spacing(ds, shape[1:3], notes)
    elif SPACINGS[name]:
        notes.append(SPACINGS[name])
    if any(pair is None for _, pair in stated[: None if found is None else 1]):
        notes.append(f"{SENSELESS}; {'another is used' if found else 'sizes in mm are not shown'}.")
    return found


def read_aspect(ds: Dataset) -> float:
    """Height of a pixel in its widths, 1 where the file says none (PS3.3 C.7.6.3.1.7)."""
    found = _pair(value_of(ds, "PixelAspectRatio"), 1, _MOST_PARTS)
    return float(np.float64(found[0]) / found[1]) if found else 1.0
