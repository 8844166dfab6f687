"""From stored to physical values: the modality LUT, or slope and intercept (PS3.3 C.11.1)."""

import numpy as np
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from medrnn.errors import ImageError
from medrnn.imaging.dicom.elements import number, value_of
from medrnn.imaging.dicom.functional_groups import frame_macros
from medrnn.imaging.dicom.parsing import BROKEN
from medrnn.imaging.dicom.privacy import known_text
from medrnn.imaging.dicom.tables import Table, first_input, is_empty, look_up, read_table
from medrnn.types import Applied

MACRO = "PixelValueTransformationSequence"
SAME = (1.0, 0.0)
SENSELESS = (
    "The file's rescale slope or intercept makes no sense (zero, no number or too large); it was not applied."
)
INTENSITY = (
    "The file's modality LUT or rescale leads back to X-ray intensity, not to a display; it was not applied."
)
NOT_WHOLE = "The file's modality LUT cannot be looked up with fractions; it was not applied."
XRAY = (
    uid.XRayAngiographicImageStorage, uid.XRayRadiofluoroscopicImageStorage, "1.2.840.10008.5.1.4.1.1.12.3",
)  # fmt: skip
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


def _is_for_intensity(ds: Dataset) -> bool:
    """True for XA and XRF: their transform leads back to X-ray intensity (PS3.3 C.11.1.1.2, C.8.7.1.1.2)."""
    classes = (value_of(ds, "SOPClassUID"), value_of(ds.file_meta, "MediaStorageSOPClassUID"))
    return known_text(ds, "Modality") == "XA" or any(str(c) in XRAY for c in classes)


def _table(ds: Dataset, stored: np.ndarray, notes: list[str]) -> Table | None:
    """The modality LUT that is to be applied, None where there is none.

    Raises:
        ImageError: it is short or damaged.
    """
    items = value_of(ds, "ModalityLUTSequence")
    items = [item for item in items if not is_empty(item)] if isinstance(items, Sequence) else []
    if not items:
        return None
    if _is_for_intensity(ds):
        notes.append(INTENSITY)
        return None
    if stored.dtype.kind == "f":
        notes.append(NOT_WHOLE)
        return None
    table = read_table(items[0], ds.original_encoding[1] is not False)
    if table is None:
        raise ImageError(BROKEN)
    return table


def _look_up(table: Table, stored: np.ndarray) -> np.ndarray:
    """uint8 where the table says and holds at most 8 bits, else uint16."""
    kind = np.uint8 if max(table.said, table.held) <= 8 else np.uint16
    made = np.empty(stored.shape, kind)
    first, entries = first_input(table, stored), table.entries.astype(kind)
    for out, frame in zip(made, stored, strict=True):
        out[:] = look_up(frame, first, entries)
    return made


def to_values(
    ds: Dataset, stored: np.ndarray, applied: list[Applied], notes: list[str]
) -> tuple[np.ndarray, str | None]:
    """The same shape in physical values, and their unit; ``stored`` itself where nothing is to be done.

    Raises:
        ImageError: the modality LUT is short or damaged.
    """
    table = _table(ds, stored, notes)
    if table is not None:
        applied.append(Applied("modality-lut"))
        return _look_up(table, stored), _unit_of(ds, len(stored))
    return _rescaled(ds, stored, applied, notes)


def _rescaled(
    ds: Dataset, stored: np.ndarray, applied: list[Applied], notes: list[str]
) -> tuple[np.ndarray, str | None]:
    macros = frame_macros(ds, MACRO, len(stored))
    found = [_pair(macro) for macro in macros]
    if macros[0] is ds and found[0] not in (SAME, None) and _is_for_intensity(ds):
        notes.append(INTENSITY)
        return stored, None
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
    found = {_unit_said(ds, macro) for macro in frame_macros(ds, MACRO, frames)}
    return found.pop() if len(found) == 1 else None


def _unit_said(ds: Dataset, macro: Dataset) -> str | None:
    stated = str(value_of(macro, "RescaleType", "")).strip().upper() or (
        str(value_of(ds, "RescaleType", "")).strip().upper()
    )
    if stated:
        return "HU" if stated == "HU" else None
    return "HU" if known_text(ds, "Modality") == "CT" else None
