"""JPEG files of some kilobytes that take a decoder as long as one likes."""

import io
from collections.abc import Iterator

from PIL import Image

SOS, EOI = 0xDA, 0xD9


def _segments(data: bytes) -> Iterator[bytes]:
    """Every marker segment behind the first marker, scans with what is coded in them (ISO 10918-1 B.1)."""
    at = 2
    while data[at + 1] != EOI:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        while data[at + 1] == SOS and (data[end] != 0xFF or data[end + 1] == 0):
            end += 1
        yield data[at:end]
        at = end


def slow_jpeg(scans: int, side: int = 2000, grey: int = 90) -> bytes:
    """A progressive JPEG whose last scan comes again and again; 100 of them take about a second.

    Args:
        scans: how often.
        side: of the picture, in pixels.
        grey: makes files differ.
    """
    file = io.BytesIO()
    Image.new("L", (side, side), grey).save(file, "JPEG", progressive=True)
    parts = list(_segments(file.getvalue()))
    last = next(part for part in reversed(parts) if part[1] == SOS)
    return b"".join((b"\xff\xd8", *parts, last * scans, b"\xff\xd9"))
