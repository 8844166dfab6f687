"""What claims too much is refused from its header; what is damaged is an error, never a crash."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from medrnn.errors import ImageError
from medrnn.imaging import limits, read
from tests.imaging.made import make_dicom, wheel_file


def png(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("tags", "claim"),
    [
        ({"Rows": 65535, "Columns": 65535}, "65535 x 65535 x 1"),
        ({"NumberOfFrames": "99999999"}, "6 x 8 x 99999999"),
    ],
)
def test_an_absurd_size_is_refused_before_decoding(tags, claim):
    with pytest.raises(ImageError, match=f"at most 512 MB of pixels, the header claims {claim}"):
        read(make_dicom(**tags))


@pytest.mark.parametrize("tags", [{"Rows": 0}, {"Columns": 0}, {"NumberOfFrames": -1}])
def test_no_rows_columns_or_frames(tags):
    with pytest.raises(ImageError, match="Expected an image with pixels, the header claims"):
        read(make_dicom(**tags))


@pytest.mark.parametrize("has_group_length", [True, False])
def test_a_deflate_bomb_is_refused(monkeypatch, has_group_length):
    monkeypatch.setattr("medrnn.imaging.dicom.parsing.LIMIT_BYTES", 3 << 20)
    data = wheel_file("image_dfl.dcm")
    start = 144 + struct.unpack("<L", data[140:144])[0]
    head = data[:start] if has_group_length else data[:132] + data[144:start]
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    bomb = head + squeeze.compress(bytes(8 << 20)) + squeeze.flush()
    assert len(bomb) < 20_000
    monkeypatch.setattr("pydicom.filereader.zlib.decompress", lambda *a: pytest.fail("was inflated whole"))
    with pytest.raises(ImageError, match="grows beyond that"):
        read(bomb)


def test_the_limit_of_a_png_and_a_jpeg_is_read_from_the_header():
    data = bytearray(png(np.zeros((4, 4), np.uint8)))
    data[16:24] = struct.pack(">LL", 60_000, 70_000)
    with pytest.raises(ImageError, match="the header claims 70000 x 60000"):
        read(bytes(data))
    data[16:24] = struct.pack(">LL", 20_000, 20_000)  # under our limit, over Pillow's
    data[29:33] = struct.pack(">L", zlib.crc32(data[12:29]))
    with pytest.raises(ImageError, match="million pixels, the header claims 20000 x 20000"):
        read(bytes(data))
    buffer = io.BytesIO()
    Image.new("L", (4, 4)).save(buffer, "JPEG")
    jpeg = buffer.getvalue()
    at = jpeg.index(b"\xff\xc0") + 5
    with pytest.raises(ImageError, match="the header claims 65500 x 65500"):
        read(jpeg[:at] + struct.pack(">HH", 65_500, 65_500) + jpeg[at + 4 :])


def test_the_limit_counts_bytes(monkeypatch):
    monkeypatch.setattr(limits, "LIMIT_BYTES", 1000)
    limits.check_size(10, 50, 1, 1, 16)
    with pytest.raises(ImageError, match="10 x 51 x 1 with 1 sample"):
        limits.check_size(10, 51, 1, 1, 12)


@pytest.mark.parametrize("seed", range(40))
def test_damaged_bytes_give_an_image_or_an_image_error(seed):
    rng = np.random.default_rng(seed)
    names = ("CT_small.dcm", "JPEG-lossy.dcm", "MR_small_RLE.dcm", "examples_palette.dcm")
    data = bytearray(wheel_file(names[seed % 4]))
    for at in rng.integers(0, min(len(data), 6000), 12):
        data[at] = rng.integers(256)
    try:
        assert read(bytes(data)).frames > 0
    except ImageError as error:
        assert str(error).startswith("Expected")
