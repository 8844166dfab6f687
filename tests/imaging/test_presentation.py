"""Window, polarity, padding, distance of pixels and burned-in text, as a DICOM file states them."""

import numpy as np
import pytest

from medrnn.imaging import read
from medrnn.imaging.windowing import display
from tests.imaging.files import RAMP, make_dataset, make_dicom, set_raw, to_bytes


@pytest.mark.parametrize(("tags", "share"), [
    ({"PixelPaddingValue": 3}, [3]),
    ({"PixelPaddingValue": 3, "PixelPaddingRangeLimit": 6}, [3, 4, 5, 6]),
    ({"PixelPaddingValue": 6, "PixelPaddingRangeLimit": 3}, [3, 4, 5, 6]),
])  # fmt: skip
def test_padding_is_a_value_or_a_range_of_stored_values(tags, share):
    study = read(make_dicom(RescaleSlope=1, RescaleIntercept=1000, **tags))
    assert np.array_equal(study.padding[0], np.isin(RAMP, share))
    assert (display(study)[study.padding[0]] == 0).all()
    assert study.applied[-1] == "padding drawn black"


def test_signed_padding_under_an_unsigned_tag_is_found():
    array = np.where(RAMP < 5, -2000, RAMP).astype(np.int16)
    ds = make_dataset(array)
    ds.add_new("PixelPaddingValue", "US", 63536)  # -2000 in two's complement
    assert np.array_equal(read(to_bytes(ds)).padding[0], RAMP < 5)


def test_padding_does_not_move_the_computed_window():
    array = np.where(RAMP < 40, -32768, RAMP).astype(np.int16)
    window = read(make_dicom(array, PixelPaddingValue=-32768)).window
    low, high = np.percentile(np.arange(40, 48), [0.5, 99.5])
    assert (window.center, window.width) == pytest.approx(((low + high) / 2, high - low))


def test_padding_stays_black_when_white_is_zero():
    study = read(make_dicom(PixelPaddingValue=0, PhotometricInterpretation="MONOCHROME1"))
    assert display(study)[0, 0] == 0
    assert display(study)[0, 1] > 0.9


@pytest.mark.parametrize(
    "tags", [{"PhotometricInterpretation": "MONOCHROME1"}, {"PresentationLUTShape": "INVERSE"}]
)
def test_inversion_follows_the_window_and_leaves_the_values(tags):
    plain = read(make_dicom(WindowCenter=20, WindowWidth=30))
    turned = read(make_dicom(WindowCenter=20, WindowWidth=30, **tags))
    assert turned.inverted and not plain.inverted
    assert np.array_equal(turned.values, plain.values)
    np.testing.assert_allclose(display(turned), 1 - display(plain), atol=1e-7)


def test_only_grey_is_inverted():
    study = read(make_dicom(np.zeros((4, 4, 3), np.uint8), PresentationLUTShape="INVERSE"))
    assert not study.inverted and display(study).max() == 0


@pytest.mark.parametrize(
    ("tags", "spacing", "word"),
    [
        ({"PixelSpacing": [0.7, 0.3]}, (0.7, 0.3), ""),
        ({"ImagerPixelSpacing": [0.2, 0.1]}, (0.2, 0.1), "at the detector"),
        ({"PixelSpacing": [0.7, 0.3], "ImagerPixelSpacing": [0.2, 0.1]}, (0.7, 0.3), ""),
        ({"PixelSpacing": [0, 0.3]}, None, "makes no sense"),
        ({"PixelSpacing": [0.3, -1]}, None, "makes no sense"),
        ({"ImagerPixelSpacing": [0, 0]}, None, "makes no sense"),
        ({}, None, ""),
    ],
)
def test_spacing_is_row_then_column_and_positive(tags, spacing, word):
    study = read(make_dicom(**tags))
    assert study.spacing_mm == spacing
    assert word in " ".join(study.warnings)
    assert bool(word) == bool(study.warnings)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"WindowCenter": [40, 300], "WindowWidth": [400, 2000]}, (40, 400, "file", "LINEAR")),
        ({"WindowCenter": 1, "WindowWidth": 2, "VOILUTFunction": "SIGMOID"}, (1, 2, "file", "SIGMOID")),
        (
            {"WindowCenter": 1, "WindowWidth": 0.5, "VOILUTFunction": "LINEAR_EXACT"},
            (1, 0.5, "file", "LINEAR_EXACT"),
        ),
    ],
)
def test_the_first_window_of_the_file_is_used(tags, expected):
    window = read(make_dicom(**tags)).window
    assert (window.center, window.width, window.source, window.function) == expected


@pytest.mark.parametrize("width", ["0", "-5", "0.5", "nan", "1e99"])
def test_a_senseless_window_is_computed(width):
    ds = make_dataset(WindowCenter=40)
    set_raw(ds, "WindowWidth", width.encode())
    study = read(to_bytes(ds))
    assert study.window.source == "computed"
    assert any("computed one is used" in w for w in study.warnings)


@pytest.mark.parametrize(
    ("tags", "word"),
    [
        ({"BurnedInAnnotation": "YES", "Modality": "CT"}, "text is burned"),
        ({"Modality": "US"}, "often carry text"),
        ({"Modality": "SC"}, "often carry text"),
        ({"Modality": "US", "BurnedInAnnotation": "NO"}, ""),
        ({"Modality": "CR"}, ""),
    ],
)
def test_burned_in_text_is_said(tags, word):
    warnings = " ".join(read(make_dicom(**tags)).warnings)
    assert word in warnings and bool(word) == bool(warnings)


def test_unsigned_padding_under_a_signed_tag_is_found():
    array = np.where(RAMP < 5, 65535, RAMP).astype(np.uint16)
    ds = make_dataset(array)
    ds.add_new("PixelPaddingValue", "SS", -1)
    assert np.array_equal(read(to_bytes(ds)).padding[0], RAMP < 5)


def test_a_tag_of_broken_length_is_as_good_as_missing():
    ds = make_dataset()
    ds.add_new("PixelPaddingValue", "SS", 1)
    whole = b"\x28\x00\x20\x01SS\x02\x00\x01\x00"
    data = to_bytes(ds)
    assert whole in data
    assert read(data.replace(whole, whole[:6] + b"\x03\x00abc")).padding is None
