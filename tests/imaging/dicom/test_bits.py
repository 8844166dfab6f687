"""Samples that do not lie in the lowest bits of their words, and elements that end too early."""

import shutil
import subprocess

import imagecodecs
import numpy as np
import pytest
from pydicom import uid
from pydicom.encaps import encapsulate

from medrnn.imaging import read
from tests.imaging.made import RAMP, make_dataset, make_dicom, to_bytes
from tests.imaging.same import roundtrip

NATIVE = (uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian)
LAYOUTS = [
    (16, 12, 15),
    (16, 12, 13),
    (16, 10, 11),
    (16, 1, 15),
    (8, 4, 7),
    (8, 6, 6),
    (32, 24, 31),
    (32, 12, 20),
]


def samples(stored: int, signed: bool, shape=(6, 8)) -> np.ndarray:
    """Numbers over the whole range of ``stored`` bits."""
    low = -(2 ** (stored - 1)) if signed else 0
    made = np.random.default_rng(stored).integers(low, low + 2**stored, shape)
    made.flat[:2] = low, low + 2**stored - 1
    return made


def packed(values: np.ndarray, allocated: int, stored: int, high: int) -> np.ndarray:
    """Words with the samples' topmost bit at ``high``, and ones in all bits that are not theirs."""
    mask, below = (1 << stored) - 1, high + 1 - stored
    others = ((1 << allocated) - 1) & ~(mask << below)
    return ((values & mask) << below | others).astype(f"u{allocated // 8}")


def dataset_of(words, stored, high, signed, syntax=uid.ExplicitVRLittleEndian, frames=0):
    ds = make_dataset(words, frames, BitsStored=stored, HighBit=high, PixelRepresentation=int(signed))
    ds.file_meta.TransferSyntaxUID = syntax
    order = ">" if syntax == uid.ExplicitVRBigEndian else "<"
    ds.PixelData = words.astype(words.dtype.newbyteorder(order)).tobytes()
    ds["PixelData"].VR = "OW" if words.itemsize > 1 or syntax == uid.ImplicitVRLittleEndian else "OB"
    return ds


@pytest.mark.parametrize("syntax", NATIVE)
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize(("allocated", "stored", "high"), LAYOUTS)
def test_the_bits_up_to_the_high_bit_are_the_sample(allocated, stored, high, signed, syntax):
    values = samples(stored, signed)
    words = packed(values, allocated, stored, high)
    study = roundtrip(to_bytes(dataset_of(words, stored, high, signed, syntax)))
    assert np.array_equal(study.stored[0], values) and study.warnings == ()


@pytest.mark.parametrize("signed", [False, True])
def test_of_frames_and_colours_too(signed):
    values = samples(12, signed, (3, 6, 8))
    study = roundtrip(to_bytes(dataset_of(packed(values, 16, 12, 15), 12, 15, signed, frames=3)))
    assert np.array_equal(study.stored, values)
    colours = samples(12, False, (6, 8, 3))
    study = roundtrip(to_bytes(dataset_of(packed(colours, 16, 12, 15), 12, 15, False)))
    assert np.array_equal(study.stored[0], colours)


@pytest.mark.skipif(shutil.which("dcmdump") is None, reason="needs DCMTK")
@pytest.mark.parametrize("signed", [False, True])
def test_dcmtk_finds_the_same_samples(tmp_path, signed):
    values = samples(12, signed)
    data = to_bytes(dataset_of(packed(values, 16, 12, 15), 12, 15, signed))
    (tmp_path / "a.dcm").write_bytes(data)
    command = ["dcm2pnm", "-q", "+Ww", "0" if signed else "2048", "4096", "+on2", tmp_path / "a.dcm"]
    subprocess.run([*command, tmp_path / "a.png"], check=True)
    from PIL import Image

    peer = np.asarray(Image.open(tmp_path / "a.png"), float) / 65535
    study = read(data)
    np.testing.assert_allclose(peer, (study.stored[0] + 2048.0 * signed) / 4095, atol=1e-3)


@pytest.mark.parametrize("signed", [False, True])
def test_run_length_words_hold_them_too(signed):
    values = samples(12, signed)
    ds = dataset_of(packed(values, 16, 12, 15), 12, 15, signed)
    ds.compress(uid.RLELossless)
    assert np.array_equal(roundtrip(to_bytes(ds)).stored[0], values)


ENCODERS = {
    uid.JPEG2000Lossless: lambda a, bits: imagecodecs.jpeg2k_encode(
        a, codecformat="j2k", level=0, bitspersample=bits
    ),
    uid.JPEGLSLossless: lambda a, bits: imagecodecs.jpegls_encode(a),
    uid.JPEGLosslessSV1: lambda a, bits: imagecodecs.ljpeg_encode(a, bitspersample=bits),
}


@pytest.mark.parametrize(
    ("syntax", "precision"),  # the encoder of JPEG-LS writes all 16 bits of a word
    [(s, p) for s in ENCODERS for p in (12, 16) if (s, p) != (uid.JPEGLSLossless, 12)],
)
def test_a_codec_gives_the_sample_unless_its_stream_holds_whole_words(syntax, precision):
    values = samples(12, False)
    words = packed(values, 16, 12, 15) if precision == 16 else values.astype(np.uint16)
    ds = dataset_of(words, 12, 15, False)
    ds.file_meta.TransferSyntaxUID = syntax
    ds.PixelData = encapsulate([ENCODERS[syntax](words, precision)])
    ds["PixelData"].VR = "OB"
    assert np.array_equal(roundtrip(to_bytes(ds)).stored[0], values)


@pytest.mark.parametrize("high", [5, 16, 40])
def test_a_senseless_high_bit_is_said(high):
    study = read(make_dicom(RAMP, BitsStored=12, HighBit=high))
    assert np.array_equal(study.stored[0], RAMP)
    assert study.warnings == ("The file's high bit makes no sense; the lowest bits were taken.",)


def test_padding_is_a_sample_not_a_word():
    values = samples(12, True)
    values[0, :3] = -2048
    ds = dataset_of(packed(values, 16, 12, 15), 12, 15, True)
    ds.add_new("PixelPaddingValue", "SS", -2048)
    assert np.array_equal(roundtrip(to_bytes(ds)).padding[0], values == -2048)


@pytest.mark.parametrize("where", ["PixelData", "DataSetTrailingPadding"])
@pytest.mark.parametrize("more", [2, 1000, 0x7FFFFFFF - 96])
def test_an_element_that_claims_more_than_the_file_holds_is_said(where, more):
    ds = make_dataset()
    if where == "DataSetTrailingPadding":
        ds.DataSetTrailingPadding = bytes(96)
    data = to_bytes(ds)
    assert data[-100:-96] == (96).to_bytes(4, "little") and read(data).warnings == ()
    study = read(data[:-100] + (96 + more).to_bytes(4, "little") + data[-96:])
    assert np.array_equal(study.stored[0], RAMP)
    assert any("claims more bytes than the file holds" in note for note in study.warnings)
