"""How large a pixel is: which of the places in a file counts, and what is said of it."""

import numpy as np
import pytest
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from medrnn.config import ReadingConfig
from medrnn.imaging import read
from medrnn.imaging.summary import summarize
from medrnn.sequences import center_square, draw_crop, read_study
from tests.imaging.made import RAMP, make_dataset, make_dicom, set_raw, to_bytes
from tests.imaging.masks.made import item
from tests.imaging.same import roundtrip

PICTURE = np.zeros((60, 80), np.uint8)


@pytest.mark.parametrize(
    ("tags", "spacing", "word"),
    [
        ({"PixelSpacing": None, "ImagerPixelSpacing": [0.15, 0.15]}, (0.15, 0.15), "at the detector"),
        ({"PixelSpacing": None}, None, ""),
        ({"PixelSpacing": None, "ImagerPixelSpacing": None}, None, ""),
        ({"NominalScannedPixelSpacing": [0.1, 0.2]}, (0.1, 0.2), "scanned film"),
        ({"ImagerPixelSpacing": None, "NominalScannedPixelSpacing": [0.1, 0.2]}, (0.1, 0.2), "scanned film"),
        ({"ImagerPixelSpacing": [0.2, 0.1], "NominalScannedPixelSpacing": [1, 1]}, (0.2, 0.1), "at the detector"),
        ({"PixelSpacing": [0, 0], "ImagerPixelSpacing": [0.2, 0.1]}, (0.2, 0.1), "another is used"),
        ({"PixelSpacing": [0.5, 0.5], "ImagerPixelSpacing": [0, 0]}, (0.5, 0.5), ""),
    ],
)  # fmt: skip
def test_the_first_spacing_that_says_something_counts(tags, spacing, word):
    study = roundtrip(make_dicom(**tags))
    said = " ".join(read(make_dicom(**tags)).warnings)
    assert study.spacing_mm == spacing and word in said and bool(word) == bool(said)
    assert summarize(study)["spacing_mm"] == (list(spacing) if spacing else None)


def test_an_empty_spacing_of_a_group_does_not_hide_the_one_at_the_top():
    measures = Dataset()
    measures.PixelSpacing = None
    shared = item(PixelMeasuresSequence=Sequence([measures]))
    data = make_dicom(SharedFunctionalGroupsSequence=Sequence([shared]), ImagerPixelSpacing=[0.3, 0.3])
    assert read(data).spacing_mm == (0.3, 0.3)


def region(x0=0, y0=0, x1=79, y1=59, dx=0.05, dy=0.02, units=3) -> Dataset:
    return item(
        RegionSpatialFormat=1,
        RegionDataType=1,
        RegionFlags=0,
        RegionLocationMinX0=x0,
        RegionLocationMinY0=y0,
        RegionLocationMaxX1=x1,
        RegionLocationMaxY1=y1,
        PhysicalUnitsXDirection=units,
        PhysicalUnitsYDirection=3,
        PhysicalDeltaX=dx,
        PhysicalDeltaY=dy,
    )


CURVE = region(0, 40, 79, 59, dx=0.01, units=4)  # over seconds


@pytest.mark.parametrize(
    ("regions", "spacing", "word"),
    [
        ([region()], (0.2, 0.5), ""),
        ([region(dy=-0.02)], (0.2, 0.5), ""),
        (
            [region(10, 5, 60, 50)],
            (0.2, 0.5),
            "inside the ultrasound region only (columns 10 to 60, rows 5 to 50",
        ),
        (
            [region(0, 0, 39), region(40, 0, 79)],
            (0.2, 0.5),
            "columns 0 to 39, rows 0 to 59; columns 40 to 79",
        ),
        ([region(0, 0, 39), region(40, 0, 79, dx=0.04)], None, "different scales"),
        ([region(), region(5, 5, 9, 9, dx=0.04)], (0.2, 0.5), ""),
        ([region(0, 0, 79, 39), CURVE], (0.2, 0.5), "rows 0 to 39"),
        ([CURVE], None, ""),
        ([region(dx=0)], None, ""),
        ([Dataset()], None, ""),
        ([], None, ""),
    ],
)
def test_ultrasound_regions_give_mm(regions, spacing, word):
    tags = {"Modality": "US", "BurnedInAnnotation": "NO", "SequenceOfUltrasoundRegions": Sequence(regions)}
    study = roundtrip(make_dicom(PICTURE, **tags))
    assert study.spacing_mm == (spacing and pytest.approx(spacing))
    said = " ".join(study.warnings)
    assert word in said and bool(word) == bool(said)


def test_the_spacing_of_the_pixels_stands_before_that_of_the_regions():
    tags = {"PixelSpacing": [1, 1], "SequenceOfUltrasoundRegions": Sequence([region()])}
    assert roundtrip(make_dicom(PICTURE, **tags)).spacing_mm == (1, 1)


