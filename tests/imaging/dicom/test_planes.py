"""The geometry that a DICOM object says of itself, classic or enhanced, against that of a series."""

import io

import numpy as np
import pydicom
import pytest

from medrnn.imaging.dicom.planes import read_geometry
from tests.imaging.made import dataset, make_dataset, make_dicom
from tests.imaging.masks.made import AXIAL, OBLIQUE, frame_group, item, make_seg, make_series, place


def enhanced(places, orientation=OBLIQUE):
    frames = np.zeros((len(places), 5, 7), np.uint8)
    data = make_seg(frames, [frame_group(1, p) for p in places], orientation=orientation)
    return pydicom.dcmread(io.BytesIO(data))


def test_one_frame_has_the_geometry_of_its_series():
    tags = {"ImagePositionPatient": place(0).tolist(), "ImageOrientationPatient": list(OBLIQUE)}
    ds = pydicom.dcmread(io.BytesIO(make_dicom(**tags)))
    assert read_geometry(ds, 1) == make_series(1, OBLIQUE).geometry


def test_frames_at_equal_distances_have_the_geometry_of_the_series():
    found = read_geometry(enhanced([place(k, OBLIQUE) for k in range(4)]), 4)
    wanted = make_series(4, OBLIQUE).geometry
    assert found.position_mm == pytest.approx(wanted.position_mm)
    assert found.orientation == wanted.orientation and found.slice_mm == pytest.approx(wanted.slice_mm)


@pytest.mark.parametrize(
    "places",
    [
        [place(k, OBLIQUE) for k in (0, 1, 3)],
        [place(k, OBLIQUE) for k in (2, 1, 0)],
        [place(0, OBLIQUE)] * 3,
        [place(k, OBLIQUE) + np.array([0.5 * k, 0, 0]) for k in range(3)],
        [place(0, OBLIQUE), None, place(2, OBLIQUE)],
    ],
)
def test_any_other_layout_has_none(places):
    assert read_geometry(enhanced(places), 3) is None


def test_frames_turned_against_each_other_have_none():
    ds = enhanced([place(k) for k in range(2)], AXIAL)
    assert read_geometry(ds, 2) is not None
    ds.PerFrameFunctionalGroupsSequence[1].PlaneOrientationSequence = [
        item(ImageOrientationPatient=list(OBLIQUE))
    ]
    assert read_geometry(ds, 2) is None


@pytest.mark.parametrize("orientation", [None, [1, 0, 0], [1, 0, 0, 1, 0, 0], [0] * 6])
def test_a_missing_or_senseless_direction_has_none(orientation):
    ds = make_dataset(ImagePositionPatient=[0, 0, 0])
    if orientation:
        ds.ImageOrientationPatient = orientation
    assert read_geometry(ds, 1) is None


def test_a_real_slice():
    found = read_geometry(dataset("CT_small.dcm"), 1)
    assert found.position_mm == (-158.135803, -179.035797, -75.699997)
    assert found.orientation == AXIAL and found.slice_mm is None
