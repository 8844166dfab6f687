"""A fault of ours is called so, and leaves nothing of the file in the log; a damaged file keeps its sentence."""

import logging
import struct
import zlib

import numpy as np
import pytest

from medrnn.errors import ImageError
from medrnn.imaging import faults, limits, read
from medrnn.imaging.deidentify.copy import deidentify
from medrnn.imaging.guard.operations import perform
from medrnn.imaging.masks.read import read_mask
from medrnn.imaging.series.members import read_member
from tests.imaging.made import make_dataset, make_dicom, to_bytes, wheel_file
from tests.imaging.masks.made import blobs, frame_group, make_seg, make_series, place
from tests.imaging.test_limits import png

DICOM = make_dicom(PatientName="ZZMARKER")
RAISING = {
    "IndexError": lambda: [][1],
    "KeyError": lambda: {}["ZZMARKER"],
    "TypeError": lambda: len(None),
    "AttributeError": lambda: "ZZMARKER".nothing,
    "ZeroDivisionError": lambda: 1 // 0,
    "RuntimeError": lambda: (_ for _ in ()).throw(RuntimeError("ZZMARKER")),
    "AssertionError": lambda: (_ for _ in ()).throw(AssertionError("ZZMARKER")),
}


def with_overlay() -> bytes:
    ds = make_dataset()
    ds.add_new((0x6000, 0x10), "US", 6)
    ds.add_new((0x6000, 0x3000), "OW", bytes(6))
    return to_bytes(ds)


PLACES = {
    "values": ("medrnn.imaging.dicom.modality.to_values", lambda: read(DICOM)),
    "pixels": ("medrnn.imaging.dicom.pixels._frames", lambda: read(DICOM)),
    "parsing": ("medrnn.imaging.dicom.parsing._check_deflated", lambda: read(DICOM)),
    "codec": ("medrnn.imaging.dicom.codecs._decode", lambda: read(wheel_file("JPEG-lossy.dcm"))),
    "overlays": ("medrnn.imaging.dicom.overlays._layout", lambda: read(with_overlay())),
    "palette": ("medrnn.imaging.dicom.palette._plain", lambda: read(wheel_file("examples_palette.dcm"))),
    "picture": ("medrnn.imaging.files.raster._decode", lambda: read(png(np.eye(8, dtype=np.uint8)))),
    "study of a picture": ("medrnn.imaging.files.raster.make_study", lambda: read(png(np.eye(8, dtype=np.uint8)))),
    "copy": ("medrnn.imaging.deidentify.copy._build", lambda: deidentify(DICOM)),
    "mask": (
        "medrnn.imaging.masks.segmentation._mask",
        lambda: read_mask(make_seg(blobs(2), [frame_group(1, place(k)) for k in range(2)]), make_series(2)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", RAISING)
@pytest.mark.parametrize("where", PLACES)
def test_a_fault_of_ours_is_called_so_and_logged_without_the_file(monkeypatch, caplog, where, kind):
    target, reader = PLACES[where]
    monkeypatch.setattr(target, lambda *a, **k: RAISING[kind]())
    with (
        caplog.at_level(logging.ERROR),
        pytest.raises(ImageError, match="a fault of medrnn, not of the file"),
    ):
        reader()
    [line] = [r.getMessage() for r in caplog.records if r.name == "medrnn.imaging.faults"]
    assert line.startswith(f"{kind} in medrnn.imaging") and "tests.imaging.test_faults:" in line
    assert "ZZMARKER" not in line


@pytest.mark.parametrize(
    ("error", "is_ours"), [(KeyError("ZZMARKER"), True), (ValueError("ZZMARKER"), False)]
)
def test_an_image_whose_header_fails_stands_by_itself(monkeypatch, caplog, error, is_ours):
    def fail(*args):
        raise error

    monkeypatch.setattr("medrnn.imaging.series.members._place", fail)
    with caplog.at_level(logging.ERROR):
        member = read_member(DICOM)
    assert member.series == "" and member.study.kind == "DICOM"
    lines = [r.getMessage() for r in caplog.records if r.name == "medrnn.imaging.faults"]
    assert len(lines) == is_ours
    assert all(line.startswith("KeyError in medrnn.imaging.series.members:") for line in lines)
    assert "ZZMARKER" not in caplog.text


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize(
    "error", [ValueError("ZZMARKER"), EOFError(), OSError(), zlib.error(), struct.error(), RecursionError()]
)
def test_what_damaged_bytes_raise_is_the_files(monkeypatch, caplog, where, error):
    target, reader = PLACES[where]

    def fail(*args, **more):
        raise error

    monkeypatch.setattr(target, fail)
    with caplog.at_level(logging.ERROR):
        try:
            reader()
        except ImageError as said:
            assert "fault of medrnn" not in str(said) and "ZZMARKER" not in str(said)
    assert "medrnn.imaging.faults" not in {r.name for r in caplog.records}


@pytest.mark.parametrize("call", [
    lambda: struct.unpack("<L", b""), lambda: zlib.decompress(b"no"), lambda: np.frombuffer(b"abc", "<u2"),
    lambda: __import__("json").loads("{"), lambda: __import__("pydicom").dcmread(None),
    lambda: __import__("imagecodecs").jpeg_decode(b"no"), lambda: make_dataset().NoSuchElement,
])  # fmt: skip
def test_whatever_a_library_raises_is_the_files(call):
    try:
        call()
    except Exception as error:
        assert not faults.is_ours(error)
        assert str(limits.damage(error, "Expected a whole file.")) == "Expected a whole file."
    else:
        pytest.fail("nothing was raised")


def test_too_little_memory_is_no_fault(monkeypatch):
    monkeypatch.setattr("medrnn.imaging.dicom.modality.to_values", lambda *a: bytes(1 << 62))
    with pytest.raises(ImageError, match="larger"):
        read(DICOM)


def test_the_guards_side_says_the_same(monkeypatch):
    monkeypatch.setattr("medrnn.imaging.series.members.read", lambda data: [][1])
    assert "a fault of medrnn" in str(perform("read", DICOM))


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"PhotometricInterpretation": None}, "the file says none"),
        ({"PhotometricInterpretation": "CMYK"}, "got CMYK"),
        ({"PhotometricInterpretation": "ZZMARKER"}, "got another"),
    ],
)
def test_a_photometric_interpretation_that_cannot_be_shown_is_named(tags, said):
    with pytest.raises(ImageError, match=f"Expected a known photometric interpretation, {said}"):
        read(to_bytes(make_dataset(**tags)))


def test_a_narrow_linear_window_is_not_called_without_width():
    study = read(make_dicom(WindowCenter=5, WindowWidth=0.3))
    said = "The file's window is narrower than 1, which a linear window may not be; a computed one is used."
    assert study.warnings == (said,) and study.window.source == "computed"
