"""What a file is, told by its first bytes alone: its name says nothing."""

import struct

from medrnn.imaging.buffers import Data

_STARTS = {  # the first bytes of a file: its kind; what stands first wins
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
    b"P5\n": "PNM",
    b"P6\n": "PNM",
    b"PK\3\4": "zip",
    b"PK\5\6": "zip",
    b"\x1f\x8b": "gzip",
}
_NIFTI = {b"n+1\0": "NIfTI", b"n+2\0": "NIfTI", b"ni1\0": "NIfTI header", b"ni2\0": "NIfTI header"}


def _is_bare_dicom(data: bytes) -> bool:
    """A data set without preamble, which starts with group 0002 or 0008 (PS3.5 7.1)."""
    if len(data) < 16:
        return False
    for order in ("<", ">"):
        group, element, length = struct.unpack(f"{order}HHL", data[:8])
        explicit = data[4:6].isalpha() and data[4:6].isupper()
        if group in (0x0002, 0x0008) and element < 0x0100 and (explicit or length < 256):
            return True
    return False


def kind_of(data: Data | memoryview) -> str:
    """The kind of a file.

    Args:
        data: the whole file, or its first 512 bytes.

    Returns:
        "DICOM", "PNG", "JPEG", "TIFF", "PNM", "NIfTI", "NIfTI header" (whose pixels lie in another file), "gzip" (what
        is inside is told once it is unpacked), "zip", or "" for anything else.
    """
    head = bytes(data[:512])
    if head[128:132] == b"DICM":  # first: a preamble may begin like a TIFF (PS3.10 7.1)
        return "DICOM"
    for start, kind in _STARTS.items():
        if head.startswith(start):
            return kind
    nifti = _NIFTI.get(head[344:348]) or _NIFTI.get(head[4:8])
    return nifti or ("DICOM" if _is_bare_dicom(head) else "")
