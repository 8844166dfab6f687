"""What a DICOM file says of how it is shown: window, polarity, padding, distance of pixels."""

import numpy as np
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from medrnn.imaging.functional_groups import frame_macros
from medrnn.imaging.privacy import known_text, number, value_of
from medrnn.types import Window

FUNCTIONS = ("LINEAR", "LINEAR_EXACT", "SIGMOID")
_LARGEST = 1e30


def _first(macro: Dataset, keyword: str) -> float | None:
    value = value_of(macro, keyword)
    found = number(value[0] if isinstance(value, MultiValue) and len(value) else value)
    return found if found is None or abs(found) < _LARGEST else None


def read_window(ds: Dataset, frames: int, notes: list[str]) -> Window | None:
    """The first window of the first frame (PS3.3 C.11.2)."""
    macro = frame_macros(ds, "FrameVOILUTSequence", frames)[0]
    center, width = _first(macro, "WindowCenter"), _first(macro, "WindowWidth")
    if center is None and value_of(macro, "VOILUTSequence"):
        notes.append("The file brings a VOI LUT, which is not applied; the window is computed.")
        return None
    if center is None or width is None:
        if "WindowCenter" in macro and value_of(macro, "WindowCenter", "bad") is not None:
            notes.append("The file's window is no number; a computed one is used.")
        return None
    function = str(value_of(macro, "VOILUTFunction", "LINEAR")).strip().upper()
    function = function if function in FUNCTIONS else "LINEAR"
    if width <= 0 or (function == "LINEAR" and width < 1):
        notes.append("The file's window has no positive width; a computed one is used.")
        return None
    return Window(center, width, "file", function)


def read_polarity(ds: Dataset) -> str | None:
    """Why a grey image is drawn with its smallest value white, or None (PS3.3 C.7.6.3.1.2 and C.11.6)."""
    if ds.PhotometricInterpretation == "MONOCHROME1":
        return "MONOCHROME1"
    if value_of(ds, "PresentationLUTShape") == "INVERSE":
        return "presentation LUT shape"
    return None


def _as_stored(value: int, dtype: np.dtype) -> int:
    """A padding value that was written with the other sign than the pixels (US for SS or the reverse)."""
    if np.iinfo(dtype).min <= value <= np.iinfo(dtype).max or dtype.itemsize != 2:
        return value
    return int(np.array(value & 0xFFFF, np.uint16).astype(dtype))


def read_padding(ds: Dataset, stored: np.ndarray) -> np.ndarray | None:
    """Where the stored value lies between pixel padding value and range limit (PS3.3 C.7.5.1.1.2)."""
    value = number(value_of(ds, "PixelPaddingValue"))
    if value is None or not np.issubdtype(stored.dtype, np.integer):
        return None
    limit = number(value_of(ds, "PixelPaddingRangeLimit"))
    ends = [_as_stored(int(v), stored.dtype) for v in (value, value if limit is None else limit)]
    return (stored >= min(ends)) & (stored <= max(ends))


def read_spacing(ds: Dataset, frames: int, notes: list[str]) -> tuple[float, float] | None:
    """(row, column) in mm: PixelSpacing, also of functional groups, else the detector's (PS3.3 10.7.1.3)."""
    macro = frame_macros(ds, "PixelMeasuresSequence", frames)[0]
    name, holder = "PixelSpacing", macro if "PixelSpacing" in macro else ds
    if name not in holder:
        name = "ImagerPixelSpacing"
    if name not in holder:
        return None
    value = value_of(holder, name)
    pair = [number(v) for v in value] if isinstance(value, MultiValue) else []
    if len(pair) != 2 or any(v is None or not 0 < v < _LARGEST for v in pair):
        notes.append("The file's pixel spacing makes no sense; sizes in mm are not shown.")
        return None
    if name == "ImagerPixelSpacing":
        notes.append(
            "Spacing is measured at the detector; sizes in the body are smaller by the magnification."
        )
    return pair[0], pair[1]


def say_burned_in(ds: Dataset, notes: list[str]) -> None:
    """A person's name may be part of the picture; no white list can take it out."""
    stated = str(value_of(ds, "BurnedInAnnotation", "")).strip().upper()
    if stated == "YES":
        notes.append("The file says that text is burned into the pixels; it may name a person.")
    elif stated != "NO" and known_text(ds, "Modality") in ("US", "SC", "XC", "ES"):
        notes.append("Images of this kind often carry text burned into the pixels; it may name a person.")
