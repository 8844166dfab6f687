"""DICOM bytes to ``Study``. No text of a tag, and no message of a library, leaves this module."""

import hashlib
import io
import logging
import warnings
import zlib
from typing import Any

import numpy as np
import pydicom
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.pixels import apply_color_lut, apply_modality_lut, pixel_array

from medrnn.errors import ImageError
from medrnn.imaging import codecs, privacy
from medrnn.imaging.functional_groups import frame_macros
from medrnn.imaging.limits import LIMIT_BYTES, check_size
from medrnn.imaging.windowing import compute_window
from medrnn.types import Study, Window

NATIVE = (
    uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.DeflatedExplicitVRLittleEndian,
    uid.ExplicitVRBigEndian, uid.RLELossless,
)  # fmt: skip
PHOTOMETRIC = (
    "MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT",
)  # fmt: skip
BROKEN = "Expected a whole DICOM image, this one is truncated or damaged. Export it again."

logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)  # its lines carry values of tags
pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE


def _check_deflated(data: bytes) -> None:
    """A deflated data set may not grow beyond the limit (PS3.5 A.5)."""
    if data[128:132] != b"DICM" or data[132:136] != b"\x02\x00\x00\x00":
        return
    start = 144 + int.from_bytes(data[140:144], "little")
    if uid.DeflatedExplicitVRLittleEndian.encode() not in data[132:start]:
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflate.decompress(data[start:], LIMIT_BYTES)
    except zlib.error:
        raise ImageError(BROKEN) from None
    if inflate.unconsumed_tail:
        raise ImageError(
            f"Expected at most {LIMIT_BYTES >> 20} MB, this file inflates to more. It is not opened."
        )


def _parse(data: bytes) -> Dataset:
    _check_deflated(data)
    try:
        ds = pydicom.dcmread(io.BytesIO(data), force=True)
        list(ds.keys())
    except Exception:  # a damaged file makes pydicom raise almost anything, with values of tags in the text
        raise ImageError(BROKEN) from None
    if "TransferSyntaxUID" not in ds.file_meta:
        is_implicit, is_little = ds.original_encoding
        explicit = uid.ExplicitVRLittleEndian if is_little else uid.ExplicitVRBigEndian
        ds.file_meta.TransferSyntaxUID = uid.ImplicitVRLittleEndian if is_implicit else explicit
    return ds


