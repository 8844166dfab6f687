"""What a compressed image says of itself, read from its markers before it is decoded."""

from typing import NamedTuple

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
SOC_SIZ = b"\xff\x4f\xff\x51"
_SOS = 0xDA
_ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length: TEM and the restarts
_FRAMES = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}  # SOF of JPEG and of JPEG-LS


class Size(NamedTuple):
    """Height, width, samples a pixel, bits a sample."""

    rows: int
    columns: int
    samples: int
    bits: int


def jpeg_size(source: bytes) -> Size | None:
    """From the frame header of a JPEG or JPEG-LS stream (ISO 10918-1 B.2.2), None where there is none."""
    at = 2
    while source[:2] == SOI and at + 10 <= len(source):
        if source[at] != 0xFF:
            return None
        marker = source[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _FRAMES:
            rows, columns = (int.from_bytes(source[i : i + 2]) for i in (at + 5, at + 7))
            return Size(rows, columns, source[at + 9], source[at + 4])
        if marker == _SOS:
            return None
        at += 2 + int.from_bytes(source[at + 2 : at + 4])
    return None


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
