"""PNG and JPEG, written by Pillow or imagecodecs, against the arrays that were written."""

import io

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from medrnn.errors import ImageError
from medrnn.imaging import read
from medrnn.imaging.windowing import display

GREY = np.arange(256, dtype=np.uint8).reshape(16, 16)
COLOUR = np.random.default_rng(0).integers(0, 256, (9, 7, 3)).astype(np.uint8)
DEEP = np.random.default_rng(1).integers(0, 65536, (9, 7)).astype(np.uint16)


def saved(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def test_an_eight_bit_grey_value_is_drawn_as_value_over_255_exactly():
    study = read(saved(Image.fromarray(GREY)))
    assert (study.kind, study.window.center, study.window.width) == ("PNG", 127.5, 255)
    assert study.window.function == "LINEAR_EXACT"
    assert np.array_equal(study.stored[0], GREY) and study.values is study.stored
    drawn = display(study)
    assert drawn.dtype == np.float32
    assert np.array_equal(drawn, GREY / np.float32(255))
    assert (study.photometric, study.transfer_syntax, study.spacing_mm, study.unit) == (None,) * 4


def test_sixteen_bit_grey_keeps_every_value():
    study = read(saved(Image.fromarray(DEEP)))
    assert study.stored.dtype == np.uint16
    assert np.array_equal(study.stored[0], DEEP)


@pytest.mark.parametrize("channels", [3, 4])
def test_sixteen_bit_colour_keeps_every_value(channels):
    array = np.random.default_rng(2).integers(0, 65536, (9, 7, channels)).astype(np.uint16)
    study = read(imagecodecs.png_encode(array))
    assert study.stored.dtype == np.uint16
    assert np.array_equal(study.stored[0], array[..., :3])
    np.testing.assert_allclose(display(study), array[..., :3] / 65535, atol=1e-7)
    assert bool(study.warnings) == (channels == 4)


def test_sixteen_bit_grey_with_alpha():
    array = np.stack([DEEP, DEEP // 2], axis=-1)
    assert np.array_equal(read(imagecodecs.png_encode(array)).stored[0], DEEP)


def test_a_palette_becomes_rgb():
    image = Image.new("P", (2, 2))
    image.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90])
    image.putdata([0, 1, 2, 1])
    study = read(saved(image))
    assert study.stored[0].tolist() == [[[10, 20, 30], [40, 50, 60]], [[70, 80, 90], [40, 50, 60]]]
    assert study.is_colour


def test_one_bit_is_black_and_white():
    study = read(saved(Image.fromarray(GREY > 100)))
    assert np.array_equal(study.stored[0], np.where(GREY > 100, 255, 0))


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_transparency_is_left_out_and_said(mode):
    image = Image.fromarray(COLOUR).convert("RGBA" if mode == "RGBA" else "LA")
    image.putalpha(0)
    study = read(saved(image))
    assert study.samples_per_pixel == (3 if mode == "RGBA" else 1)
    assert study.stored.max() > 0
    assert any("transparency" in w for w in study.warnings)


@pytest.mark.parametrize(
    ("orientation", "turn"),
    [
        (1, lambda a: a),
        (2, lambda a: a[:, ::-1]),
        (3, lambda a: a[::-1, ::-1]),
        (4, lambda a: a[::-1]),
        (5, lambda a: a.T),
        (6, lambda a: np.rot90(a, -1)),
        (7, lambda a: a[::-1, ::-1].T),
        (8, lambda a: np.rot90(a, 1)),
    ],
)
def test_the_rotation_of_exif_is_applied(orientation, turn):
    image = Image.fromarray(
        np.kron(np.array([[0, 90, 180], [60, 120, 240]], np.uint8), np.ones((16, 16), np.uint8))
    )
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "ZZMARKER"
    plain = read(saved(image, "JPEG", quality=100)).stored[0]
    study = read(saved(image, "JPEG", quality=100, exif=exif))
    assert np.array_equal(study.stored[0], turn(plain))
    assert "ZZMARKER" not in repr((study.tags, study.warnings, study.applied, study.name))


def test_a_jpeg_is_near_what_was_written():
    smooth = np.add.outer(np.arange(64), np.arange(64)).astype(np.uint8)
    study = read(saved(Image.fromarray(smooth), "JPEG", quality=95))
    assert study.kind == "JPEG"
    assert np.abs(study.stored[0].astype(int) - smooth).max() <= 3


def test_a_cmyk_jpeg_becomes_rgb():
    image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    study = read(saved(image, "JPEG", quality=100))
    assert np.abs(study.stored[0].astype(int) - [255, 0, 0]).max() <= 3


@pytest.mark.parametrize("share", [0.02, 0.4, 0.9])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_cut_file_is_said_to_be_truncated(kind, share):
    noise = np.random.default_rng(3).integers(0, 256, (64, 64)).astype(np.uint8)
    data = saved(Image.fromarray(noise), kind)
    with pytest.raises(ImageError, match=f"Expected a whole {kind} image, this one is truncated or damaged"):
        read(data[: max(12, int(len(data) * share))])


@pytest.mark.parametrize("share", [0.4, 0.9])
def test_a_cut_sixteen_bit_colour_png_is_said_to_be_truncated(share):
    data = imagecodecs.png_encode(np.random.default_rng(4).integers(0, 65536, (32, 32, 3)).astype(np.uint16))
    with pytest.raises(ImageError, match="Expected a whole PNG image"):
        read(data[: int(len(data) * share)])
