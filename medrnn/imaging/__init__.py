"""Bytes to ``Study``: what a file is, is told by its bytes alone.

Importing this package imports no decoder; the first read does.
"""

import struct

from medrnn.errors import ImageError
from medrnn.imaging.guard.buffers import Data
from medrnn.types import Study

__all__ = ["read"]
UNREADABLE = "Expected a whole image, this file is damaged. Export it again."


def _is_bare_dicom(data: Data) -> bool:
    """A data set without preamble, which starts with group 0002 or 0008 (PS3.5 7.1)."""
    if len(data) < 16:
        return False
    for order in ("<", ">"):
        group, element, length = struct.unpack(f"{order}HHL", data[:8])
        explicit = data[4:6].isalpha() and data[4:6].isupper()
        if group in (0x0002, 0x0008) and element < 0x0100 and (explicit or length < 256):
            return True
    return False


def read(data: Data) -> Study:
    """Decode a DICOM, PNG, JPEG, TIFF or NIfTI (.nii, .nii.gz) file.

    Args:
        data: the whole file.

    Returns:
        Study with an empty title.

    Raises:
        ImageError: empty, no image, without pixels, truncated, not supported, or too large to be read safely.
    """
    if not data:
        raise ImageError("Expected an image file, got an empty one. Choose another file.")
    try:
        return _read(data)
    except ImageError:
        raise
    except Exception as error:
        from medrnn.imaging.limits import damage

        raise damage(error, UNREADABLE) from None


def _read(data: Data) -> Study:
    """By the reader that knows the first bytes."""
    if data[128:132] == b"DICM":  # first: a preamble may begin like a TIFF (PS3.10 7.1)
        from medrnn.imaging.dicom.study import read_dicom

        return read_dicom(data)
    if data[:8] == b"\x89PNG\r\n\x1a\n" or data[:3] == b"\xff\xd8\xff":
        from medrnn.imaging.files.raster import read_raster

        return read_raster(data)
    if data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        from medrnn.imaging.files.tiff import read_tiff

        return read_tiff(data)
    if data[:2] == b"\x1f\x8b" or data[344:348] in (b"n+1\0", b"ni1\0") or data[4:8] in (b"n+2\0", b"ni2\0"):
        from medrnn.imaging.files.nifti import read_nifti

        return read_nifti(data)
    if _is_bare_dicom(data):
        from medrnn.imaging.dicom.study import read_dicom

        return read_dicom(data)
    raise ImageError(
        "Expected a DICOM, NIfTI, PNG, JPEG or TIFF image, got something else. Choose another file."
    )
