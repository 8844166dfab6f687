"""What a DICOM file says of how it is shown: windows, lookup tables, polarity, padding."""

from itertools import zip_longest
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence

from medrnn.imaging.dicom.elements import number, value_of
from medrnn.imaging.dicom.functional_groups import frame_macros
from medrnn.imaging.dicom.privacy import known_text
from medrnn.imaging.dicom.tables import first_input, is_empty, read_table
from medrnn.types import Window

FUNCTIONS = ("LINEAR", "LINEAR_EXACT", "SIGMOID")
EXPLANATIONS = {  # words of the two explanations that are shown; any other text stays in the file
    "ABDOMEN", "BONE", "BRAIN", "DEFAULT", "HARDER", "LIVER", "LUNG", "MEDIASTINUM", "NORMAL", "SOFT TISSUE", "SOFTER",
    "SPINE",
}  # fmt: skip
PADDINGS = {  # by the kind of pixels: value and range limit
    "PixelData": ("PixelPaddingValue", "PixelPaddingRangeLimit"),
    "FloatPixelData": ("FloatPixelPaddingValue", "FloatPixelPaddingRangeLimit"),
    "DoubleFloatPixelData": ("DoubleFloatPixelPaddingValue", "DoubleFloatPixelPaddingRangeLimit"),
}
MOST = 16  # windows, and as many tables, that are offered
_SHOWN = ("WindowCenter", "WindowWidth", "VOILUTFunction", "VOILUTSequence")
_LARGEST = 1e30


def _listed(macro: Dataset, keyword: str) -> list[Any]:
    """The values of an element that may have one or several."""
    value = value_of(macro, keyword)
    if value is None:
        return []
    return list(value[:MOST]) if isinstance(value, MultiValue) else [value]


def _name(kind: str, place: int, words: list[Any]) -> str:
    """The number in the file, and its explanation only where that is a word of the known set: it is free text."""
    word = str(words[place]).strip().upper().replace("_", " ") if place < len(words) else ""
    return f"{kind} {place + 1}" + (f", {word.lower()}" if word in EXPLANATIONS else "")


def _window(center: float | None, width: float | None, function: str) -> Window | str:
    """The window, or what is wrong with it."""
    if center is None or width is None or max(abs(center), abs(width)) > _LARGEST:
        return "The file's window is no number"
    if width <= 0:
        return "The file's window has no positive width"
    if function == "LINEAR" and width < 1:
        return "The file's window is narrower than 1, which a linear window may not be"
    return Window(center, width, "file", function)


def _windows(macro: Dataset, wrong: list[str]) -> list[tuple[str, Window]]:
    """Every pair of WindowCenter and WindowWidth (PS3.3 C.11.2.1.2)."""
    function = str(value_of(macro, "VOILUTFunction", "LINEAR")).strip().upper()
    function = function if function in FUNCTIONS else "LINEAR"
    pairs = [[number(v) for v in _listed(macro, keyword)] for keyword in ("WindowCenter", "WindowWidth")]
    if not any(pairs) and value_of(macro, "WindowCenter", "") != "":  # there, but no legal value
        wrong.append("The file's window is no number")
    words = _listed(macro, "WindowCenterWidthExplanation")
    found = []
    for place, (center, width) in enumerate(zip_longest(*pairs)):
        window = _window(center, width, function)
        if isinstance(window, str):
            wrong.append(window)
        else:
            found.append((_name("file", place, words), window))
    return found


def _table(item: Dataset, frame: np.ndarray, is_little: bool, wrong: list[str]) -> Window | None:
    """One item of the VOI LUT Sequence (PS3.3 C.11.2.1.1), or None where it is empty, short or damaged."""
    if is_empty(item):
        return None
    table = read_table(item, is_little)
    if table is None:
        wrong.append("A VOI LUT of the file is short or damaged")
        return None
    drawn = np.rint(table.entries * (65535 / (2**table.bits - 1))).astype("<u2").tobytes()
    first, count = first_input(table, frame), table.entries.size
    return Window(first + (count - 1) / 2, float(count), "file", "LUT", drawn)


