"""TIFF to ``Study``; pages of one size are frames."""

import logging

import numpy as np
import tifffile
from tifffile import COMPRESSION, PHOTOMETRIC, TiffPage

from medrnn.errors import ImageError
from medrnn.imaging.files.raster import BROKEN, make_study
from medrnn.imaging.guard.buffers import Data, opened
from medrnn.imaging.limits import check_size, damage
from medrnn.imaging.silence import silenced
from medrnn.types import Study

AXES = ("YX", "YXS", "SYX")  # contiguous or planar samples
SAMPLES = {PHOTOMETRIC.MINISWHITE: (1, 2), PHOTOMETRIC.MINISBLACK: (1, 2), PHOTOMETRIC.PALETTE: (1,)}
_COLOUR = (3, 4)
MAX_PAGES = 2_000

logging.getLogger("tifffile").setLevel(logging.CRITICAL + 1)


def _check(page: TiffPage, pages: int, file_bytes: int) -> None:
    """A sane size, a layout that is read rightly, and every strip or tile inside the file."""
    sample = (page.samplesperpixel, page.bitspersample)
    check_size(page.imagelength, page.imagewidth, pages * page.imagedepth, *sample)
    if page.is_tiled:
        check_size(page.tilelength, page.tilewidth, page.tiledepth, *sample)
    is_jpeg = page.compression in (COMPRESSION.JPEG, COMPRESSION.OJPEG)
    is_colour = page.photometric == PHOTOMETRIC.RGB or (page.photometric == PHOTOMETRIC.YCBCR and is_jpeg)
    samples = _COLOUR if is_colour else SAMPLES.get(page.photometric, ())
    if page.axes not in AXES or page.samplesperpixel not in samples or page.dtype is None:
        raise ImageError(
            "Expected a TIFF of rows and columns in grey or RGB, got another layout. Save it as RGB."
        )
    if page.dtype.kind not in "buif":
        raise ImageError("Expected a TIFF of numbers, got another kind. Save it as 8 or 16 bits.")
    ends = [at + count for at, count in zip(page.dataoffsets, page.databytecounts, strict=True)]
    if not ends or max(ends) > file_bytes:
        raise ImageError(BROKEN.format("TIFF"))


def _page(page: TiffPage) -> np.ndarray:
    """(row, column) or (row, column, 3): planar samples interleaved, palette looked up, no alpha."""
    array = page.asarray()
    if page.photometric == PHOTOMETRIC.PALETTE:
        return np.moveaxis(page.colormap, 0, -1)[array]
    if page.axes == "SYX":
        array = np.moveaxis(array, 0, -1)
    if array.dtype == bool:
        array = array.astype(np.uint8) * np.uint8(255)
    if array.ndim == 3:
        array = array[..., :3] if array.shape[-1] >= 3 else array[..., 0]
    wide = array.dtype.itemsize > 4 or array.dtype == np.float16
    return array.astype(np.float32 if wide else array.dtype.newbyteorder("="))


def _kind(page: TiffPage) -> tuple[object, ...]:
    return page.shape, page.dtype, page.photometric


def _walk(file: tifffile.TiffFile) -> list[TiffPage]:
    """Every page once: a chain of directories may lead back into itself."""
    pages, seen = [], set()
    for page in file.pages:
        if page.offset in seen or len(pages) == MAX_PAGES:
            raise ImageError(f"Expected at most {MAX_PAGES:,} pages, each once. Save the TIFF again.")
        seen.add(page.offset)
        pages.append(page)
    return pages


def _pages(file: tifffile.TiffFile, notes: list[str]) -> list[TiffPage]:
    """The pages that are like the first one; thumbnails and the like are left out."""
    first, pages = file.pages.first, _walk(file)
    like = [p for p in pages if _kind(p) == _kind(first)]
    if len(like) < len(pages):
        notes.append(f"{len(pages) - len(like)} page(s) of another size or kind were left out.")
    if first.samplesperpixel in (2, 4):
        notes.append("The image's transparency was left out.")
    return like


def read_tiff(data: Data) -> Study:
    """Decode a TIFF: 1 to 64 bits, float, grey, palette or RGB, contiguous or planar.

    Raises:
        ImageError: truncated, damaged, too large, or of a layout that is not read (CMYK, YCbCr other than
            JPEG, more than three colours, volumes).
    """
    notes: list[str] = []
    try:
        with silenced(), tifffile.TiffFile(opened(data)) as file:
            pages = _pages(file, notes)
            for page in pages:
                _check(page, len(pages), len(data))
            stored = np.stack([_page(page) for page in pages])
            first = pages[0]
    except ImageError:
        raise
    except Exception as error:
        raise damage(error, BROKEN.format("TIFF")) from None
    is_white = first.photometric == PHOTOMETRIC.MINISWHITE
    few = first.bitspersample if 1 < first.bitspersample < 8 and stored.ndim == 3 else None
    return make_study(data, "TIFF", stored, notes, bits=few, polarity="WhiteIsZero" if is_white else "")