@pytest.mark.parametrize("syntax", [uid.ExplicitVRLittleEndian, uid.ImplicitVRLittleEndian])
def test_decimal_commas_are_read_and_said(syntax):
    ds = make_dataset(Modality="CT")
    ds.file_meta.TransferSyntaxUID = syntax
    for name, text in (
        ("PixelSpacing", b"0,5\\0,25"), ("RescaleSlope", b"1,5 "), ("RescaleIntercept", b"-1024,25 "),
        ("WindowCenter", b"40,5\\30"), ("WindowWidth", b"400\\50,5 "),
    ):  # fmt: skip
        set_raw(ds, name, text)
    study = roundtrip(to_bytes(ds))
    assert study.spacing_mm == (0.5, 0.25)
    np.testing.assert_allclose(study.values[0], RAMP * 1.5 - 1024.25)
    assert [(w.center, w.width) for _, w in study.windows] == [(40.5, 400), (30, 50.5)]
    said = "Some numbers of the file are written with a decimal comma; they are read as such."
    assert read(to_bytes(ds)).warnings == (said,) and study.warnings == ()


def test_decimal_commas_of_functional_groups_too():
    measures = Dataset()
    set_raw(measures, "PixelSpacing", b"0,5\\0,25")
    shared = item(PixelMeasuresSequence=Sequence([measures]))
    study = roundtrip(make_dicom(SharedFunctionalGroupsSequence=Sequence([shared])))
    assert study.spacing_mm == (0.5, 0.25)


@pytest.mark.parametrize("text", [b"1,000.5 ", b"1,2,3 ", b"ZZ,5"])
def test_other_commas_are_no_numbers(text):
    ds = make_dataset(RescaleIntercept=-5)
    set_raw(ds, "RescaleSlope", text)
    study = read(to_bytes(ds))
    assert study.values is study.stored and any("makes no sense" in w for w in study.warnings)


def disc(rows: int, columns: int, tall: float) -> np.ndarray:
    """A circle of half the picture's height in pixels that are ``tall`` widths high."""
    y, x = np.mgrid[:rows, :columns].astype(float)
    away = np.hypot((y - (rows - 1) / 2) * tall, x - (columns - 1) / 2)
    return ((away < min(rows * tall, columns) / 4) * 255).astype(np.uint8)


def extent(grid: np.ndarray) -> tuple[int, int]:
    inside = grid > 0.5
    return int(inside.any(1).sum()), int(inside.any(0).sum())


TALL = {
    "spacing": ({"PixelSpacing": [0.6, 0.3]}, 2.0),
    "flat": ({"PixelSpacing": [0.2, 0.8]}, 0.25),
    "detector": ({"ImagerPixelSpacing": [0.45, 0.3]}, 1.5),
    "ratio": ({"PixelAspectRatio": [3, 2]}, 1.5),
    "flat ratio": ({"PixelAspectRatio": [2, 5]}, 0.4),
    "square": ({}, 1.0),
}


@pytest.mark.parametrize("name", TALL)
@pytest.mark.parametrize("shape", [(200, 200), (120, 300), (300, 160)])
def test_a_circle_in_mm_stays_a_circle_in_what_a_model_reads(name, shape):
    tags, tall = TALL[name]
    study = roundtrip(make_dicom(disc(*shape, tall), WindowCenter=128, WindowWidth=256, **tags))
    assert study.pixel_height == pytest.approx(tall)
    reading = read_study(study, ReadingConfig())
    down, across = extent(reading.grid)
    assert abs(down - across) <= 1 and 12 <= down <= 16
    x, y, width, height = reading.crop
    assert (width, height) == pytest.approx(
        (min(shape[1], shape[0] * tall), min(shape[0], shape[1] / tall)), abs=1
    )
    assert reading.boxes[:, 3].sum() == pytest.approx(height) and reading.boxes[0, 0] == x
    assert (reading.boxes[0, 1], reading.boxes[0, 2]) == (y, width)
    assert dict(reading.applied[-2].parameters)["pixel_height"] == pytest.approx(tall)
    down, across = extent(draw_crop(study, reading, 100) / 255)
    assert abs(down - across) <= 2


def test_square_pixels_are_cut_as_ever():
    study = read(make_dicom(np.zeros((101, 150), np.uint8), PixelSpacing=[0.3, 0.30001]))
    assert center_square(study) == (24, 0, 101, 101)


def test_a_drawn_crop_that_is_no_square_in_mm_is_said():
    study = read(make_dicom(disc(200, 200, 2.0), PixelSpacing=[0.6, 0.3]))
    stretched = read_study(study, ReadingConfig(), crop=(0, 0, 100, 100))
    assert any("stretched down by 0.5" in w for w in stretched.warnings)
    assert not any(
        "stretched" in w for w in read_study(study, ReadingConfig(), crop=(0, 0, 100, 50)).warnings
    )
