"""DICOM bytes to a checked pydicom data set, before any pixel is decoded."""

import logging
import zlib

import pydicom
from pydicom import uid
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.filereader import _read_file_meta_info, read_preamble  # the meta exactly as dcmread sees it

from medrnn.errors import ImageError
from medrnn.imaging.buffers import Data, opened
from medrnn.imaging.dicom import codecs
from medrnn.imaging.dicom.elements import number, uid_name, value_of
from medrnn.imaging.limits import LIMIT_BYTES, check_size, damage

NATIVE = (
    uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.DeflatedExplicitVRLittleEndian,
    uid.ExplicitVRBigEndian, uid.RLELossless,
)  # fmt: skip
PHOTOMETRIC = (
    "MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT",
)  # fmt: skip
REFUSED = (
    "ARGB",
    "CMYK",
    "HSV",
    "YBR_PARTIAL_420",
    "YBR_PARTIAL_422",
    "XYB",
)  # defined terms (PS3.3 C.7.6.3.1.2)
PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
BROKEN = "Expected a whole DICOM image, this one is truncated or damaged. Export it again."
UNDEFINED = 0xFFFFFFFF  # a length
_CHUNK = 1 << 20

logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)  # its lines carry values of tags
pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE


def _check_deflated(data: Data) -> None:
    """A deflated data set may not grow beyond the limit (PS3.5 A.5); pydicom would inflate it whole."""
    file = opened(data)
    read_preamble(file, force=True)
    if _read_file_meta_info(file).get("TransferSyntaxUID") != uid.DeflatedExplicitVRLittleEndian:
        return
    inflate, size, rest = zlib.decompressobj(-zlib.MAX_WBITS), 0, file.read()
    while rest and not inflate.eof:
        size += len(inflate.decompress(rest, _CHUNK))
        rest = inflate.unconsumed_tail
        if size > LIMIT_BYTES:
            raise ImageError(
                f"Expected at most {LIMIT_BYTES >> 20} MB, this deflated file grows beyond that. Export it "
                "uncompressed or take single frames."
            )


def parse(data: Data) -> Dataset:
    """The data set, with the transfer syntax that it was read with where the file does not say one.

    Raises:
        ImageError: the bytes are no data set, or inflate beyond ``LIMIT_BYTES``.
    """
    try:
        _check_deflated(data)
        ds = pydicom.dcmread(opened(data), force=True)
    except ImageError:
        raise
    except Exception as error:  # pydicom raises almost anything, with values of tags in the text
        raise damage(error, BROKEN) from None
    if not len(ds):
        raise ImageError(BROKEN)
    if "TransferSyntaxUID" not in ds.file_meta:
        is_implicit, is_little = ds.original_encoding
        explicit = uid.ExplicitVRLittleEndian if is_little else uid.ExplicitVRBigEndian
        ds.file_meta.TransferSyntaxUID = uid.ImplicitVRLittleEndian if is_implicit else explicit
    return ds


def say_short(ds: Dataset, notes: list[str]) -> None:
    """A warning where an element claims more bytes than there are; asked before any value is read."""
    raw = [(e.length, e.value) for e in ds.values() if isinstance(e, RawDataElement)]
    if any(value is not None and length != UNDEFINED and length > len(value) for length, value in raw):
        notes.append("An element of the file claims more bytes than the file holds; its end may be missing.")


def _check_pixels(ds: Dataset) -> None:
    if any(name in ds for name in PIXELS):
        return
    name = uid_name(value_of(ds, "SOPClassUID")) or uid_name(ds.file_meta.get("MediaStorageSOPClassUID"))
    if name and "Image" in name:
        raise ImageError(
            f"Expected a whole DICOM image, this one ({name}) ends before its pixels: it is truncated or "
            "damaged. Export it again."
        )
    what = f" ({name})" if name else ""
    raise ImageError(
        f"Expected an image, got a DICOM file without pixels{what}. Choose an image of its series."
    )


def count_frames(ds: Dataset) -> int:
    """Number of frames; a missing or empty tag, and 0, mean one (PS3.3 C.7.6.6).

    Raises:
        ImageError: the tag holds no whole number.
    """
    if "NumberOfFrames" not in ds or ds.get_item("NumberOfFrames").value in (None, b"", ""):
        return 1
    found = number(value_of(ds, "NumberOfFrames", 1))
    if found is None or found != int(found):
        raise ImageError(BROKEN)
    return int(found) or 1


def check(ds: Dataset) -> None:
    """Pixels, a known transfer syntax and photometric interpretation, a sane size.

    Raises:
        ImageError: one of them is missing.
    """
    _check_pixels(ds)
    syntax = ds.file_meta.TransferSyntaxUID
    if syntax not in (*NATIVE, *codecs.SYNTAXES):
        name = uid_name(syntax) or "an unknown one"
        raise ImageError(
            f"Expected a transfer syntax that can be decoded, got {name}. Export it uncompressed."
        )
    rows, columns, bits = (number(value_of(ds, name)) for name in ("Rows", "Columns", "BitsAllocated"))
    samples = number(value_of(ds, "SamplesPerPixel", 1))
    if rows is None or columns is None or bits is None or samples is None:
        raise ImageError(BROKEN)
    check_size(int(rows), int(columns), count_frames(ds), int(samples), int(bits))
    _check_photometric(ds)


def _check_photometric(ds: Dataset) -> None:
    found = str(value_of(ds, "PhotometricInterpretation", "")).strip()
    if found in PHOTOMETRIC:
        return
    what = f"got {found}" if found in REFUSED else "got another" if found else "the file says none"
    raise ImageError(f"Expected a known photometric interpretation, {what}. Export it as MONOCHROME2 or RGB.")
