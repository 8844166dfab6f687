"""What is said of lossy compression, streams with stray bytes, and JPEG of kinds that their file does not announce."""

import imagecodecs
import numpy as np
import pytest
from pydicom import uid

from medrnn.errors import ImageError
from medrnn.imaging import read
from medrnn.imaging.dicom.codestream import is_irreversible, is_lossless_jpeg, jpeg_size, tidied
from medrnn.imaging.summary import summarize
from tests.imaging.made import RAMP, encapsulated, make_dicom, wheel_file
from tests.imaging.same import roundtrip

GREY = (np.indices((16, 24)).sum(0) * 5).astype(np.uint8)
DEEP = GREY.astype(np.uint16) * 16
JPEG = imagecodecs.jpeg_encode(GREY, level=90)
LOSSLESS = imagecodecs.ljpeg_encode(GREY)
JLS = imagecodecs.jpegls_encode(GREY)
RATIO = {"LossyImageCompressionRatio": 12.5, "LossyImageCompressionMethod": "ISO_10918_1"}


def j2k(is_lossless: bool) -> bytes:
    return imagecodecs.jpeg2k_encode(
        GREY, codecformat="j2k", level=0 if is_lossless else 30, reversible=is_lossless
    )


def lossy_of(data: bytes) -> str | None:
    study = roundtrip(data)
    assert summarize(study)["tags"].get("Lossy compression") == dict(read(data).tags).get("Lossy compression")
    return dict(study.tags).get("Lossy compression")


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"LossyImageCompression": "01"}, "yes"),
        ({"LossyImageCompression": "01", **RATIO}, "JPEG 12.5:1"),
        ({"LossyImageCompression": "01", "LossyImageCompressionRatio": [4, 10],
          "LossyImageCompressionMethod": ["ISO_15444_1", "ISO_14495_1"]}, "JPEG 2000 JPEG-LS near-lossless 4:1 10:1"),
        ({"LossyImageCompression": "01", "LossyImageCompressionMethod": "ZZMARKER"}, "yes"),
        ({"LossyImageCompression": "00"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_loss_that_the_file_says_is_a_fact(tags, said):
    assert lossy_of(make_dicom(RAMP, **tags)) == said


@pytest.mark.parametrize(
    ("syntax", "stream", "said"),
    [
        (uid.JPEGBaseline8Bit, JPEG, "yes"),
        (uid.JPEGLosslessSV1, LOSSLESS, None),
        (uid.JPEGLSLossless, JLS, None),
        (uid.JPEG2000, j2k(False), "yes"),
        (uid.JPEG2000, j2k(True), None),
        (uid.JPEG2000Lossless, j2k(True), None),
    ],
)
def test_loss_is_seen_in_the_compression_itself(syntax, stream, said):
    assert lossy_of(encapsulated(GREY, [stream], syntax)) == said


def test_the_transform_of_real_streams_is_told():
    assert dict(read(wheel_file("JPEG2000.dcm")).tags).get("Lossy compression") is not None
    assert dict(read(wheel_file("MR_small_jp2klossless.dcm")).tags).get("Lossy compression") is None
    assert is_irreversible(j2k(False)) and not is_irreversible(j2k(True)) and not is_irreversible(b"")


def disturbed(stream: bytes, how: str) -> bytes:
    at = 4 + int.from_bytes(stream[4:6])  # behind the first segment
    stray = {"fill": b"\xff\xff\xff", "stray": b"\x5a", "zeros": b"\0\0\0", "fill, stray": b"\x5a\xff\xff"}
    if how == "before":
        return b"\x5a" + stream
    return stream[:at] + stray[how] + stream[at:]


@pytest.mark.parametrize("how", ["before", "fill", "stray", "zeros", "fill, stray"])
@pytest.mark.parametrize(
    ("syntax", "stream"),
    [(uid.JPEGBaseline8Bit, JPEG), (uid.JPEGLosslessSV1, LOSSLESS), (uid.JPEGLSLossless, JLS)],
)
def test_stray_and_fill_bytes_before_a_marker_are_passed_over(syntax, stream, how):
    wanted = read(encapsulated(GREY, [stream], syntax)).stored
    assert np.array_equal(read(encapsulated(GREY, [disturbed(stream, how)], syntax)).stored, wanted)
    assert tidied(disturbed(stream, how)) == stream == tidied(stream)
    assert jpeg_size(disturbed(stream, how))[:2] == GREY.shape


@pytest.mark.parametrize("syntax", [uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit])
def test_a_lossless_stream_under_another_syntax_of_jpeg_is_decoded(syntax):
    assert is_lossless_jpeg(LOSSLESS) and not is_lossless_jpeg(JPEG) and not is_lossless_jpeg(JLS)
    assert np.array_equal(read(encapsulated(GREY, [LOSSLESS], syntax)).stored[0], GREY)


@pytest.mark.parametrize(
    ("stream", "said"),
    [
        (LOSSLESS, "this one is lossless"),
        (imagecodecs.ljpeg_encode(DEEP, bitspersample=12), "this one is lossless"),
        (imagecodecs.jpeg_encode(DEEP, bitspersample=12), "this one is of 12 bits"),
    ],
)
def test_a_picture_of_an_unusual_jpeg_is_called_what_it_is(stream, said):
    with pytest.raises(ImageError, match=said):
        read(stream)


@pytest.mark.parametrize("count", [0, "0", "", None])
def test_no_number_of_frames_is_one_frame(count):
    study = roundtrip(make_dicom(RAMP, NumberOfFrames=count))
    assert study.frames == 1 and np.array_equal(study.stored[0], RAMP) and study.warnings == ()
