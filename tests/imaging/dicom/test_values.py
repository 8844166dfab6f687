"""From stored to physical values and colours, against the standard's formulas."""

import numpy as np
import pytest
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from medrnn.errors import ImageError
from medrnn.imaging import read
from medrnn.imaging.windowing import display
from medrnn.imaging.words import say_all
from tests.imaging.made import RAMP, dataset, make_dataset, make_dicom, set_raw, to_bytes, wheel_file

SIGNED = (RAMP.astype(np.int16) - 24) * 1000
FRAMES = np.stack([RAMP, RAMP + 100, RAMP + 200])


def group(**tags) -> Dataset:
    ds = Dataset()
    for keyword, value in tags.items():
        setattr(ds, keyword, value)
    return ds


def groups(**macros) -> Dataset:
    return group(**{name: Sequence([tags]) for name, tags in macros.items()})


def transformation(slope, intercept, kind="HU") -> Dataset:
    tags = group(RescaleSlope=slope, RescaleIntercept=intercept, RescaleType=kind)
    return groups(PixelValueTransformationSequence=tags)


@pytest.mark.parametrize(
    ("array", "slope", "intercept", "dtype"),
    [
        (RAMP, 1, -1024, np.int16),
        (RAMP, 2, 40_000, np.uint16),
        (RAMP, 1, -40_000, np.int32),
        (SIGNED, -1, 0, np.int16),
        (SIGNED, 3, 1, np.int32),
        (RAMP, 0.5, -3.25, np.float32),
        (RAMP.astype(np.uint8), 1, -1000, np.int16),
    ],
)
def test_rescale_is_slope_times_stored_plus_intercept(array, slope, intercept, dtype):
    study = read(make_dicom(array, Modality="CT", RescaleSlope=slope, RescaleIntercept=intercept))
    assert study.values.dtype == dtype
    np.testing.assert_allclose(study.values[0], array.astype(np.float64) * slope + intercept, rtol=1e-7)
    assert np.array_equal(study.stored[0], array)
    assert study.unit == "HU"


def test_no_rescale_keeps_the_array_itself():
    study = read(make_dicom(SIGNED, RescaleSlope=1, RescaleIntercept=0))
    assert study.values is study.stored
    assert study.stored.dtype == np.int16
    assert np.array_equal(study.stored[0], SIGNED)


@pytest.mark.parametrize("bad", [b"nan ", b"0 ", b"inf ", b"1e99", b"ZZMARKER", b""])
def test_a_senseless_slope_is_not_applied_and_said(bad):
    ds = make_dataset(Modality="CT", RescaleIntercept=-1024)
    set_raw(ds, "RescaleSlope", bad)
    study = read(to_bytes(ds))
    if bad == b"":
        assert study.values.min() == -1024  # empty is missing: the slope is 1
        return
    assert study.values is study.stored
    assert study.unit is None
    assert any("makes no sense" in w for w in study.warnings)
    assert "ZZMARKER" not in repr(study.warnings)


@pytest.mark.parametrize(
    ("modality", "kind", "unit"),
    [("CT", None, "HU"), ("CT", "HU", "HU"), ("CT", "US", None), ("MR", None, None), ("PT", "HU", "HU")],
)
def test_the_unit_is_hu_for_ct_unless_the_file_says_otherwise(modality, kind, unit):
    tags = {"RescaleType": kind} if kind else {}
    study = read(make_dicom(Modality=modality, RescaleSlope=1, RescaleIntercept=-5, **tags))
    assert study.unit == unit


def test_a_modality_lut_is_looked_up():
    lut = np.array([7, 5, 1000, 3, 2], np.uint16)
    table = group(ModalityLUTType="OD", LUTDescriptor=[5, 2, 16], LUTData=lut.tobytes())
    table["LUTDescriptor"].VR, table["LUTData"].VR = "US", "OW"
    study = read(make_dicom(ModalityLUTSequence=Sequence([table])))
    expected = lut[
        np.clip(RAMP.astype(int) - 2, 0, 4)
    ]  # below the first: the first, above the last: the last
    assert np.array_equal(study.values[0], expected)
    assert say_all(study)[0] == "modality LUT"
    table.LUTData = lut[:3].tobytes()
    with pytest.raises(ImageError, match="truncated or damaged"):
        read(make_dicom(ModalityLUTSequence=Sequence([table])))


def test_a_shared_group_holds_for_all_frames():
    shared = transformation(2, -7)
    shared.FrameVOILUTSequence = Sequence([group(WindowCenter=60, WindowWidth=80)])
    shared.PixelMeasuresSequence = Sequence([group(PixelSpacing=[0.5, 0.25])])
    study = read(make_dicom(FRAMES, 3, SharedFunctionalGroupsSequence=Sequence([shared])))
    assert np.array_equal(study.values, FRAMES.astype(int) * 2 - 7)
    assert (study.unit, study.spacing_mm) == ("HU", (0.5, 0.25))
    assert (study.window.center, study.window.width, study.window.source) == (60, 80, "file")


