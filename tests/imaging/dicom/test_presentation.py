"""Window, polarity, padding, distance of pixels and burned-in text, as a DICOM file states them."""

import shutil
import subprocess

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from medrnn.imaging import read
from medrnn.imaging.presets import list_windows
from medrnn.imaging.summary import summarize
from medrnn.imaging.windowing import apply_window, display
from medrnn.imaging.words import say_all
from medrnn.types import Window
from tests.imaging.made import RAMP, make_dataset, make_dicom, set_raw, to_bytes


@pytest.mark.parametrize(("tags", "share"), [
    ({"PixelPaddingValue": 3}, [3]),
    ({"PixelPaddingValue": 3, "PixelPaddingRangeLimit": 6}, [3, 4, 5, 6]),
    ({"PixelPaddingValue": 6, "PixelPaddingRangeLimit": 3}, [3, 4, 5, 6]),
])  # fmt: skip
def test_padding_is_a_value_or_a_range_of_stored_values(tags, share):
    study = read(make_dicom(RescaleSlope=1, RescaleIntercept=1000, **tags))
    assert np.array_equal(study.padding[0], np.isin(RAMP, share))
    assert (display(study)[study.padding[0]] == 0).all()
    assert say_all(study)[-1] == "padding drawn black"


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


def lut(entries, first=0, bits=16, vr="US", descriptor=None, explanation=None, order="<"):
    """One item of a VOI LUT Sequence."""
    item, entries = Dataset(), np.asarray(entries, np.uint16)
    item.add_new(
        "LUTDescriptor", "SS" if first < 0 else "US", descriptor or [entries.size % 65536, first, bits]
    )
    if explanation:
        item.LUTExplanation = explanation
    item.add_new("LUTData", vr, entries.tolist() if vr == "US" else entries.astype(f"{order}u2").tobytes())
    return item


def with_luts(*items, array=RAMP, **tags):
    return make_dataset(array, VOILUTSequence=Sequence(items), **tags)


RISING = np.arange(10, 40) ** 2  # 30 entries below 2 ** 11


@pytest.mark.parametrize("vr", ["US", "OW"])
@pytest.mark.parametrize(("first", "bits"), [(0, 11), (5, 12), (40, 16), (-20, 12), (-100, 11)])
@pytest.mark.parametrize(
    "entries", [RISING, RISING[::-1], RISING[:2]], ids=["rising", "falling", "two entries"]
)
def test_a_voi_lut_is_drawn_as_pydicom_applies_it(entries, first, bits, vr):
    array = RAMP.astype(np.int16) - 15
    ds = with_luts(lut(entries, first, bits, vr), array=array)
    study = read(to_bytes(ds))
    is_dark = entries.max() < 2 ** (bits - 2)  # no entry reaches a quarter of white
    white = 2 ** (int(entries.max()).bit_length() if is_dark else bits) - 1
    expected = pydicom.pixels.apply_voi_lut(array, ds, prefer_lut=True) / white
    np.testing.assert_allclose(display(study), expected, atol=1e-5)
    assert study.window.source == "file" and say_all(study) == ("VOI LUT (file)",)
    assert [name for name, _ in study.windows] == ["LUT 1"] and study.warnings == ()


@pytest.mark.parametrize(
    ("syntax", "order"),
    [(uid.ImplicitVRLittleEndian, "<"), (uid.ExplicitVRLittleEndian, "<"), (uid.ExplicitVRBigEndian, ">")],
)
def test_a_voi_lut_of_words_is_read_in_the_order_of_the_file(syntax, order):
    ds = with_luts(lut(RISING, 3, 11, "OW", order=order))
    ds.file_meta.TransferSyntaxUID = syntax
    ds.PixelData = RAMP.astype(f"{order}u2").tobytes()
    ds["PixelData"].VR = "OW"
    expected = RISING[np.clip(RAMP.astype(int) - 3, 0, 29)] / 2047
    np.testing.assert_allclose(display(read(to_bytes(ds))), expected, atol=1e-5)


@pytest.mark.skipif(shutil.which("dcm2pnm") is None, reason="needs DCMTK")
@pytest.mark.parametrize("polarity", ["MONOCHROME2", "MONOCHROME1"])
def test_a_voi_lut_is_drawn_as_dcmtk_draws_it(tmp_path, polarity):
    table = (np.linspace(0, 1, 300) ** 2 * 4095).astype(int)
    array = np.arange(400, dtype=np.uint16).reshape(20, 20)
    ds = with_luts(
        lut(table, -70, 12),
        array=array,
        RescaleSlope=1,
        RescaleIntercept=-100,
        PhotometricInterpretation=polarity,
    )
    (tmp_path / "a.dcm").write_bytes(to_bytes(ds))
    subprocess.run(["dcm2pnm", "-q", "+Wl", "1", "+on2", tmp_path / "a.dcm", tmp_path / "a.png"], check=True)
    peer = np.asarray(Image.open(tmp_path / "a.png"), float) / 65535
    np.testing.assert_allclose(display(read(to_bytes(ds))), peer, atol=1e-3)


