"""A NIfTI header and the file with its pixels, which belong together by their names, become one file."""

import struct
from collections.abc import Iterable, Iterator

from medrnn.errors import ImageError
from medrnn.imaging.guard.buffers import Data
from medrnn.imaging.signatures import kind_of

_FIRST, _SECOND = 348, 540  # bytes of a header of NIfTI-1 and NIfTI-2
_NO_EXTENSION = bytes(4)


def _join_first(header: bytes, order: str, pixels: Data) -> bytes:
    """vox_offset is a float at byte 108, the magic stands at 344 (nifti1.h)."""
    (skipped,) = struct.unpack_from(f"{order}f", header, 108)
    start = struct.pack(f"{order}f", _FIRST + 4)
    body = memoryview(pixels)[int(max(0, min(skipped, len(pixels)))) :]
    return b"".join([header[:108], start, header[112:344], b"n+1\0", _NO_EXTENSION, body])


def _join_second(header: bytes, order: str, pixels: Data) -> bytes:
    """vox_offset is an int64 at byte 168, the magic stands at 4 (nifti2.h)."""
    (skipped,) = struct.unpack_from(f"{order}q", header, 168)
    start = struct.pack(f"{order}q", _SECOND + 4)
    body = memoryview(pixels)[max(0, min(skipped, len(pixels))) :]
    return b"".join([header[:4], b"n+2\0", header[8:168], start, header[176:], _NO_EXTENSION, body])


def join_pair(header: Data, pixels: Data) -> bytes:
    """One NIfTI file of a header (.hdr) and its pixels (.img); extensions of the header are left out."""
    is_second = bytes(header[4:8]) == b"ni2\0"
    size = _SECOND if is_second else _FIRST
    whole = bytes(header[:size]).ljust(size, b"\0")
    order = "<" if struct.unpack_from("<i", whole)[0] == size else ">"
    return (_join_second if is_second else _join_first)(whole, order, pixels)


def _half(data: Data | ImageError, name: str) -> str:
    """ "header" or "pixels" for what waits for its other half."""
    if isinstance(data, ImageError):
        return ""
    kind = kind_of(data)
    if kind == "NIfTI header":
        return "header"
    return "pixels" if name.lower().endswith(".img") and kind != "DICOM" else ""


def pair_up(files: Iterable[tuple[Data | ImageError, str]]) -> Iterator[tuple[Data | ImageError, str]]:
    """The files as they come, a header and its pixels as one when the second of them came.

    Args:
        files: data and path, with "/" between folders; what belongs together differs in its ending only.
    """
    waiting: dict[str, dict[str, tuple[Data | ImageError, str]]] = {}
    for data, name in files:
        half = _half(data, name)
        if not half:
            yield data, name
            continue
        stem = name.rpartition(".")[0].lower()
        halves = waiting.setdefault(stem, {})
        halves[half] = (data, name)
        if len(halves) == 2:
            del waiting[stem]
            yield join_pair(halves["header"][0], halves["pixels"][0]), halves["header"][1]
    for halves in waiting.values():
        yield from halves.values()
