"""What a compressed image says of itself, read from its markers before it is decoded."""

from collections.abc import Iterator
from typing import NamedTuple

from medrnn.imaging.buffers import Data

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
SOC_SIZ = b"\xff\x4f\xff\x51"
_SOS = 0xDA
_ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length: TEM and the restarts
_FRAMES = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}  # SOF of JPEG and of JPEG-LS
_LOSSLESS = {0xC3, 0xC7, 0xCB, 0xCF}  # SOF of the lossless processes
STRAY = 16  # bytes within which a stream begins


class Size(NamedTuple):
    """Height, width, samples a pixel, bits a sample."""

    rows: int
    columns: int
    samples: int
    bits: int


def _segments(source: Data) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) of every segment up to the first scan; bytes between segments are passed over.

    A marker may follow any number of fill bytes (ISO 10918-1 B.1.1.2), and files have stray bytes there too.
    """
    at = source.find(SOI, 0, STRAY) + 2
    while at >= 2:
        at = source.find(b"\xff", at)
        if not 0 <= at < len(source) - 3:
            return
        marker = source[at + 1]
        if marker in (0x00, 0xFF) or marker in _ALONE:
            at += 1
            continue
        end = at + 2 + int.from_bytes(source[at + 2 : at + 4])
        yield marker, at, end
        if marker == _SOS:
            return
        at = end


def _frame_at(source: Data) -> int | None:
    """Where the frame header begins."""
    return next((at for marker, at, end in _segments(source) if marker in _FRAMES and end - at >= 10), None)


def jpeg_size(source: Data) -> Size | None:
    """From the frame header of a JPEG or JPEG-LS stream (ISO 10918-1 B.2.2), None where there is none."""
    at = _frame_at(source)
    if at is None or len(source) < at + 10:
        return None
    rows, columns = (int.from_bytes(source[i : i + 2]) for i in (at + 5, at + 7))
    return Size(rows, columns, source[at + 9], source[at + 4])


def is_lossless_jpeg(source: Data) -> bool:
    """True for the lossless process of JPEG, whatever the file around it says."""
    at = _frame_at(source)
    return at is not None and source[at + 1] in _LOSSLESS


def tidied(source: bytes) -> bytes:
    """The stream without the bytes before and between its segments that some decoders stumble over."""
    parts = list(_segments(source))
    if not parts or parts[-1][0] != _SOS:
        return source
    scan = parts[-1][1]
    head = SOI + b"".join(source[at:end] for _, at, end in parts[:-1])
    return source if source.startswith(head) and scan == len(head) else head + source[scan:]


def jpeg2000_size(source: bytes) -> Size | None:
    """From the SIZ marker of a JPEG 2000 stream, with or without JP2 boxes (ISO 15444-1 A.5.1)."""
    at = source.find(SOC_SIZ)
    if at < 0 or len(source) < at + 43:
        return None
    right, bottom, left, top = (int.from_bytes(source[at + i : at + i + 4]) for i in (8, 12, 16, 20))
    samples = int.from_bytes(source[at + 40 : at + 42])
    return Size(bottom - top, right - left, samples, (source[at + 42] & 0x7F) + 1)


def has_jpeg_end(source: bytes) -> bool:
    """True if an end-of-image marker closes the last scan; decoders make up what is missing."""
    return source.rfind(EOI) > source.rfind(b"\xff\xda")


def is_irreversible(source: bytes) -> bool:
    """True for a JPEG 2000 stream with the 9-7 transform (ISO 15444-1 A.6.1), which never gives back what came in."""
    at = source.find(b"\xff\x52", max(0, source.find(SOC_SIZ)))
    return 0 <= at < len(source) - 13 and source[at + 13] == 0
