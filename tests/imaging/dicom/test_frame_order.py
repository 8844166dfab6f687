"""Enhanced objects whose frames stand in any order: all that belongs to a frame goes along with it."""

import io

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from medrnn.errors import ImageError
from medrnn.imaging import read, reslice
from medrnn.imaging.deidentify.copy import deidentify
from medrnn.imaging.masks.read import read_mask
from medrnn.imaging.windowing import display
from medrnn.imaging.words import say_all
from tests.imaging.made import make_dataset, to_bytes, wheel_file
from tests.imaging.masks.made import AXIAL, blobs, frame_group, item, make_seg, make_series, place
from tests.imaging.same import agree, roundtrip

SHAPE = (5, 7)
ORDERS = [[5, 4, 3, 2, 1, 0], [3, 0, 5, 1, 4, 2], [1, 0, 2, 3, 4, 5]]


def frame_of(k: int) -> np.ndarray:
    return (np.arange(35).reshape(SHAPE) + 100 * k).astype(np.uint16)


def group_of(k: int, **tags) -> Dataset:
    """The functional group of the frame that is the k-th from the feet."""
    group = frame_group(None, place(k))
    group.PixelValueTransformationSequence = [item(RescaleSlope=k + 1, RescaleIntercept=-k, RescaleType="HU")]
    group.FrameVOILUTSequence = [item(WindowCenter=40 + tags.get("shift", 0) * k, WindowWidth=400)]
    return group


def enhanced(order, spacing=(0.5, 0.75), **tags) -> Dataset:
    """Six frames 2 mm apart that stand in ``order``; the overlay draws k pixels on frame k."""
    ds = make_dataset(
        np.stack([frame_of(k) for k in order]), len(order), Modality="CT", PixelPaddingValue=203
    )
    ds["PixelPaddingValue"].VR = "US"
    shared = Dataset()
    shared.PlaneOrientationSequence = [item(ImageOrientationPatient=list(AXIAL))]
    shared.PixelMeasuresSequence = [item(PixelSpacing=list(spacing))] if spacing else []
    ds.SharedFunctionalGroupsSequence = [shared]
    ds.PerFrameFunctionalGroupsSequence = [group_of(k, **tags) for k in order]
    bits = np.stack([(np.arange(35) < k).astype(np.uint8) for k in order])
    raw = np.packbits(bits.ravel(), bitorder="little").tobytes()
    for element, vr, value in (
        (0x10, "US", 5), (0x11, "US", 7), (0x15, "IS", len(order)), (0x40, "CS", "G"), (0x50, "SS", [1, 1]),
        (0x51, "US", 1), (0x100, "US", 1), (0x102, "US", 0), (0x3000, "OW", raw + b"\0" * (len(raw) % 2)),
    ):  # fmt: skip
        ds.add_new((0x6000, element), vr, value)
    return ds


@pytest.mark.parametrize("order", ORDERS)
def test_everything_of_a_frame_goes_along(order):
    study = read(to_bytes(enhanced(order)))
    for k in range(6):
        assert np.array_equal(study.stored[k], frame_of(k))
        assert np.array_equal(study.values[k], frame_of(k).astype(int) * (k + 1) - k)
        assert np.array_equal(study.padding[k], frame_of(k) == 203)
        assert study.overlay_bits[k].sum() == k
    assert say_all(study)[:2] == (
        "6 frames sorted by position along the normal",
        "value = stored x slope + intercept, each frame with its own",
    )
    assert study.warnings == () and study.unit == "HU"
    assert study.geometry.position_mm == pytest.approx(tuple(place(0)))
    assert study.geometry.slice_mm == pytest.approx(2.0) and reslice.what_is_missing(study) == ""


@pytest.mark.parametrize("order", ORDERS)
def test_the_frames_are_those_of_the_same_series(order):
    series, study = make_series(6), read(to_bytes(enhanced(order)))
    assert np.array_equal(series.stored, study.stored)
    assert series.geometry.position_mm == pytest.approx(study.geometry.position_mm)
    for k in range(6):  # as pydicom finds them, file order and position by itself
        ds = pydicom.dcmread(io.BytesIO(to_bytes(enhanced(order))))
        groups = ds.PerFrameFunctionalGroupsSequence
        heights = [float(g.PlanePositionSequence[0].ImagePositionPatient[2]) for g in groups]
        assert np.array_equal(ds.pixel_array[np.argsort(heights)[k]], study.stored[k])


