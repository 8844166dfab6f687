"""TIFF files written by tifffile, against the arrays that were written."""

import io
import json
import struct

import numpy as np
import pytest
import tifffile

from medrnn.errors import ImageError
from medrnn.imaging import read
from medrnn.imaging.summary import summarize
from medrnn.imaging.windowing import display

RNG = np.random.default_rng(0)
DEEP = RNG.integers(0, 65536, (20, 24)).astype(np.uint16)
COLOUR = RNG.integers(0, 65536, (20, 24, 3)).astype(np.uint16)


def saved(array: np.ndarray, **options) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, array, **{"metadata": None, **options})
    return buffer.getvalue()


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.float32])
@pytest.mark.parametrize("order", ["<", ">"])
def test_grey_of_every_depth_and_order(dtype, order):
    array = (DEEP % 200).astype(dtype)
    study = read(saved(array, byteorder=order, photometric="minisblack"))
    assert study.kind == "TIFF"
    assert study.stored.dtype == dtype and study.stored.dtype.isnative
    assert np.array_equal(study.stored[0], array)


@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}, {"compression": "lzw"}, {"tile": (16, 16)}])
def test_pages_are_frames(options):
    pages = np.stack([DEEP, DEEP[::-1], DEEP // 2])
    study = read(saved(pages, photometric="minisblack", **options))
    assert study.frames == 3
    assert np.array_equal(study.stored, pages)


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_sixteen_bit_colour_contiguous_or_planar(planar):
    array = COLOUR if planar == "contig" else np.moveaxis(COLOUR, -1, 0)
    study = read(saved(np.ascontiguousarray(array), photometric="rgb", planarconfig=planar))
    assert np.array_equal(study.stored[0], COLOUR)
    np.testing.assert_allclose(display(study), COLOUR / 65535, atol=1e-7)


def test_a_palette_becomes_rgb():
    palette = RNG.integers(0, 65536, (3, 256)).astype(np.uint16)
    indices = (DEEP % 256).astype(np.uint8)
    study = read(saved(indices, photometric="palette", colormap=palette))
    assert np.array_equal(study.stored[0], palette.T[indices])


def test_a_palette_image_without_its_palette_is_damaged():
    whole = saved(np.zeros((8, 8), np.uint8), photometric="palette", colormap=np.zeros((3, 256), np.uint16))
    tag = struct.pack("<HHL", 320, 3, 768)
    assert whole.count(tag) == 1
    with pytest.raises(ImageError, match="Expected a whole TIFF image"):
        read(whole.replace(tag, struct.pack("<HHL", 321, 3, 768)))


def test_white_is_zero_is_inverted_when_drawn():
    array = (DEEP % 256).astype(np.uint8)
    study = read(saved(array, photometric="miniswhite"))
    assert np.array_equal(study.stored[0], array) and study.inverted
    np.testing.assert_allclose(display(study), 1 - array / 255, atol=1e-6)


def test_one_bit_is_black_and_white():
    study = read(saved(DEEP > 30_000, photometric="minisblack"))
    assert np.array_equal(study.stored[0], np.where(DEEP > 30_000, 255, 0))


def test_four_bits_fill_the_range():
    study = read(_four_bit(DEEP % 16))
    assert np.array_equal(study.stored[0], DEEP % 16)
    np.testing.assert_allclose(display(study), (DEEP % 16) / 15, atol=1e-6)


def _four_bit(values: np.ndarray) -> bytes:
    """A TIFF written by hand, since tifffile writes no 4-bit samples: header, nine tags, one strip."""
    rows, columns = values.shape
    packed = ((values[:, ::2] << 4) | values[:, 1::2]).astype(np.uint8).tobytes()
    tags = [(256, columns), (257, rows), (258, 4), (259, 1), (262, 1), (273, 0), (277, 1), (278, rows)]
    tags.append((279, len(packed)))
    at = 8 + 2 + 12 * len(tags) + 4
    out = b"II*\0" + (8).to_bytes(4, "little") + len(tags).to_bytes(2, "little")
    for tag, value in tags:
        found = at if tag == 273 else value
        out += tag.to_bytes(2, "little") + b"\x04\0" + (1).to_bytes(4, "little") + found.to_bytes(4, "little")
    return out + bytes(4) + packed


def test_float_with_nan_is_drawn_and_said():
    array = np.array([[0.0, np.nan], [np.inf, 2.0]], np.float32)
    study = read(saved(array, photometric="minisblack"))
    assert display(study)[0, 1] == 0 and np.isfinite(display(study)).all()
    assert any("no finite number" in w for w in study.warnings)
    json.dumps(summarize(study), allow_nan=False)
    assert summarize(study)["stored"] == {"min": 0, "max": 2, "mean": 1}
    with pytest.raises(ImageError, match="no pixel of this one holds any"):
        read(saved(np.full((4, 4), np.nan, np.float32), photometric="minisblack"))


def test_pages_of_another_size_are_left_out_and_said():
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as file:
        file.write(DEEP, photometric="minisblack", metadata=None)
        file.write(DEEP[:5, :5].copy(), photometric="minisblack", metadata=None)
    study = read(buffer.getvalue())
    assert study.frames == 1
    assert any("1 page(s)" in w for w in study.warnings)


@pytest.mark.parametrize(
    ("array", "options"),
    [
        (RNG.integers(0, 256, (8, 8, 4)).astype(np.uint8), {"photometric": "separated"}),
        (RNG.integers(0, 256, (8, 8, 3)).astype(np.uint8), {"photometric": "cielab"}),
        (RNG.integers(0, 256, (8, 8, 6)).astype(np.uint8), {"photometric": "minisblack",
                                                            "planarconfig": "contig"}),
        (RNG.integers(0, 256, (4, 16, 16)).astype(np.uint8), {"photometric": "minisblack", "volumetric": True,
                                                              "tile": (4, 16, 16)}),
    ],
)  # fmt: skip
def test_a_layout_that_would_be_read_wrongly_is_refused(array, options):
    with pytest.raises(ImageError, match="rows and columns in grey or RGB, got another layout"):
        read(saved(array, **options))


@pytest.mark.parametrize(
    "options", [{}, {"tile": (16, 16)}, *({"compression": c} for c in ("zlib", "lzw", "packbits"))]
)
@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_a_cut_file_is_said_to_be_truncated(options, share):
    data = saved(DEEP, photometric="minisblack", **options)
    with pytest.raises(ImageError, match="Expected a whole TIFF image, this one is truncated or damaged"):
        read(data[: max(8, int(len(data) * share))])


@pytest.mark.parametrize("tag", [256, 257])
def test_an_absurd_size_is_refused_before_decoding(monkeypatch, tag):
    data = bytearray(_four_bit(DEEP % 16))
    at = data.index(tag.to_bytes(2, "little") + b"\x04\0")
    data[at + 8 : at + 12] = (2**31).to_bytes(4, "little")
    monkeypatch.setattr(tifffile.TiffPage, "asarray", lambda *a, **k: pytest.fail("was decoded"))
    with pytest.raises(ImageError, match=r"at most 512 MB of pixels, the header claims .*2147483648"):
        read(bytes(data))
