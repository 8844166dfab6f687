"""What a file is, is told by its bytes; what is none is refused with one sentence."""

import hashlib
import io
import subprocess
import sys

import numpy as np
import pytest
from pydicom.encaps import encapsulate, generate_frames

from medrnn.errors import ImageError
from medrnn.imaging import read
from tests.conftest import ROOT
from tests.imaging.made import RAMP, dataset, make_dataset, make_dicom, set_raw, shipped, to_bytes, wheel_file


def test_the_package_imports_no_decoder():
    code = (
        "import sys, medrnn.imaging\n"
        "sys.exit(any(n in sys.modules for n in ('pydicom', 'imagecodecs', 'PIL', 'tifffile')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0


def test_the_key_is_the_hash_of_the_bytes():
    data = make_dicom()
    study = read(data)
    assert study.key == hashlib.sha256(data).hexdigest()
    assert (study.kind, study.title, study.transfer_syntax) == ("DICOM", "", "1.2.840.10008.1.2.1")


@pytest.mark.parametrize(("implicit", "little"), [(True, True), (False, True), (False, False)])
def test_a_data_set_without_preamble_and_meta_is_read(implicit, little):
    ds = make_dataset(RAMP if little else RAMP.byteswap())
    del ds.file_meta, ds.preamble
    buffer = io.BytesIO()
    ds.save_as(buffer, implicit_vr=implicit, little_endian=little)
    assert buffer.getvalue()[128:132] != b"DICM"
    study = read(buffer.getvalue())
    assert np.array_equal(study.stored[0], RAMP)
    assert study.stored.dtype.isnative


def test_a_preamble_that_looks_like_a_tiff_is_still_dicom():
    assert read(b"II*\0" + make_dicom()[4:]).kind == "DICOM"


def test_empty_bytes():
    with pytest.raises(ImageError, match="got an empty one"):
        read(b"")


@pytest.mark.parametrize(
    "data", [b"x", b"name,age\n" * 40, b"%PDF-1.7" + bytes(300), bytes(200), b"PK\x03\x04" * 9]
)
def test_no_image(data):
    with pytest.raises(
        ImageError, match="Expected a DICOM, NIfTI, PNG, JPEG, TIFF, PGM or PPM image, got something else"
    ):
        read(data)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("rtstruct.dcm", "RT Structure Set Storage"),
        ("rtplan.dcm", "RT Plan Storage"),
        ("test-SR.dcm", "Comprehensive SR Storage"),
        ("waveform_ecg.dcm", "12-lead ECG Waveform Storage"),
    ],
)
def test_dicom_without_pixels_says_which_kind(name, kind):
    with pytest.raises(ImageError, match=rf"without pixels \({kind}\)"):
        read(wheel_file(name))


def test_a_preamble_and_nothing_more():
    with pytest.raises(ImageError, match="truncated or damaged"):
        read(bytes(128) + b"DICM")


def test_an_unknown_class_without_pixels_is_not_named():
    ds = make_dataset(SOPClassUID="1.2.3.4.5.6")
    del ds.PixelData
    with pytest.raises(ImageError, match=r"without pixels\. Choose"):
        read(to_bytes(ds))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("name", ["MR_small.dcm", "MR_small_RLE.dcm", "JPEG-lossy.dcm", "image_dfl.dcm"])
def test_a_cut_dicom_file_is_said_to_be_truncated(name, share):
    data = wheel_file(name)
    with pytest.raises(ImageError, match="truncated"):
        read(data[: int(len(data) * share)])


def test_pixel_data_shorter_than_its_size():
    ds = make_dataset(Rows=7)
    with pytest.raises(ImageError, match="truncated or damaged"):
        read(to_bytes(ds))


def test_pixel_data_longer_than_its_size_is_said():
    study = read(make_dicom(np.stack([RAMP, RAMP]), 2, NumberOfFrames=1))
    assert study.frames == 1
    assert any("more pixel data" in w for w in study.warnings)


@pytest.mark.parametrize(
    "name", ["JPEG-lossy", "SC_rgb_jpeg_dcmtk", "SC_rgb_jpeg_gdcm", "MR_small_jpeg_ls_lossless",
             "JPEGLSNearLossless_08", "MR_small_jp2klossless", "693_J2KI", "MR_small_RLE", "bone-scan"],
)  # fmt: skip
@pytest.mark.parametrize("share", [0.5, 0.95])
def test_a_cut_compressed_frame_is_no_image(name, share):
    ds = shipped(name) if name == "bone-scan" else dataset(f"{name}.dcm")
    frame = next(generate_frames(ds.PixelData, number_of_frames=1))
    ds.PixelData = encapsulate([frame[: int(len(frame) * share)]])
    ds["PixelData"].is_undefined_length = True
    with pytest.raises(ImageError, match="truncated or damaged"):
        read(to_bytes(ds))


def test_a_missing_frame_is_no_image():
    ds = dataset("SC_rgb_rle_2frame.dcm")
    ds.NumberOfFrames = 3
    with pytest.raises(ImageError, match="truncated or damaged"):
        read(to_bytes(ds))


@pytest.mark.parametrize(
    ("syntax", "name"),
    [("1.2.840.10008.1.2.4.100", "MPEG2 Main Profile"), ("1.2.840.10008.1.2.4.102", "MPEG-4 AVC/H.264")],
)
def test_a_video_names_its_transfer_syntax(syntax, name):
    ds = make_dataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds["PixelData"].is_undefined_length = True
    ds.PixelData = encapsulate([b"\0" * 20])
    data = to_bytes(ds)
    with pytest.raises(ImageError, match=f"transfer syntax that can be decoded, got {name}"):
        read(data)


def test_a_private_transfer_syntax_is_not_repeated():
    ds = make_dataset()
    ds.file_meta.TransferSyntaxUID = "1.2.826.0.1.987654321"
    ds["PixelData"].VR = "OB"
    buffer = io.BytesIO()
    ds.save_as(buffer, implicit_vr=False, little_endian=True, enforce_file_format=False)
    with pytest.raises(ImageError, match="got an unknown one") as caught:
        read(buffer.getvalue())
    assert "987654321" not in str(caught.value)


@pytest.mark.parametrize("keyword", ["Rows", "Columns", "BitsAllocated", "PixelRepresentation"])
def test_a_needed_tag_is_missing(keyword):
    ds = make_dataset()
    delattr(ds, keyword)
    with pytest.raises(ImageError, match="truncated or damaged"):
        read(to_bytes(ds))


def test_an_unknown_photometric_interpretation():
    with pytest.raises(ImageError, match="known photometric interpretation, got HSV"):
        read(make_dicom(PhotometricInterpretation="HSV"))


def test_an_empty_number_of_frames_means_one():
    ds = make_dataset()
    set_raw(ds, "NumberOfFrames", b"")
    assert read(to_bytes(ds)).frames == 1
