"""PNG and JPEG to ``Study``."""

import hashlib
import logging
from collections.abc import Sequence

import numpy as np
from PIL import Image

from medrnn.errors import ImageError
from medrnn.imaging.buffers import Data, opened
from medrnn.imaging.dicom.codestream import Size, is_lossless_jpeg, jpeg_size
from medrnn.imaging.files.upright import orientation_of, turn_up
from medrnn.imaging.limits import check_size, damage, say_not_finite
from medrnn.imaging.signatures import kind_of
from medrnn.imaging.silence import silenced
from medrnn.imaging.windowing import compute_window, window_step
from medrnn.types import Applied, Study

GREY = {"1", "L", "LA", "La"}
BROKEN = "Expected a whole {} image, this one is truncated or damaged. Save it again."
_SAMPLES = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}  # of a PNG's colour type; a palette is looked up

logging.getLogger("PIL").setLevel(logging.WARNING)  # at debug level it writes what stands in EXIF
UNUSUAL = "Expected a JPEG of 8 bits with loss, as cameras write it, this one is {}. Save it as PNG."


def _png_size(data: Data) -> Size | None:
    """From the IHDR chunk (ISO 15948 11.2.2)."""
    if len(data) < 26 or data[12:16] != b"IHDR" or data[25] not in _SAMPLES:
        return None
    columns, rows = (int.from_bytes(data[i : i + 4]) for i in (16, 20))
    return Size(rows, columns, _SAMPLES[data[25]], data[24])


def _open(data: Data, kind: str, size: Size) -> Image.Image:
    try:
        return Image.open(opened(data), formats=[kind])
    except Image.DecompressionBombError:  # Pillow's own limit; kept, since it guards other callers too
        raise ImageError(
            f"Expected at most {2 * (Image.MAX_IMAGE_PIXELS or 0) // 10**6} million pixels, the header "
            f"claims {size.rows} x {size.columns}. Cut the image."
        ) from None
    except Exception as error:
        raise damage(error, BROKEN.format(kind)) from None


def _decode_deep(data: Data, notes: list[str]) -> np.ndarray:
    """A PNG of 16 bits with colour or alpha, which Pillow would cut to 8."""
    import imagecodecs

    array = imagecodecs.png_decode(data)
    if array.shape[-1] in (2, 4):
        notes.append("The image's transparency was left out.")
    return array[..., 0] if array.shape[-1] == 2 else array[..., :3]


def _decode(image: Image.Image, notes: list[str]) -> np.ndarray:
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        notes.append("The image's transparency was left out.")
    if image.mode.startswith("I"):
        return np.asarray(image).astype(np.uint16)
    return np.asarray(image.convert("L" if image.mode in GREY else "RGB"))


def _say_pictures(image: Image.Image, notes: list[str]) -> None:
    """An animated PNG, or a JPEG that a camera put several pictures into (CIPA DC-007)."""
    pictures = getattr(image, "n_frames", 1)
    if pictures > 1:
        notes.append(f"The file holds {pictures} pictures; the first is shown.")


def make_study(
    data: Data,
    kind: str,
    stored: np.ndarray,
    notes: list[str],
    *,
    bits: int | None = None,
    polarity: str = "",
    turn: Sequence[Applied] = (),
) -> Study:
    """The study of frames (frame, row, column) or (frame, row, column, 3) without DICOM's tags.

    Args:
        data: the file.
        kind: "PNG", "JPEG" or "TIFF".
        stored: as decoded.
        notes: warnings.
        bits: of a sample, by default those of the array.
        polarity: why the smallest value is white, "" if it is black.
        turn: how it was brought upright (``upright.turn_up``).
    """
    stored = np.ascontiguousarray(stored)
    say_not_finite(stored, notes)
    window = compute_window(stored, bits=bits)
    steps = [*turn, *([window_step(window)] if stored.ndim == 3 else [])]
    steps += [Applied("inversion", (("because", polarity),))] if polarity else []
    return Study(
        key=hashlib.sha256(data).hexdigest(),
        kind=kind,
        stored=stored,
        values=stored,
        window=window,
        inverted=bool(polarity),
        applied=tuple(steps),
        warnings=tuple(notes),
    )


def read_raster(data: Data) -> Study:
    """Decode a PNG (1 to 16 bits, grey, palette or colour) or a JPEG (CMYK turned to RGB).

    The orientation in EXIF is applied; of several pictures in one file the first is read.

    Raises:
        ImageError: truncated, damaged or too large.
    """
    kind = kind_of(data)
    notes: list[str] = []
    size = _png_size(data) if kind == "PNG" else jpeg_size(data)
    if size is None:
        raise ImageError(BROKEN.format(kind))
    check_size(size.rows, size.columns, samples=size.samples, bits=size.bits)
    if kind == "JPEG" and (size.bits != 8 or is_lossless_jpeg(data)):
        raise ImageError(UNUSUAL.format("lossless" if is_lossless_jpeg(data) else f"of {size.bits} bits"))
    is_deep = kind == "PNG" and size.bits == 16 and size.samples > 1
    with silenced():
        image = _open(data, kind, size)
        try:
            orientation = orientation_of(image)
            _say_pictures(image, notes)
            array = _decode_deep(data, notes) if is_deep else _decode(image, notes)
        except Exception as error:
            raise damage(error, BROKEN.format(kind)) from None
    stored, turn = turn_up(array[None], orientation)
    return make_study(data, kind, stored, notes, turn=turn)
