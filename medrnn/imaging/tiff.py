"""TIFF to ``Study``; pages of one size are frames."""

import io
import logging

import numpy as np
import tifffile

from medrnn.errors import ImageError
from medrnn.imaging.limits import check_size
from medrnn.imaging.raster import BROKEN, make_study
from medrnn.types import Study

logging.getLogger("tifffile").setLevel(logging.CRITICAL + 1)


def _page(page: tifffile.TiffPage) -> np.ndarray:
    """(row, column) or (row, column, 3) of one page, planar samples interleaved, WhiteIsZero turned."""
    array = page.asarray()
    if page.photometric == tifffile.PHOTOMETRIC.PALETTE and page.colormap is not None:
        return np.moveaxis(page.colormap, 0, -1)[array]
    if array.ndim == 3 and page.axes.startswith("S"):
        array = np.moveaxis(array, 0, -1)
    if array.dtype == bool:
        array = array.astype(np.uint8) * np.uint8(255)
    if page.photometric == tifffile.PHOTOMETRIC.MINISWHITE and np.issubdtype(array.dtype, np.unsignedinteger):
        array = np.iinfo(array.dtype).max - array
    if array.ndim == 3:
        return array[..., :3] if array.shape[-1] >= 3 else array[..., 0]
    return array


def read_tiff(data: bytes) -> Study:
    """Decode a TIFF: 1 to 32 bits, float, grey, palette or colour, contiguous or planar.

    Raises:
        ImageError: damaged, too large, or of a kind that is not read (YCbCr other than JPEG, CMYK, more axes).
    """
    notes: list[str] = []
    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            first = file.pages[0]
            pages = [p for p in file.pages if p.shape == first.shape and p.dtype == first.dtype]
            if len(pages) < len(file.pages):
                notes.append(
                    f"{len(file.pages) - len(pages)} page(s) of another size or depth were left out."
                )
            check_size(
                first.imagelength, first.imagewidth, len(pages), first.samplesperpixel, first.bitspersample
            )
            stored = np.stack([_page(page) for page in pages])
    except ImageError:
        raise
    except Exception:
        raise ImageError(BROKEN.format("TIFF")) from None
    if stored.ndim not in (3, 4) or stored.dtype.kind not in "uif":
        raise ImageError("Expected a TIFF with rows and columns of grey or colour, got another layout.")
    if stored.dtype.itemsize > 4:
        stored = stored.astype(np.float32)
    return make_study(data, "TIFF", stored, notes)
