"""The geometry that a DICOM object says of itself, classic or enhanced, against that of a series."""

import io

import numpy as np
import pydicom
import pytest

from medrnn.imaging import read
from medrnn.imaging.dicom.planes import read_layout
from medrnn.imaging.reslice import edges_of
from tests.imaging.made import dataset, make_dataset, make_dicom
from tests.imaging.masks.made import AXIAL, OBLIQUE, frame_group, item, make_seg, make_series, place


def enhanced(places, orientation=OBLIQUE):
    frames = np.zeros((len(places), 5, 7), np.uint8)
    data = make_seg(frames, [frame_group(1, p) for p in places], orientation=orientation)
    return pydicom.dcmread(io.BytesIO(data))


def test_one_frame_has_the_geometry_of_its_series():
    tags = {"ImagePositionPatient": place(0).tolist(), "ImageOrientationPatient": list(OBLIQUE)}
    ds = pydicom.dcmread(io.BytesIO(make_dicom(**tags)))
    assert read_layout(ds, 1, []).geometry == make_series(1, OBLIQUE).geometry


def test_frames_at_equal_distances_have_the_geometry_of_the_series():
    found = read_layout(enhanced([place(k, OBLIQUE) for k in range(4)]), 4, []).geometry
    wanted = make_series(4, OBLIQUE).geometry
    assert found.position_mm == pytest.approx(wanted.position_mm)
    assert found.orientation == wanted.orientation and found.slice_mm == pytest.approx(wanted.slice_mm)


@pytest.mark.parametrize(
    ("places", "order", "usual", "is_even", "said"),
    [
        ([0, 1, 3], [0, 1, 2], 2.0, False, "unequal distances: 2 mm as a rule, 2 to 4 mm"),
        ([2, 1, 0], [2, 1, 0], 2.0, True, ""),
        ([5, 1, 3], [1, 2, 0], 4.0, True, ""),
        ([4, 0, 1, 7], [1, 2, 0, 3], 6.0, False, "unequal distances"),
        ([0, 0, 0], [0, 1, 2], None, True, ""),
        ([3, 0, 3], [0, 1, 2], None, True, "1 frame(s) lie at the place of another"),
    ],
)
def test_frames_are_ordered_by_their_place_along_the_normal(places, order, usual, is_even, said):
    notes = []
    ds = enhanced([place(k, OBLIQUE) for k in places])
    layout = read_layout(ds, len(places), notes)
    assert layout.order == order and said in " ".join(notes) and bool(said) == bool(notes)
    assert layout.geometry.position_mm == pytest.approx(place(places[order[0]], OBLIQUE))
    assert layout.geometry.slice_mm == (usual and pytest.approx(usual))
    assert layout.geometry.is_even == is_even and layout.geometry.shift_mm == pytest.approx(0)


def test_frames_beside_each_other_say_how_far():
    layout = read_layout(enhanced([place(k) + np.array([0.5 * k, 0, 0]) for k in (2, 0, 1)], AXIAL), 3, [])
    assert layout.geometry.shift_mm == pytest.approx(1.0) and layout.order == [1, 2, 0]


def test_one_frame_without_a_place_leaves_all_without():
    layout = read_layout(enhanced([place(0, OBLIQUE), None, place(2, OBLIQUE)]), 3, [])
    assert layout == ([0, 1, 2], None)


def test_frames_turned_against_each_other_have_none():
    ds = enhanced([place(k) for k in range(2)], AXIAL)
    assert read_layout(ds, 2, []).geometry is not None
    ds.PerFrameFunctionalGroupsSequence[1].PlaneOrientationSequence = [
        item(ImageOrientationPatient=list(OBLIQUE))
    ]
    assert read_layout(ds, 2, []).geometry is None


@pytest.mark.parametrize("orientation", [None, [1, 0, 0], [1, 0, 0, 1, 0, 0], [0] * 6])
def test_a_missing_or_senseless_direction_has_none(orientation):
    ds = make_dataset(ImagePositionPatient=[0, 0, 0])
    if orientation:
        ds.ImageOrientationPatient = orientation
    assert read_layout(ds, 1, []).geometry is None


def test_a_real_slice():
    found = read_layout(dataset("CT_small.dcm"), 1, []).geometry
    assert found.position_mm == (-158.135803, -179.035797, -75.699997)
    assert found.orientation == AXIAL and found.slice_mm is None


@pytest.mark.parametrize(
    ("said", "edges"),
    [
        (
            ["L", "F"],
            ("R", "L", "H", "F"),
        ),  # a frontal film as radiology hangs it: the patient's left is on the right
        (["P", "F"], ("A", "P", "H", "F")),
        (["LA", "FP"], ("RP", "LA", "HA", "FP")),
        (["L"], None),
        (["L", ""], None),
        (["L", "DOE"], None),  # a name is no side
        ([], None),
    ],
)
def test_a_film_says_its_sides_by_letters(said, edges):
    study = read(make_dicom(PatientOrientation=said, Modality="DX"))
    assert study.geometry is None and edges_of(study) == edges


def test_a_geometry_says_more_than_letters():
    tags = {
        "ImagePositionPatient": [0, 0, 0],
        "ImageOrientationPatient": list(AXIAL),
        "PatientOrientation": ["R", "A"],
    }
    assert edges_of(read(make_dicom(**tags))) == ("R", "L", "A", "P")
