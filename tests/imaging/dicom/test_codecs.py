"""Every compressed transfer syntax: against numbers of DCMTK 3.6.7, or what was packed."""

import logging
import threading
import warnings

import imagecodecs
import numpy as np
import pytest
from pydicom import uid
from pydicom.pixels import get_decoder

from medrnn.errors import ImageError
from medrnn.imaging import read
from medrnn.imaging.words import say_all
from tests.imaging.made import dataset, encapsulated, set_raw, shipped, to_bytes, wheel_file

SIGNED = np.random.default_rng(1).integers(-1500, 1500, (40, 56)).astype(np.int16)
DEEP = np.random.default_rng(2).integers(0, 4096, (40, 56)).astype(np.uint16)
COLOUR = np.random.default_rng(3).integers(0, 256, (40, 56, 3)).astype(np.uint8)


# Decompressed once with dcmdjpeg, dcmdjpls, dcmdrle and dcmconv; YBR turned to RGB there.
# File, then dtype, lowest, highest and sum of all samples.
DCMTK = [
    ("JPEG-lossy", np.uint16, 0, 264, 3767007),
    ("JPGExtended", np.uint16, 0, 264, 3767007),
    ("SC_rgb_jpeg_gdcm", np.uint8, 0, 255, 3831000),
    ("SC_jpeg_no_color_transform", np.uint8, 134, 252, 47966767),
    ("SC_rgb_dcmtk_+eb+cr", np.uint8, 0, 255, 3832200),
    ("SC_rgb_dcmtk_+eb+cy+n1", np.uint8, 0, 255, 3826350),
    ("SC_rgb_dcmtk_+eb+cy+np", np.uint8, 0, 255, 3826350),
    ("SC_rgb_dcmtk_+eb+cy+s2", np.uint8, 0, 255, 3832000),
    ("SC_rgb_dcmtk_+eb+cy+s4", np.uint8, 0, 255, 3832000),
    ("SC_rgb_small_odd_jpeg", np.uint8, 49, 179, 3465),
    ("JPEGLSNearLossless_08", np.uint8, 0, 255, 25000),
    ("JPEGLSNearLossless_16", np.uint16, 0, 65535, 6007250),
    ("SC_rgb_jls_lossy_line", np.uint8, 0, 255, 3840000),
    ("SC_rgb_jls_lossy_sample", np.uint8, 0, 255, 3840000),
    ("SC_rgb_rle_16bit_2frame", np.uint16, 0, 65535, 1966050000),
    ("rtdose_rle", np.uint32, 795000, 1254000, 1519910000),
    ("image_dfl", np.uint8, 0, 255, 33322688),
]


@pytest.mark.parametrize(("name", "dtype", "low", "high", "total"), DCMTK)
def test_lossy_and_lossless_files_have_the_values_of_dcmtk(name, dtype, low, high, total):
    stored = read(wheel_file(f"{name}.dcm")).stored
    assert stored.dtype == dtype
    assert (int(stored.min()), int(stored.max()), int(stored.sum(dtype=np.int64))) == (low, high, total)


@pytest.mark.parametrize(
    "name", ["MR_small_RLE", "MR_small_jp2klossless", "MR_small_jpeg_ls_lossless", "MR_small_bigendian",
             "MR_small_expb", "MR_small_implicit", "MR_small_padded"],
)  # fmt: skip
def test_all_encodings_of_one_image_agree(name):
    study = read(wheel_file(f"{name}.dcm"))
    expected = np.frombuffer(dataset("MR_small.dcm").PixelData, "<i2").reshape(1, 64, 64)
    assert np.array_equal(study.stored, expected)
    assert study.stored.dtype == np.int16 and study.stored.dtype.isnative


def jpeg2000(array):
    return imagecodecs.jpeg2k_encode(array, level=0, reversible=True, codecformat="j2k")


@pytest.mark.parametrize(
    ("syntax", "encode", "array"),
    [
        (uid.JPEGLossless, imagecodecs.ljpeg_encode, DEEP),
        (uid.JPEGLosslessSV1, imagecodecs.ljpeg_encode, DEEP),
        (uid.JPEGLSLossless, imagecodecs.jpegls_encode, DEEP),
        (uid.JPEGLSLossless, imagecodecs.jpegls_encode, COLOUR),
        (uid.JPEG2000Lossless, jpeg2000, SIGNED),
        (uid.JPEG2000Lossless, jpeg2000, DEEP),
        (uid.JPEG2000, jpeg2000, COLOUR),
        (uid.HTJ2KLossless, imagecodecs.htj2k_encode, SIGNED),
        (uid.HTJ2KLosslessRPCL, imagecodecs.htj2k_encode, DEEP),
        (uid.HTJ2K, imagecodecs.htj2k_encode, COLOUR),
    ],
)
def test_what_was_packed_comes_out_again(syntax, encode, array):
    stream = encode(array, reversible=True) if encode is imagecodecs.htj2k_encode else encode(array)
    study = read(encapsulated(array, [stream], syntax))
    assert study.transfer_syntax == syntax
    assert study.stored.dtype == array.dtype
    assert np.array_equal(study.stored[0], array)


