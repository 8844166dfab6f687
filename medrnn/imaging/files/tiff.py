"""TIFF to ``Study``; pages of one size are frames."""

import logging
from collections.abc import Mapping

import numpy as np
import tifffile
from tifffile import COMPRESSION, PHOTOMETRIC, TiffPage

from medrnn.errors import ImageError
from medrnn.imaging.buffers import Data, opened
from medrnn.imaging.files.raster import BROKEN, make_study
from medrnn.imaging.files.upright import ORIENTATION, is_lying, turn_up
from medrnn.imaging.limits import check_size, damage
from medrnn.imaging.silence import silenced
from medrnn.types import Applied, Study

AXES = ("YX", "YXS", "SYX")  # contiguous or planar samples
SAMPLES: Mapping[int, tuple[int, ...]] = {
    PHOTOMETRIC.MINISWHITE: (1, 2),
    PHOTOMETRIC.MINISBLACK: (1, 2),
    PHOTOMETRIC.PALETTE: (1,),
}
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


def _picture(page: TiffPage, array: np.ndarray) -> np.ndarray:
    """(row, column) or (row, column, 3): planar samples interleaved, palette looked up, no alpha."""
    if page.photometric == PHOTOMETRIC.PALETTE:
        if page.colormap is None:
            raise ImageError(BROKEN.format("TIFF"))
        return np.moveaxis(page.colormap, 0, -1)[array.astype(np.intp)]  # one bit is decoded as bool
    if page.axes == "SYX":
        array = np.moveaxis(array, 0, -1)
    if array.dtype == bool:
        array = array.astype(np.uint8) * np.uint8(255)
    if array.ndim == 3:
        array = array[..., :3] if array.shape[-1] >= 3 else array[..., 0]
    wide = array.dtype.itemsize > 4 or array.dtype == np.float16
    return array.astype(np.float32 if wide else array.dtype.newbyteorder("="))


def _orientation(page: TiffPage) -> int:
    return int(page.tags.valueof(ORIENTATION, 1))


def _kind(page: TiffPage) -> tuple[object, ...]:
    """What pages of one study have in common; the size is that of the picture brought upright."""
    rows, columns = page.imagelength, page.imagewidth
    size = (columns, rows) if is_lying(_orientation(page)) else (rows, columns)
    return size, page.samplesperpixel, page.dtype, page.photometric


def _walk(file: tifffile.TiffFile) -> list[TiffPage]:
    """Every page once: a chain of directories may lead back into itself."""
    pages: list[TiffPage] = []
    seen: set[int] = set()
    for page in file.pages:
        if page.offset in seen or len(pages) == MAX_PAGES:
            raise ImageError(f"Expected at most {MAX_PAGES:,} pages, each once. Save the TIFF again.")
        seen.add(page.offset)
        pages.append(page.aspage())
    if not pages:
        raise ImageError(BROKEN.format("TIFF"))
    return pages


def _pages(file: tifffile.TiffFile, notes: list[str]) -> list[TiffPage]:
    """The pages that are like the first one that is no thumbnail; others are left out."""
    pages = _walk(file)
    first = next((p for p in pages if not p.is_reduced), pages[0])
    like = [p for p in pages if _kind(p) == _kind(first)]
    if len(like) < len(pages):
        notes.append(f"{len(pages) - len(like)} page(s) of another size or kind were left out.")
    if first.samplesperpixel in (2, 4):
        notes.append("The image's transparency was left out.")
    return like


def _hidden(file: tifffile.TiffFile, page: TiffPage) -> int:
    """How many pictures follow each other behind the only directory, as ImageJ, MetaMorph and tifffile write them."""
    if len(file.pages) > 1 or not (file.is_imagej or file.is_shaped or file.is_stk) or not file.series:
        return 1
    said = int((file.imagej_metadata or {}).get("images", 1))
    return max(said, file.series[0].size // page.size)


def _run(file: tifffile.TiffFile, page: TiffPage, pictures: int, file_bytes: int) -> list[np.ndarray]:
    """The pictures behind one directory, each as stored."""
    check_size(page.imagelength, page.imagewidth, pictures, page.samplesperpixel, page.bitspersample)
    series = file.series[0]
    if series.size != pictures * page.size or page.dataoffsets[0] + series.nbytes > file_bytes:
        raise ImageError(BROKEN.format("TIFF"))
    return list(series.asarray().reshape(pictures, *page.shape))


def _read(
    file: tifffile.TiffFile, file_bytes: int, notes: list[str]
) -> tuple[TiffPage, np.ndarray, list[Applied]]:
    """A page that stands for all, the frames upright, and how they were turned."""
    pages = _pages(file, notes)
    for page in pages:
        _check(page, len(pages), file_bytes)
    first, pictures = pages[0], _hidden(file, pages[0])
    if pictures > 1:
        stored = [(first, array) for array in _run(file, first, pictures, file_bytes)]
    else:
        stored = [(page, page.asarray()) for page in pages]
    turned = [turn_up(_picture(page, array)[None], _orientation(page)) for page, array in stored]
    turn = list(dict.fromkeys(step for _, steps in turned for step in steps))
    return first, np.concatenate([frame for frame, _ in turned]), turn


def read_tiff(data: Data) -> Study:
    """Decode a TIFF: 1 to 64 bits, float, grey, palette or RGB, contiguous or planar.

    Pages of one size are frames, as are the pictures of a stack behind one directory; each is brought upright.

    Raises:
        ImageError: truncated, damaged, too large, or of a layout that is not read (CMYK, YCbCr other than
            JPEG, more than three colours, volumes).
    """
    notes: list[str] = []
    try:
        with silenced(), tifffile.TiffFile(opened(data)) as file:
            first, stored, turn = _read(file, len(data), notes)
    except ImageError:
        raise
    except Exception as error:
        raise damage(error, BROKEN.format("TIFF")) from None
    is_white = first.photometric == PHOTOMETRIC.MINISWHITE
    few = first.bitspersample if 1 < first.bitspersample < 8 and stored.ndim == 3 else None
    polarity = "WhiteIsZero" if is_white else ""
    return make_study(data, "TIFF", stored, notes, bits=few, polarity=polarity, turn=turn)
