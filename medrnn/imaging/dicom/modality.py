"""From stored to physical values: the modality LUT, or slope and intercept (PS3.3 C.11.1)."""

import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut

from medrnn.errors import ImageError
from medrnn.imaging.dicom.elements import number, value_of
from medrnn.imaging.dicom.functional_groups import frame_macros
from medrnn.imaging.dicom.parsing import BROKEN
from medrnn.imaging.dicom.pixels import lut_is_whole
from medrnn.imaging.dicom.privacy import known_text
from medrnn.types import Applied

MACRO = "PixelValueTransformationSequence"
SAME = (1.0, 0.0)
SENSELESS = (
    "The file's rescale slope or intercept makes no sense (zero, no number or too large); it was not applied."
)
_AT_ONCE = 1 << 20  # values
_LARGEST = 1e30  # values are float32 at most


def _pair(macro: Dataset) -> tuple[float, float] | None:
    """(slope, intercept), (1, 0) where there is none; None where they make no sense."""
    if "RescaleSlope" not in macro and "RescaleIntercept" not in macro:
        return SAME
    slope = number(value_of(macro, "RescaleSlope", 1))
    intercept = number(value_of(macro, "RescaleIntercept", 0))
    if not slope or intercept is None or max(abs(slope), abs(intercept)) > _LARGEST:
        return None
    return slope, intercept


def _integer_type(stored: np.ndarray, pairs: list[tuple[float, float]]) -> np.dtype | None:
    """The smallest integer type for all frames, None where a result is no whole number or too large."""
    if not np.issubdtype(stored.dtype, np.integer) or any(v != int(v) for pair in pairs for v in pair):
        return None
    low, high = int(stored.min()), int(stored.max())
    ends = [end * int(slope) + int(intercept) for slope, intercept in set(pairs) for end in (low, high)]
    for kind in (np.int16, np.uint16, np.int32):
        if np.iinfo(kind).min <= min(ends) and max(ends) <= np.iinfo(kind).max:
            return np.dtype(kind)
    return None


def _rescale(stored: np.ndarray, pairs: list[tuple[float, float]]) -> np.ndarray:
    """``stored * slope + intercept``, some rows at a time to spare memory."""
    integer = _integer_type(stored, pairs)
    made = np.empty(stored.shape, integer or np.float32)
    rows = max(1, _AT_ONCE // stored.shape[2])
    for out, frame, (slope, intercept) in zip(made, stored, pairs, strict=True):
        for some in (slice(at, at + rows) for at in range(0, len(frame), rows)):
            if integer is None:
                out[some] = frame[some].astype(np.float64) * slope + intercept
            else:
                out[some] = frame[some].astype(np.int64) * int(slope) + int(intercept)
    return made


def _look_up(ds: Dataset, stored: np.ndarray) -> np.ndarray:
    table = ds.ModalityLUTSequence[0]
    if not lut_is_whole(value_of(table, "LUTDescriptor"), value_of(table, "LUTData")):
        raise ImageError(BROKEN)
    try:
        made = apply_modality_lut(stored, ds)
    except Exception:
        raise ImageError(BROKEN) from None
    return made if np.issubdtype(made.dtype, np.integer) else made.astype(np.float32)


def to_values(
    ds: Dataset, stored: np.ndarray, applied: list[Applied], notes: list[str]
) -> tuple[np.ndarray, str | None]:
    """The same shape in physical values, and their unit; ``stored`` itself where nothing is to be done.

    Raises:
        ImageError: the modality LUT is short or damaged.
    """
    if value_of(ds, "ModalityLUTSequence"):
        applied.append(Applied("modality-lut"))
        return _look_up(ds, stored), _unit_of(ds, len(stored))
    found = [_pair(macro) for macro in frame_macros(ds, MACRO, len(stored))]
    pairs = [pair or SAME for pair in found]
    if None in found:
        notes.append(SENSELESS)
    unit = None if None in found else _unit_of(ds, len(stored))
    if all(pair == SAME for pair in pairs):
        return stored, unit
    if len(set(pairs)) == 1:
        applied.append(Applied("rescale", tuple(zip(("slope", "intercept"), pairs[0], strict=True))))
    else:
        applied.append(Applied("rescale", (("each", "frame"),)))
    return _rescale(stored, pairs), unit


def _unit_of(ds: Dataset, frames: int) -> str | None:
    """Hounsfield units where the rescale type says so, or for CT where it says nothing (PS3.3 C.8.2.1)."""
    macro = frame_macros(ds, MACRO, frames)[0]
    stated = str(value_of(macro, "RescaleType", "")).strip().upper() or (
        str(value_of(ds, "RescaleType", "")).strip().upper()
    )
    if stated:
        return "HU" if stated == "HU" else None
    return "HU" if known_text(ds, "Modality") == "CT" else None
