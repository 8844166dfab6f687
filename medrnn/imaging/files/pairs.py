"""A NIfTI header and the file with its pixels, which belong together by their names, become one file."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from medrnn.errors import ImageError
from medrnn.imaging.buffers import Data
from medrnn.imaging.signatures import kind_of

_NO_EXTENSION = bytes(4)


@dataclass(frozen=True)
class _Layout:
    """Where a version of the header keeps what changes: vox_offset and the magic (nifti1.h, nifti2.h)."""

    size: int
    offset: int
    number: str
    magic: int
    single: bytes


_FIRST, _SECOND = _Layout(348, 108, "f", 344, b"n+1\0"), _Layout(540, 168, "q", 4, b"n+2\0")


def _layout(header: Data) -> tuple[_Layout, str]:
    """The layout of a header, and the letter of its numbers in their byte order."""
    layout = _SECOND if bytes(header[4:8]) in (b"ni2\0", b"n+2\0") else _FIRST
    order = "<" if bytes(header[:4]) == layout.size.to_bytes(4, "little") else ">"
    return layout, order + layout.number


def pixels_start(header: Data) -> float:
    """vox_offset: where the pixels begin in their file; may be any number."""
    layout, number = _layout(header)
    found: float = struct.unpack_from(number, bytes(header[: layout.size]), layout.offset)[0]
    return found


def is_start_sane(header: Data) -> bool:
    """True where the pixels of a single file begin behind its header; some programs write 0."""
    return pixels_start(header) >= _layout(header)[0].size + len(_NO_EXTENSION)


def join_pair(header: Data, pixels: Data) -> bytes:
    """One NIfTI file of a header (.hdr) and its pixels (.img); extensions of the header are left out."""
    layout, number = _layout(header)
    whole = bytearray(header[: layout.size])
    struct.pack_into(number, whole, layout.offset, layout.size + len(_NO_EXTENSION))
    whole[layout.magic : layout.magic + 4] = layout.single
    skipped = max(0, min(pixels_start(header), len(pixels)))
    return b"".join([whole, _NO_EXTENSION, memoryview(pixels)[int(skipped) :]])


def _half(data: Data, name: str) -> str:
    """ "header" or "pixels" for what waits for its other half."""
    kind = kind_of(data)
    if kind == "NIfTI header" and len(data) >= _FIRST.size:
        return "header"
    return "pixels" if name.lower().endswith(".img") and kind != "DICOM" else ""


def pair_up(files: Iterable[tuple[Data | ImageError, str]]) -> Iterator[tuple[Data | ImageError, str]]:
    """The files as they come, a header and its pixels as one when the second of them came.

    Args:
        files: data and path, with "/" between folders; what belongs together differs in its ending only.
    """
    waiting: dict[str, dict[str, tuple[Data, str]]] = {}
    for data, name in files:
        if isinstance(data, ImageError) or not (half := _half(data, name)):
            yield data, name
            continue
        stem = name.rpartition(".")[0].lower()
        halves = waiting.setdefault(stem, {})
        halves[half] = (data, name)
        if len(halves) == 2:
            (header, first), (pixels, _) = halves["header"], halves["pixels"]
            del waiting[stem]
            yield join_pair(header, pixels), first
    for halves in waiting.values():
        yield from halves.values()