def _check(ds: Dataset) -> None:
    """Pixels, a known transfer syntax and photometric interpretation, a sane size."""
    if not any(name in ds for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        if "Rows" in ds and "SOPClassUID" in ds and "Image" in (privacy.uid_name(ds.SOPClassUID) or ""):
            raise ImageError(BROKEN)
        name = privacy.uid_name(ds.get("SOPClassUID"))
        what = f" ({name})" if name else ""
        raise ImageError(
            f"Expected an image, got a DICOM file without pixels{what}. Choose an image of its series."
        )
    syntax = ds.file_meta.TransferSyntaxUID
    if syntax not in (*NATIVE, *codecs.SYNTAXES):
        name = privacy.uid_name(syntax) or "an unknown one"
        raise ImageError(
            f"Expected a transfer syntax that can be decoded, got {name}. Export it uncompressed."
        )
    sizes = [privacy.number(ds.get(keyword, default)) for keyword, default in (
        ("Rows", None), ("Columns", None), ("NumberOfFrames", 1), ("SamplesPerPixel", 1), ("BitsAllocated", None),
    )]  # fmt: skip
    if None in sizes:
        raise ImageError(BROKEN)
    check_size(*(int(v) for v in sizes))
    if str(ds.get("PhotometricInterpretation", "")) not in PHOTOMETRIC:
        raise ImageError(
            "Expected a known photometric interpretation, got another. Export it as MONOCHROME2 or RGB."
        )


def _decode(ds: Dataset) -> np.ndarray:
    """(frame, row, column) or (frame, row, column, 3), YBR already RGB."""
    codecs.register()
    plugin = codecs.LABEL if ds.file_meta.TransferSyntaxUID in codecs.SYNTAXES else ""
    try:
        array = pixel_array(ds, decoding_plugin=plugin)
    except MemoryError:
        raise ImageError(
            "The image is too large for the memory of this machine. Take single frames."
        ) from None
    except Exception:
        raise ImageError(BROKEN) from None
    shape = (int(ds.get("NumberOfFrames", 1) or 1), int(ds.Rows), int(ds.Columns))
    shape += (int(ds.SamplesPerPixel),) if int(ds.get("SamplesPerPixel", 1)) > 1 else ()
    if array.size != np.prod(shape):
        raise ImageError(BROKEN)
    return np.ascontiguousarray(array.reshape(shape))


def _rescale(stored: np.ndarray, slope: float, intercept: float) -> np.ndarray:
    """``stored * slope + intercept``, in the smallest integer type that holds it where all are whole numbers."""
    whole = slope == int(slope) and intercept == int(intercept) and np.issubdtype(stored.dtype, np.integer)
    if not whole:
        return (stored.astype(np.float64) * slope + intercept).astype(np.float32)
    ends = [int(v) * int(slope) + int(intercept) for v in (stored.min(), stored.max())]
    for kind in (np.int16, np.uint16, np.int32):
        if np.iinfo(kind).min <= min(ends) and max(ends) <= np.iinfo(kind).max:
            return (stored.astype(np.int64) * int(slope) + int(intercept)).astype(kind)
    return (stored.astype(np.float64) * slope + intercept).astype(np.float32)


def _slope(macro: Dataset, notes: list[str]) -> tuple[float, float] | None:
    if "RescaleSlope" not in macro and "RescaleIntercept" not in macro:
        return None
    slope, intercept = (
        privacy.number(macro.get("RescaleSlope", 1)),
        privacy.number(macro.get("RescaleIntercept", 0)),
    )
    if not slope or intercept is None:
        notes.append(
            "The file's rescale slope or intercept makes no sense (zero or no number); it was not applied."
        )
        return None
    return slope, intercept


def _modality(ds: Dataset, stored: np.ndarray, applied: list[str], notes: list[str]) -> np.ndarray:
    """Modality LUT, or slope and intercept, each frame with its own where they differ (PS3.3 C.11.1)."""
    if "ModalityLUTSequence" in ds:
        try:
            made = apply_modality_lut(stored, ds)
        except Exception:
            raise ImageError(BROKEN) from None
        applied.append("modality LUT")
        return made if np.issubdtype(made.dtype, np.integer) else made.astype(np.float32)
    pairs = [_slope(m, notes) for m in frame_macros(ds, "PixelValueTransformationSequence", len(stored))]
    if all(pair in (None, (1.0, 0.0)) for pair in pairs):
        return stored
    if len(set(pairs)) == 1:
        applied.append(f"value = stored x {pairs[0][0]:g} + {pairs[0][1]:g}")
        return _rescale(stored, *pairs[0])
    applied.append("value = stored x slope + intercept, each frame with its own")
    frames = [_rescale(frame, *(pair or (1.0, 0.0))) for frame, pair in zip(stored, pairs, strict=True)]
    return np.stack([frame.astype(np.float32) for frame in frames])


def _window(ds: Dataset, frames: int, notes: list[str]) -> Window | None:
    """The first window of the file (PS3.3 C.11.2)."""
    macro = frame_macros(ds, "FrameVOILUTSequence", frames)[0]
    first = [macro.get(name) for name in ("WindowCenter", "WindowWidth")]
    center, width = (
        privacy.number(v[0] if isinstance(v, pydicom.multival.MultiValue) and v else v) for v in first
    )
    if "VOILUTSequence" in macro and center is None:
        notes.append("The file brings a VOI LUT, which is not applied; the window is computed.")
    if center is None or width is None:
        return None
    function = str(macro.get("VOILUTFunction", "LINEAR")).strip().upper()
    function = function if function in ("LINEAR", "LINEAR_EXACT", "SIGMOID") else "LINEAR"
    if width <= 0 or (function == "LINEAR" and width < 1):
        notes.append("The file's window has no positive width; a computed one is used.")
        return None
    return Window(center, width, "file", function)


def _padding(ds: Dataset, stored: np.ndarray) -> np.ndarray | None:
    """Where the stored value lies between pixel padding value and range limit (PS3.3 C.7.5.1.1.2)."""
    value = privacy.number(ds.get("PixelPaddingValue"))
    if value is None or stored.ndim != 3 or not np.issubdtype(stored.dtype, np.integer):
        return None
    limit = privacy.number(ds.get("PixelPaddingRangeLimit", value))
    ends = [int(np.array(int(v)).astype(stored.dtype)) for v in (value, value if limit is None else limit)]
    return (stored >= min(ends)) & (stored <= max(ends))


def _spacing(ds: Dataset, frames: int, notes: list[str]) -> tuple[float, float] | None:
    """(row, column) in mm: PixelSpacing, also of functional groups, else the detector's (PS3.3 10.7.1.3)."""
    macro = frame_macros(ds, "PixelMeasuresSequence", frames)[0]
    value: Any = macro.get("PixelSpacing")
    if value is None and "ImagerPixelSpacing" in ds:
        value = ds.ImagerPixelSpacing
        notes.append(
            "Spacing is measured at the detector; sizes in the body are smaller by the magnification."
        )
    if value is None:
        return None
    pair = [privacy.number(v) for v in value] if isinstance(value, pydicom.multival.MultiValue) else []
    if len(pair) != 2 or any(v is None or v <= 0 for v in pair):
        notes.append("The file's pixel spacing makes no sense; sizes in mm are not shown.")
        return None
    return pair[0], pair[1]


def _colour(ds: Dataset, stored: np.ndarray) -> np.ndarray | None:
    if ds.PhotometricInterpretation != "PALETTE COLOR":
        return None
    try:
        return np.ascontiguousarray(apply_color_lut(stored, ds))
    except Exception:
        raise ImageError(
            "Expected a palette that covers its indices, this one is damaged. Export it as RGB."
        ) from None


def _say_burned_in(ds: Dataset, notes: list[str]) -> None:
    stated = str(ds.get("BurnedInAnnotation", "")).strip().upper()
    if stated == "YES":
        notes.append("The file says that text is burned into the pixels; it may name a person.")
    elif stated != "NO" and privacy.known_text(ds, "Modality") in ("US", "SC", "XC", "ES"):
        notes.append("Images of this kind often carry text burned into the pixels; it may name a person.")


def _study(ds: Dataset, data: bytes) -> Study:
    _check(ds)
    applied: list[str] = []
    notes: list[str] = []
    stored = _decode(ds)
    is_grey = stored.ndim == 3 and ds.PhotometricInterpretation != "PALETTE COLOR"
    values = _modality(ds, stored, applied, notes) if is_grey else stored
    padding = _padding(ds, stored) if is_grey else None
    window = _window(ds, len(stored), notes) if is_grey else None
    window = window or compute_window(values, padding, bits=min(8, max(1, int(ds.get("BitsStored", 8)))))
    inverted = ds.PhotometricInterpretation == "MONOCHROME1" or ds.get("PresentationLUTShape") == "INVERSE"
    _say_burned_in(ds, notes)
    colour = _colour(ds, stored)
    if ds.PhotometricInterpretation.startswith("YBR"):
        applied.append("YBR to RGB")
    if colour is not None:
        applied.append("palette")
    if is_grey:
        applied.append(f"window ({window.source})")
    if inverted:
        applied.append("inversion (MONOCHROME1)")
    if padding is not None:
        applied.append("padding drawn black")
    return Study(
        key=hashlib.sha256(data).hexdigest(),
        kind="DICOM",
        stored=stored,
        values=values,
        window=window,
        unit="HU" if privacy.known_text(ds, "Modality") == "CT" and is_grey else None,
        colour=colour,
        padding=padding,
        inverted=bool(inverted),
        spacing_mm=_spacing(ds, len(stored), notes),
        photometric=str(ds.PhotometricInterpretation),
        transfer_syntax=str(ds.file_meta.TransferSyntaxUID),
        tags=privacy.safe_tags(ds),
        applied=tuple(applied),
        warnings=tuple(dict.fromkeys(notes)),
    )


def read_dicom(data: bytes) -> Study:
    """Decode a DICOM file, with or without preamble and file meta.

    Order: decode, YBR to RGB, modality transform; window, inversion and padding are kept for drawing.

    Raises:
        ImageError: truncated, without pixels, not supported, or too large.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's warnings carry values of tags
        ds = _parse(data)
        try:
            return _study(ds, data)
        except ImageError:
            raise
        except Exception:  # lazily parsed elements raise where they are first read
            raise ImageError(BROKEN) from None