def test_a_table_of_65536_entries_is_written_as_0():
    table = np.arange(65536)[::-1]
    array = np.array([[0, 1], [40000, 65535]], np.uint16)
    window = read(to_bytes(with_luts(lut(table), array=array))).window
    np.testing.assert_allclose(apply_window(array, window), 1 - array / 65535, atol=1e-7)


def test_a_table_of_one_entry_is_one_grey():
    assert (display(read(to_bytes(with_luts(lut([51], 7, 8))))) == np.float32(0.2)).all()


def test_a_table_of_bytes_holds_two_in_a_word():
    packed = np.array([0, 60, 120, 255], np.uint8).view("<u2")
    ds = with_luts(lut(packed, 0, 8, descriptor=[4, 0, 8]), array=np.arange(4, dtype=np.uint16).reshape(2, 2))
    np.testing.assert_allclose(display(read(to_bytes(ds))), [[0, 60 / 255], [120 / 255, 1]], atol=1e-5)


def test_entries_of_more_bits_than_the_table_says_are_not_cut():
    ds = with_luts(lut([0, 1000, 4095], 0, 8), array=np.arange(4, dtype=np.uint16).reshape(2, 2))
    np.testing.assert_allclose(display(read(to_bytes(ds)))[0], [0, 1000 / 4095], atol=1e-5)


@pytest.mark.parametrize(("first", "vr", "intercept"), [(65516, "US", -20), (-25536, "SS", 40000)])
def test_the_first_input_is_taken_with_the_sign_that_meets_the_values(first, vr, intercept):
    item = lut(RISING, 0, 11)
    item.add_new("LUTDescriptor", vr, [30, first, 11])
    study = read(to_bytes(with_luts(item, RescaleSlope=1, RescaleIntercept=intercept)))
    np.testing.assert_allclose(display(study), RISING[np.clip(RAMP, 0, 29)] / 2047, atol=1e-5)


@pytest.mark.parametrize(
    "item",
    [
        lut(RISING, descriptor=[31, 0, 16]),
        lut(RISING, descriptor=[30, 0, 17]),
        lut(RISING, descriptor=[30, 0, 0]),
        lut(RISING, descriptor=[30, 0]),
        lut(RISING, vr="OW", descriptor=[0, 0, 16]),
    ],
    ids=["short", "17 bits", "0 bits", "two values", "65536 claimed"],
)
def test_a_damaged_voi_lut_is_said_and_the_next_choice_taken(item):
    study = read(to_bytes(with_luts(item, lut([0, 9], 3, 4))))
    assert study.window.table and [name for name, _ in study.windows] == ["LUT 2"]
    assert study.warnings == ("A VOI LUT of the file is short or damaged; the others are offered.",)
    alone = read(to_bytes(with_luts(item)))
    assert (alone.window.source, alone.windows) == ("computed", ())
    assert alone.warnings == ("A VOI LUT of the file is short or damaged; a computed one is used.",)


def test_windows_stand_before_tables_and_the_first_is_used():
    ds = with_luts(lut(RISING), lut(RISING[::-1]), WindowCenter=[40, 50, 40], WindowWidth=[400, 350, 400])
    study = read(to_bytes(ds))
    assert [name for name, _ in study.windows] == ["file 1", "file 2", "LUT 1", "LUT 2"]
    assert study.window == study.windows[0][1] == Window(40, 400, "file", "LINEAR")
    assert len({window for _, window in study.windows}) == 4
    assert list(list_windows(study)) == ["file 1", "file 2", "LUT 1", "LUT 2", "full range"]
    assert list_windows(study)["LUT 2"].table == study.windows[3][1].table != study.windows[2][1].table


def test_a_single_window_of_a_file_is_called_so():
    study = read(to_bytes(with_luts(lut(RISING))))
    assert list(list_windows(study)) == ["from the file", "full range"]


def test_only_known_words_of_an_explanation_are_shown():
    ds = with_luts(
        lut(RISING, explanation="ZZMARKER"),
        lut(RISING[::-1], explanation="normal"),
        WindowCenter=[40, 50, 60],
        WindowWidth=[400, 350, 300],
        WindowCenterWidthExplanation=["SOFT_TISSUE", "ZZMARKER", "Bone ZZMARKER"],
    )
    study = read(to_bytes(ds))
    assert [name for name, _ in study.windows] == [
        "file 1, soft tissue",
        "file 2",
        "file 3",
        "LUT 1",
        "LUT 2, normal",
    ]
    assert "ZZMARKER" not in repr((study.windows, study.window, study.tags, study.warnings, study.applied))


def test_a_senseless_window_among_others_is_left_out():
    ds = make_dataset(WindowCenter=[40, 50], WindowWidth=[0, 350])
    study = read(to_bytes(ds))
    assert study.windows == (("file 2", Window(50, 350, "file", "LINEAR")),) and study.window.center == 50
    assert study.warnings == ("The file's window has no positive width; the others are offered.",)


def test_the_summary_counts_what_the_file_brings():
    found = summarize(read(to_bytes(with_luts(lut(RISING), WindowCenter=[40, 50], WindowWidth=[400, 350]))))
    assert (found["windows"], found["overlays"], found["window"]["function"]) == (3, 0, "LINEAR")
