"""PNG and JPEG to ``Study``."""

import hashlib
import io
import warnings

import numpy as np
from PIL import Image, ImageOps

from medrnn.errors import ImageError
from medrnn.imaging.limits import check_size
from medrnn.imaging.windowing import compute_window
from medrnn.types import Study

GREY = {"1", "L", "LA", "La"}
BROKEN = "Expected a whole {} image, this one is truncated or damaged. Save it again."


def _is_deep_colour(data: bytes, kind: str) -> bool:
    """A PNG with 16 bits a sample and colour, which Pillow would cut to 8 (IHDR: depth, then colour type)."""
    return kind == "PNG" and data[24] == 16 and data[25] in (2, 4, 6)


def _open(data: bytes, kind: str) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=[kind])
    except Image.DecompressionBombError:
        raise ImageError(
            "Expected at most 512 MB of pixels, the header claims far more. Cut the image."
        ) from None
    except Exception:
        raise ImageError(BROKEN.format(kind)) from None


def _decode(data: bytes, image: Image.Image, notes: list[str]) -> np.ndarray:
    kind = image.format or ""
    if _is_deep_colour(data, kind):
        import imagecodecs

        array = imagecodecs.png_decode(data)
        return array[..., 0] if array.shape[-1] == 2 else array[..., :3]
    turned = ImageOps.exif_transpose(image)
    if turned.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in turned.info:
        notes.append("The image's transparency was left out.")
    if turned.mode.startswith("I") or turned.mode == "F":
        return np.asarray(turned).astype(np.uint16 if turned.mode.startswith("I") else np.float32)
    return np.asarray(turned.convert("L" if turned.mode in GREY else "RGB"))


def make_study(data: bytes, kind: str, stored: np.ndarray, notes: list[str]) -> Study:
    """The study of frames (frame, row, column) or (frame, row, column, 3) without DICOM's tags."""
    stored = np.ascontiguousarray(stored)
    return Study(
        key=hashlib.sha256(data).hexdigest(),
        kind=kind,
        stored=stored,
        values=stored,
        window=compute_window(stored),
        applied=() if stored.ndim == 4 else ("window (computed)",),
        warnings=tuple(notes),
    )


def read_raster(data: bytes) -> Study:
    """Decode a PNG (1 to 16 bits, grey, palette or colour) or a JPEG (EXIF rotation applied, CMYK turned to RGB).

    Raises:
        ImageError: truncated, damaged or too large.
    """
    kind = "PNG" if data.startswith(b"\x89PNG") else "JPEG"
    notes: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the size is checked below
        image = _open(data, kind)
        deep = 16 if image.mode.startswith("I") or _is_deep_colour(data, kind) else 8
        check_size(image.height, image.width, samples=len(image.getbands()), bits=deep)
        try:
            array = _decode(data, image, notes)
        except Exception:
            raise ImageError(BROKEN.format(kind)) from None
    return make_study(data, kind, array[None], notes)