def test_frames_in_order_are_not_called_sorted():
    assert "sorted" not in " ".join(say_all(read(to_bytes(enhanced(range(6))))))


@pytest.mark.parametrize("order", ORDERS)
def test_the_copy_reads_the_same_and_keeps_the_order_of_the_file(order):
    data = to_bytes(enhanced(order))
    roundtrip(data)
    made = pydicom.dcmread(io.BytesIO(deidentify(data)))
    assert np.array_equal(made.pixel_array[0], frame_of(order[0]))


@pytest.mark.parametrize("order", ORDERS)
def test_a_segmentation_finds_its_frames_in_any_order(order):
    study, drawn = read(to_bytes(enhanced(order))), blobs(6)
    seg = make_seg(drawn[::-1], [frame_group(1, place(k)) for k in range(6)[::-1]])
    assert np.array_equal(read_mask(seg, study).labels, drawn)


def test_numbers_of_frames_do_not_place_a_mask_on_sorted_frames_without_spacing():
    study = read(to_bytes(enhanced(ORDERS[0], spacing=None)))
    seg = make_seg(blobs(6), [frame_group(1, None, named=k + 1) for k in range(6)])
    with pytest.raises(ImageError, match="these were sorted"):
        read_mask(seg, study)


def test_windows_that_differ_between_frames_are_said_and_the_first_along_the_normal_is_used():
    study = roundtrip(to_bytes(enhanced(ORDERS[0], shift=10)))
    assert study.window.center == 40
    assert "The frames bring different windows; one is used for all." in study.warnings
    np.testing.assert_allclose(
        display(study, 1), np.clip((study.values[1] - 39.5) / 399 + 0.5, 0, 1) * ~study.padding[1], atol=1e-6
    )


def test_frames_of_different_spacing_have_no_size_in_mm():
    ds = enhanced(range(6))
    for k, group in enumerate(ds.PerFrameFunctionalGroupsSequence):
        group.PixelMeasuresSequence = [item(PixelSpacing=[0.5, 0.5 + k // 3])]
    study = read(to_bytes(ds))
    assert roundtrip(to_bytes(ds)).spacing_mm is None and any(
        "differ in their pixel spacing" in w for w in study.warnings
    )


def test_units_that_differ_between_frames_are_none():
    ds = enhanced(range(6))
    ds.PerFrameFunctionalGroupsSequence[3].PixelValueTransformationSequence[0].RescaleType = "US"
    assert roundtrip(to_bytes(ds)).unit is None


@pytest.mark.parametrize("count", [1, 9])
def test_groups_that_do_not_match_the_frames_are_said(count):
    ds = enhanced(range(6))
    ds.PerFrameFunctionalGroupsSequence = [group_of(k) for k in range(count)]
    study = read(to_bytes(ds))
    assert any(f"describes {count} single frame(s) and has 6" in w for w in study.warnings)
    assert np.array_equal(study.values, study.stored)


@pytest.mark.parametrize("reverse", [False, True])
def test_a_dose_lies_where_its_offsets_say(reverse):
    ds = pydicom.dcmread(io.BytesIO(wheel_file("rtdose.dcm")))
    offsets = np.array(ds.GridFrameOffsetVector, float)
    expected = ds.pixel_array
    if reverse:
        ds.GridFrameOffsetVector = (-offsets).tolist()
        expected = expected[::-1]
    study = roundtrip(to_bytes(ds))
    assert agree(study.stored, np.ascontiguousarray(expected).astype(study.stored.dtype))
    assert study.geometry.slice_mm == pytest.approx(offsets[1] - offsets[0])
    assert study.geometry.position_mm[2] == pytest.approx(
        float(ds.ImagePositionPatient[2]) - (offsets[-1] if reverse else 0)
    )