def test_each_frame_is_rescaled_by_its_own_group():
    own = [transformation(slope, intercept, "US") for slope, intercept in ((1, 0), (3, -5), (0.5, 2))]
    study = read(make_dicom(FRAMES, 3, Modality="CT", PerFrameFunctionalGroupsSequence=Sequence(own)))
    for frame, (slope, intercept) in enumerate(((1, 0), (3, -5), (0.5, 2))):
        np.testing.assert_allclose(study.values[frame], FRAMES[frame].astype(np.float64) * slope + intercept)
    assert study.unit is None
    assert "each frame with its own" in say_all(study)[0]


def test_whole_numbers_of_each_frame_stay_whole():
    own = [transformation(1, i) for i in (0, -5, 9)]
    study = read(make_dicom(FRAMES, 3, PerFrameFunctionalGroupsSequence=Sequence(own)))
    assert study.values.dtype == np.int16
    assert np.array_equal(study.values, FRAMES.astype(int) + np.array([0, -5, 9]).reshape(3, 1, 1))


def test_classic_tags_hold_where_there_is_no_group():
    study = read(wheel_file("CT_small.dcm"))
    stored = np.frombuffer(dataset("CT_small.dcm").PixelData, "<i2").reshape(128, 128)
    assert np.array_equal(study.values[0], stored.astype(int) - 1024)
    assert (study.spacing_mm, study.unit) == ((0.661468, 0.661468), "HU")


def test_a_palette_is_looked_up_and_its_indices_stay():
    array = np.array([[0, 1, 2, 3]], np.uint8)
    tags = {"PhotometricInterpretation": "PALETTE COLOR"}
    for colour, lut in (("Red", [0, 10, 20, 30]), ("Green", [1, 11, 21, 31]), ("Blue", [255, 12, 22, 32])):
        tags[f"{colour}PaletteColorLookupTableDescriptor"] = [4, 0, 8]
        tags[f"{colour}PaletteColorLookupTableData"] = bytes(lut)
    study = read(make_dicom(array, **tags))
    assert np.array_equal(study.stored[0], array)
    assert np.array_equal(study.colour[0, 0], [[0, 1, 255], [10, 11, 12], [20, 21, 22], [30, 31, 32]])
    np.testing.assert_allclose(display(study)[0, 1], np.array([10, 11, 12]) / 255, rtol=1e-6)
    assert (study.samples_per_pixel, study.is_colour, say_all(study)) == (1, True, ("palette",))


@pytest.mark.parametrize("harm", ["missing", "short", "all short", "no descriptor"])
def test_a_damaged_palette_is_refused(harm):
    ds = dataset("examples_palette.dcm")
    if harm == "missing":
        del ds.GreenPaletteColorLookupTableData
    elif harm == "short":
        ds.BluePaletteColorLookupTableData = ds.BluePaletteColorLookupTableData[:100]
    elif harm == "all short":
        for colour in ("Red", "Green", "Blue"):
            name = f"{colour}PaletteColorLookupTableData"
            setattr(ds, name, getattr(ds, name)[:100])
    else:
        del ds.RedPaletteColorLookupTableDescriptor
    with pytest.raises(ImageError, match="Expected a palette that covers its indices"):
        read(to_bytes(ds))


def test_big_endian_arrays_come_in_native_order():
    study = read(wheel_file("rtdose_expb.dcm"))
    assert study.stored.dtype == np.dtype(np.uint32) and study.stored.dtype.isnative
    assert np.array_equal(study.stored, read(wheel_file("rtdose.dcm")).stored)


def test_twelve_bit_colour_fills_the_range():
    array = np.array([[[0, 4095, 2048]]], np.uint16)
    study = read(make_dicom(array, BitsStored=12, HighBit=11))
    np.testing.assert_allclose(display(study)[0, 0], [0, 1, 2048 / 4095], rtol=1e-6)


def test_float_pixels_with_nan_are_drawn_and_said():
    array = np.array([[0.5, np.nan], [2.5, 1.5]], np.float32)
    ds = make_dataset(array)
    del ds.PixelData, ds.PixelRepresentation, ds.HighBit
    ds.add_new("FloatPixelData", "OF", array.tobytes())
    ds.SOPClassUID = uid.ParametricMapStorage
    study = read(to_bytes(ds))
    assert study.values.dtype == np.float32
    assert np.isfinite(display(study)).all()
    assert any("no finite number" in w for w in study.warnings)


def test_frames_of_bits_that_end_within_a_byte():
    rng = np.random.default_rng(3)
    bits = rng.integers(0, 2, (3, 5, 7), np.uint8)  # 35 bits a frame
    ds = make_dataset(np.zeros((3, 5, 7), np.uint8), frames=3, BitsAllocated=1, BitsStored=1, HighBit=0)
    whole = sum(int(bit) << k for k, bit in enumerate(bits.ravel()))
    ds.PixelData = whole.to_bytes(14, "little")
    np.testing.assert_array_equal(read(to_bytes(ds)).stored, bits)
