"""What is stored mirrored or turned stands upright, against Pillow's own transposition; and it is said."""

import io
import struct
import zlib

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageOps

from medrnn.imaging import read
from medrnn.imaging.masks.read import read_mask
from medrnn.imaging.words import say_all
from medrnn.types import Study

GREY = np.arange(20 * 24, dtype=np.uint16).reshape(20, 24) * 131
COLOUR = np.stack([GREY, GREY[::-1], GREY // 3], axis=-1)
ALL = range(1, 9)


def exif(orientation: int) -> bytes:
    made = Image.Exif()
    made[274] = orientation
    return made.tobytes()


def expected(array: np.ndarray, orientation: int) -> np.ndarray:
    """Each channel by itself through Pillow, in 32 bits."""
    if array.ndim == 3:
        return np.stack([expected(one, orientation) for one in np.moveaxis(array, -1, 0)], axis=-1)
    image = Image.fromarray(array.astype(np.int32))
    image.getexif()[274] = orientation
    return np.asarray(ImageOps.exif_transpose(image))


def assert_upright(study: Study, array: np.ndarray, orientation: int) -> None:
    np.testing.assert_array_equal(study.stored[0], expected(array, orientation))
    assert ("turned upright" in say_all(study)) == (orientation > 1)


def tiff(*pages: tuple[np.ndarray, int], **options) -> bytes:
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as file:
        for array, orientation in pages:
            photometric = "rgb" if array.ndim == 3 else "minisblack"
            tags = [(274, 3, 1, orientation, True)]
            file.write(array, **{"photometric": photometric, "metadata": None, "extratags": tags, **options})
    return buffer.getvalue()


def with_exif(png: bytes, orientation: int, is_last: bool = False) -> bytes:
    """An eXIf chunk before or after the pixels."""
    body = exif(orientation).removeprefix(b"Exif\0\0")
    chunk = struct.pack(">L", len(body)) + b"eXIf" + body + struct.pack(">L", zlib.crc32(b"eXIf" + body))
    at = png.rindex(b"IEND") - 4 if is_last else 33
    return png[:at] + chunk + png[at:]


@pytest.mark.parametrize("orientation", ALL)
@pytest.mark.parametrize(
    "array", [GREY, COLOUR, (GREY % 256).astype(np.uint8)], ids=["grey", "colour", "bytes"]
)
def test_a_tiff(array, orientation):
    assert_upright(read(tiff((array, orientation))), array, orientation)


@pytest.mark.parametrize("orientation", ALL)
@pytest.mark.parametrize("array", [GREY, COLOUR], ids=["grey", "colour"])
@pytest.mark.parametrize("is_last", [False, True])
def test_a_png_of_sixteen_bits(array, orientation, is_last):
    assert_upright(read(with_exif(imagecodecs.png_encode(array), orientation, is_last)), array, orientation)


@pytest.mark.parametrize("orientation", ALL)
def test_a_jpeg_agrees_with_pillow(orientation):
    buffer = io.BytesIO()
    Image.fromarray((COLOUR % 256).astype(np.uint8)).save(buffer, "JPEG", exif=exif(orientation))
    with Image.open(buffer) as image:
        np.testing.assert_array_equal(
            read(buffer.getvalue()).stored[0], np.asarray(ImageOps.exif_transpose(image))
        )


def test_each_page_is_turned_by_itself():
    study = read(tiff((GREY, 1), (GREY, 3), (np.rot90(GREY).copy(), 6)))
    assert study.frames == 3 and study.warnings == ()
    for frame, orientation in zip(study.stored, (1, 3, 1), strict=True):
        np.testing.assert_array_equal(frame, expected(GREY, orientation))


def test_a_planar_page_and_a_senseless_orientation():
    planar = np.ascontiguousarray(np.moveaxis(COLOUR, -1, 0))
    assert_upright(read(tiff((planar, 8), planarconfig="separate", photometric="rgb")), COLOUR, 8)
    assert_upright(read(tiff((GREY, 9))), GREY, 1)


def test_a_mask_is_turned_as_its_image_is():
    image = Image.new("P", (24, 20))
    image.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
    image.putdata((GREY % 3).ravel().tolist())
    buffer = io.BytesIO()
    image.save(buffer, "PNG", exif=exif(6))
    study = read(tiff((GREY, 6)))
    np.testing.assert_array_equal(read_mask(buffer.getvalue(), study).labels[0], expected(GREY % 3, 6))
    np.testing.assert_array_equal(
        read_mask(tiff(((GREY % 3).astype(np.uint8), 6)), study).labels[0], expected(GREY % 3, 6)
    )
