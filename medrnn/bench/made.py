"""DICOM files made for measurements: explicit little endian, written out after PS3.5 7.1, no library needed."""

import struct

import numpy as np

_UID = "2.25.{}"  # of the standard's own root for made-up UIDs (PS3.5 B.2)
_CT = "1.2.840.10008.5.1.4.1.1.2"
_EXPLICIT = "1.2.840.10008.1.2.1"
_LONG = ("OW", "OB")


def _element(group: int, element: int, vr: str, value: str | int | bytes) -> bytes:
    value = struct.pack("<H", value) if isinstance(value, int) else value
    raw = value.encode() if isinstance(value, str) else value
    raw += (b"\0" if vr in ("UI", *_LONG) else b" ") * (len(raw) % 2)
    length = struct.pack("<HL", 0, len(raw)) if vr in _LONG else struct.pack("<H", len(raw))
    return struct.pack("<HH", group, element) + vr.encode() + length + raw


def make_slice(
    values: np.ndarray, number: int = 1, place_mm: float = 0.0, series: int = 1, intercept: int = 0
) -> bytes:
    """One CT slice as a DICOM file.

    Args:
        values: (row, column) int16 as stored, in HU where ``intercept`` is 0.
        number: the instance number.
        place_mm: along the normal of the slice.
        series: files of one series have the same.
        intercept: what a reader adds to the stored values.
    """
    syntax = _element(0x0002, 0x0010, "UI", _EXPLICIT)
    meta = _element(0x0002, 0x0000, "UL", struct.pack("<L", len(syntax))) + syntax
    rows, columns = values.shape
    elements = [
        (0x0008, 0x0016, "UI", _CT),
        (0x0008, 0x0018, "UI", _UID.format(series * 100_000 + number)),
        (0x0008, 0x0060, "CS", "CT"),
        (0x0018, 0x0050, "DS", "1.5"),
        (0x0020, 0x000E, "UI", _UID.format(series)),
        (0x0020, 0x0013, "IS", str(number)),
        (0x0020, 0x0032, "DS", f"0\\0\\{place_mm:g}"),
        (0x0020, 0x0037, "DS", "1\\0\\0\\0\\1\\0"),
        (0x0028, 0x0002, "US", 1),
        (0x0028, 0x0004, "CS", "MONOCHROME2"),
        (0x0028, 0x0010, "US", rows),
        (0x0028, 0x0011, "US", columns),
        (0x0028, 0x0030, "DS", "0.75\\0.75"),
        (0x0028, 0x0100, "US", 16),
        (0x0028, 0x0101, "US", 16),
        (0x0028, 0x0102, "US", 15),
        (0x0028, 0x0103, "US", 1),
        (0x0028, 0x1052, "DS", str(intercept)),
        (0x0028, 0x1053, "DS", "1"),
        (0x7FE0, 0x0010, "OW", np.ascontiguousarray(values, "<i2").tobytes()),
    ]
    return bytes(128) + b"DICM" + meta + b"".join(_element(*element) for element in elements)


def make_body(side: int, place: float = 0.5, seed: int = 0) -> np.ndarray:
    """(side, side) int16: an ellipse of soft tissue with a hole that moves with ``place`` (0 to 1), and noise."""
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    values = np.where((x / 0.9) ** 2 + (y / 0.7) ** 2 < 1, 40.0, -1000.0)
    values[(x - place + 0.5) ** 2 + y**2 < 0.04] = -800
    return np.rint(values + np.random.default_rng(seed).normal(0, 12, values.shape)).astype(np.int16)