@pytest.mark.parametrize("syntax", [uid.JPEGLossless, uid.JPEGLSLossless, uid.JPEG2000Lossless])
def test_the_sign_is_that_of_the_tags(syntax):
    """The stream holds 12 bits without a sign; the tags say two's complement (PS3.5 8.2)."""
    packed = (SIGNED & 0xFFF).astype(np.uint16)
    encode = {
        uid.JPEGLossless: lambda a: imagecodecs.ljpeg_encode(a, bitspersample=12),
        uid.JPEGLSLossless: imagecodecs.jpegls_encode,
        uid.JPEG2000Lossless: lambda a: imagecodecs.jpeg2k_encode(
            a, level=0, reversible=True, codecformat="j2k", bitspersample=12
        ),
    }[syntax]
    data = encapsulated(SIGNED, [encode(packed)], syntax, BitsStored=12, HighBit=11)
    assert np.array_equal(read(data).stored[0], SIGNED)


def test_the_sign_of_a_stream_against_its_tags():
    study = read(wheel_file("J2K_pixelrep_mismatch.dcm"))
    assert (study.stored.dtype, int(study.stored.min()), int(study.stored.max())) == (np.int16, -2000, 1896)


def test_frames_come_in_order():
    frames = [DEEP, DEEP[::-1], DEEP[:, ::-1]]
    streams = [imagecodecs.jpegls_encode(np.ascontiguousarray(f)) for f in frames]
    study = read(encapsulated(DEEP, streams, uid.JPEGLSLossless, NumberOfFrames=3))
    assert np.array_equal(study.stored, np.stack(frames))


@pytest.mark.parametrize("other", [DEEP.T, DEEP[:20], np.tile(DEEP, (40, 40))])
@pytest.mark.parametrize(
    ("syntax", "encode"), [(uid.JPEGLossless, imagecodecs.ljpeg_encode), (uid.JPEG2000Lossless, jpeg2000)]
)
def test_a_stream_of_another_size_than_its_tags_is_not_decoded(monkeypatch, syntax, encode, other):
    data = encapsulated(DEEP, [encode(np.ascontiguousarray(other))], syntax)
    for name in ("ljpeg_decode", "jpeg2k_decode"):
        monkeypatch.setattr(imagecodecs, name, lambda *a, **k: pytest.fail("was decoded"))
    with pytest.raises(ImageError, match="truncated or damaged"):
        read(data)


def test_colour_is_rgb_once_decoded():
    study = read(wheel_file("examples_ybr_color.dcm"))
    assert (study.photometric, study.stored.shape, say_all(study)) == (
        "YBR_FULL_422",
        (30, 240, 320, 3),
        ("YBR to RGB",),
    )
    red = read(wheel_file("SC_rgb_jpeg_dcmtk.dcm")).stored[0, 5, 50]
    assert np.abs(red.astype(int) - [255, 0, 0]).max() <= 1


def test_our_plug_in_is_the_one_that_decodes(monkeypatch):
    calls = []
    real = imagecodecs.jpeg_decode
    monkeypatch.setattr(imagecodecs, "jpeg_decode", lambda *a, **k: calls.append(1) or real(*a, **k))
    read(wheel_file("SC_rgb_jpeg_dcmtk.dcm"))
    assert calls == [1]


def test_many_threads_read_at_once_and_warnings_come_back():
    before = list(warnings.filters)
    names = ["MR_small_jpeg_ls_lossless", "MR_small_jp2klossless", "MR_small_RLE", "MR_small_padded"] * 6
    found: list[np.ndarray] = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(read(wheel_file(f"{n}.dcm")).stored)) for n in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = read(wheel_file("MR_small.dcm")).stored
    assert len(found) == len(names) and all(np.array_equal(a, expected) for a in found)
    assert warnings.filters == before
    plugins = get_decoder(uid.JPEGLSLossless).available_plugins
    assert plugins.count("imagecodecs") == 1


def test_nothing_is_logged_or_warned(caplog):
    ds = shipped("ct-small")
    ds.PixelData += bytes(1000)
    set_raw(ds, "KVP", b"ZZMARKER")
    data = to_bytes(ds)
    with caplog.at_level(logging.DEBUG), warnings.catch_warnings():
        warnings.simplefilter("error")
        read(data)
        read(wheel_file("JPEG-lossy.dcm"))
    assert not [r for r in caplog.records if r.name.startswith("pydicom")]
