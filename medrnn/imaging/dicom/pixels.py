"""Stored samples of a checked data set."""

import math
from itertools import islice
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels import iter_pixels

from medrnn.errors import ImageError
from medrnn.imaging.dicom import codecs
from medrnn.imaging.dicom.bits import bits_below
from medrnn.imaging.dicom.elements import value_of
from medrnn.imaging.dicom.parsing import BROKEN, count_frames
from medrnn.imaging.limits import damage


def _is_packed(ds: Dataset) -> bool:
    """Frames of bits that end within a byte, which pydicom's frame by frame decoding fails on."""
    syntax, bits = ds.file_meta.TransferSyntaxUID, int(ds.Rows) * int(ds.Columns)
    is_plain = not syntax.is_encapsulated and syntax.is_little_endian
    return int(ds.BitsAllocated) == 1 and int(ds.SamplesPerPixel) == 1 and is_plain and bits % 8 != 0


def _unpack(ds: Dataset, shape: tuple[int, ...]) -> np.ndarray:
    """Bits packed on across frames, the least significant first (PS3.5 8.1.1)."""
    raw, bits = np.frombuffer(ds.PixelData, np.uint8), math.prod(shape)
    if 8 * raw.size < bits:
        raise ImageError(BROKEN)
    return np.unpackbits(raw[: -(-bits // 8)], count=bits, bitorder="little").reshape(shape)


def _frames(ds: Dataset, frames: int, shape: tuple[int, ...]) -> np.ndarray:
    """Decode one frame after the other, so that a colour conversion needs the memory of one frame only."""
    codecs.register()
    plugin = codecs.LABEL if ds.file_meta.TransferSyntaxUID in codecs.SYNTAXES else ""
    made, count, below = np.empty(0), 0, bits_below(ds, frames)
    # with the sign extended from the top
    words: dict[str, Any] = {"bits_stored": int(ds.BitsStored) + below} if below else {}
    decoded = iter_pixels(ds, decoding_plugin=plugin, allow_excess_frames=False, view_only=True, **words)
    for count, frame in enumerate(islice(decoded, frames), start=1):
        if frame.shape != shape:
            raise ImageError(BROKEN)
        if count == 1:
            made = np.empty((frames, *shape), frame.dtype.newbyteorder("="))
        made[count - 1] = frame >> below if below else frame
    if count != frames:
        raise ImageError(BROKEN)
    return made


def decode(ds: Dataset) -> np.ndarray:
    """(frame, row, column) or (frame, row, column, 3) in native byte order, YBR already RGB.

    Palette indices stay as they are.

    Raises:
        ImageError: truncated, damaged, or too large for the memory.
    """
    samples = int(value_of(ds, "SamplesPerPixel", 1))
    shape = (int(ds.Rows), int(ds.Columns)) + ((samples,) if samples > 1 else ())
    try:
        if _is_packed(ds):
            return _unpack(ds, (count_frames(ds), *shape))
        return _frames(ds, count_frames(ds), shape)
    except ImageError:
        raise
    except codecs.OwnFault as fault:
        raise damage(fault.error, BROKEN) from None
    except Exception as error:
        raise damage(error, BROKEN) from None


def say_excess(ds: Dataset, stored: np.ndarray, notes: list[str]) -> None:
    """Uncompressed pixel data longer than its tags say: a wrong number of rows, frames or bits."""
    if ds.file_meta.TransferSyntaxUID.is_encapsulated or "PixelData" not in ds:
        return
    bits = stored.size * int(ds.BitsAllocated)
    if ds.PhotometricInterpretation == "YBR_FULL_422":
        bits = bits * 2 // 3
    if len(ds.PixelData) > (bits + 7) // 8 + 1:
        notes.append("The file holds more pixel data than its size says; what is beyond was left out.")
