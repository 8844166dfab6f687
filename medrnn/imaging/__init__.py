"""Bytes to ``Study``: what a file is, is told by its bytes alone.

Importing this package imports no decoder; the first read does.
"""

import pkgutil
from typing import TYPE_CHECKING, Any

from medrnn.errors import ImageError
from medrnn.imaging.buffers import Data
from medrnn.imaging.signatures import kind_of
from medrnn.types import Study

if TYPE_CHECKING:
    from medrnn.imaging.series.paths import read_path

__all__ = ["read", "read_path"]

READERS = {
    "DICOM": "medrnn.imaging.dicom.study:read_dicom",
    "PNG": "medrnn.imaging.files.raster:read_raster",
    "JPEG": "medrnn.imaging.files.raster:read_raster",
    "TIFF": "medrnn.imaging.files.tiff:read_tiff",
    "PNM": "medrnn.imaging.files.netpbm:read_pnm",
    "NIfTI": "medrnn.imaging.files.nifti:read_nifti",
    "NIfTI header": "medrnn.imaging.files.nifti:read_nifti",
    "gzip": "medrnn.imaging.files.nifti:read_nifti",
}
UNREADABLE = "Expected a whole image, this file is damaged. Export it again."


def __getattr__(name: str) -> Any:
    """``read_path`` when it is first asked for, since it brings the decoders with it."""
    if name == "read_path":
        return pkgutil.resolve_name("medrnn.imaging.series.paths:read_path")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def read(data: Data) -> Study:
    """Decode a DICOM, PNG, JPEG, TIFF, netpbm (.pgm, .ppm) or NIfTI (.nii, .nii.gz) file.

    Args:
        data: the whole file.

    Returns:
        Study with an empty title.

    Raises:
        ImageError: empty, no image, without pixels, truncated, not supported, or too large to be read safely.
    """
    if not data:
        raise ImageError("Expected an image file, got an empty one. Choose another file.")
    kind = kind_of(data)
    if kind in READERS:
        try:
            found: Study = pkgutil.resolve_name(READERS[kind])(data)
        except ImageError:
            raise
        except Exception as error:
            from medrnn.imaging.limits import damage

            raise damage(error, UNREADABLE) from None
        return found
    raise ImageError(
        "Expected a DICOM, NIfTI, PNG, JPEG, TIFF, PGM or PPM image, got something else. Choose another file."
    )