def _tables(macro: Dataset, frame: np.ndarray, is_little: bool, wrong: list[str]) -> list[tuple[str, Window]]:
    items = value_of(macro, "VOILUTSequence")
    items = list(items[:MOST]) if isinstance(items, Sequence) else []
    words = [value_of(item, "LUTExplanation", "") for item in items]
    tables = [_table(item, frame, is_little, wrong) for item in items]
    return [(_name("LUT", place, words), table) for place, table in enumerate(tables) if table]


def _differ(macro: Dataset, other: Dataset) -> bool:
    """True where two frames are not shown alike."""
    return macro is not other and any(value_of(macro, name) != value_of(other, name) for name in _SHOWN)


def read_windows(ds: Dataset, values: np.ndarray, notes: list[str]) -> tuple[tuple[str, Window], ...]:
    """Every window of the first frame, then every VOI LUT (PS3.3 C.11.2), at most ``MOST`` of a kind.

    What makes no sense is left out with a warning, what comes twice is named once.

    Args:
        ds: a grey image.
        values: (frame, row, column) after the modality transform, which is what windows are about.
        notes: takes the warnings.

    Returns:
        (name, window), the first is where to begin: "file 1", "file 2, lung", "LUT 1"; empty where there is none.
    """
    wrong: list[str] = []
    macros = frame_macros(ds, "FrameVOILUTSequence", len(values))
    is_little = ds.original_encoding[1] is not False
    found = _windows(macros[0], wrong) + _tables(macros[0], values[0], is_little, wrong)
    if any(_differ(macro, macros[0]) for macro in macros):
        notes.append("The frames bring different windows; one is used for all.")
    cure = "the others are offered" if found else "a computed one is used"
    notes += [f"{what}; {cure}." for what in dict.fromkeys(wrong)]
    once: dict[Window, str] = {}
    for name, window in found:
        once.setdefault(window, name)
    return tuple((name, window) for window, name in once.items())


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


def _as_float(value: Any) -> float | None:
    """A number, also NaN or infinity, which float pixels may be padded with; None for anything else."""
    return value if isinstance(value, float) else None


def _float_padding(ds: Dataset, stored: np.ndarray) -> np.ndarray | None:
    """Of float pixels (PS3.3 C.7.5.1.1.2, C.7.6.24, C.7.6.25), None where no pixel is padded."""
    names = PADDINGS["FloatPixelData" if stored.itemsize == 4 else "DoubleFloatPixelData"]
    value, limit = (_as_float(value_of(ds, name)) for name in names)
    if value is None:
        return None
    ends = (value, value if limit is None or np.isnan(limit) else limit)
    found = np.isnan(stored) if np.isnan(value) else (stored >= min(ends)) & (stored <= max(ends))
    return found if found.any() else None


def read_padding(ds: Dataset, stored: np.ndarray) -> np.ndarray | None:
    """Where the stored value lies between pixel padding value and range limit (PS3.3 C.7.5.1.1.2)."""
    if stored.dtype.kind == "f":
        return _float_padding(ds, stored)
    value = number(value_of(ds, "PixelPaddingValue"))
    if value is None:
        return None
    limit = number(value_of(ds, "PixelPaddingRangeLimit"))
    ends = [_as_stored(int(v), stored.dtype) for v in (value, value if limit is None else limit)]
    return (stored >= min(ends)) & (stored <= max(ends))


def say_burned_in(ds: Dataset, notes: list[str]) -> None:
    """A person's name may be part of the picture; no white list can take it out."""
    stated = str(value_of(ds, "BurnedInAnnotation", "")).strip().upper()
    if stated == "YES":
        notes.append("The file says that text is burned into the pixels; it may name a person.")
    elif stated != "NO" and known_text(ds, "Modality") in ("US", "SC", "XC", "ES"):
        notes.append("Images of this kind often carry text burned into the pixels; it may name a person.")
