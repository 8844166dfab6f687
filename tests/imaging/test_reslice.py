"""Cuts through volumes whose pattern says where every value lies in the patient."""

import dataclasses

import nibabel as nib
import numpy as np
import pytest
from pydicom.uid import generate_uid

from medrnn import imaging
from medrnn.errors import ImageError
from medrnn.imaging import reslice
from medrnn.imaging.grids import grid_of, to_patient
from medrnn.imaging.samples import read_sample
from medrnn.imaging.series.stack import read_series
from medrnn.types import Window
from tests.imaging.made import make_dicom

AXIAL, CORONAL, SAGITTAL = [1, 0, 0, 0, 1, 0], [1, 0, 0, 0, 0, -1], [0, 1, 0, 0, 0, -1]
SHAPE = (4, 5, 6)


def place_words(shape=SHAPE):
    """Values whose digits are frame, row and column."""
    f, r, c = np.indices(shape)
    return (100 * f + 10 * r + c).astype(np.int16)


def series(orientation, places=(0, 3, 6, 9), spacing=(1.5, 0.5), values=None, shift=0.0):
    values = place_words() if values is None else values
    o = np.array(orientation, float)
    normal = np.cross(o[:3], o[3:])
    uid = generate_uid()
    files = [
        make_dicom(
            frame,
            SeriesInstanceUID=uid,
            FrameOfReferenceUID="1.2.3",
            ImageOrientationPatient=[float(v) for v in o],
            ImagePositionPatient=(np.array([-10.0, 20.0, 30.0]) + normal * at + shift * k * o[:3]).tolist(),
            PixelSpacing=list(spacing),
            Modality="MR",
        )
        for k, (frame, at) in enumerate(zip(values, places, strict=False))
    ]
    ((_, study),) = read_series(files)
    return study


def tilted(degrees):
    """Axial, turned round the patient's left-right axis."""
    a = np.radians(degrees)
    return [1, 0, 0, 0, np.cos(a), np.sin(a)]


@pytest.mark.parametrize(
    ("orientation", "axis", "name", "edges"),
    [
        (AXIAL, "frame", "axial", "R L A P"),
        (AXIAL, "row", "coronal", "R L H F"),
        (AXIAL, "column", "sagittal", "A P H F"),
        (CORONAL, "frame", "coronal", "R L H F"),
        (CORONAL, "row", "axial", "R L A P"),
        (CORONAL, "column", "sagittal", "A P H F"),
        (SAGITTAL, "frame", "sagittal", "A P H F"),
        (SAGITTAL, "row", "axial", "R L A P"),
        (SAGITTAL, "column", "coronal", "R L H F"),
        ([-1, 0, 0, 0, 1, 0], "frame", "axial", "L R A P"),  # as acquired, never turned
        (tilted(3), "frame", "axial", "R L A P"),
        (tilted(20), "frame", "oblique axial", "R L AF PH"),
        (tilted(20), "row", "oblique coronal", "R L HA FP"),
        (tilted(-20), "column", "oblique sagittal", "AH PF HP FA"),
        (tilted(70), "frame", "oblique coronal", "R L FA HP"),
    ],
)
def test_a_cut_stands_as_radiology_shows_its_plane(orientation, axis, name, edges):
    layout = reslice.lay_out(series(orientation).geometry, axis)
    assert (layout.name, " ".join(layout.edges)) == (name, edges)


@pytest.mark.parametrize(
    "orientation", [AXIAL, CORONAL, SAGITTAL, tilted(20), tilted(70), [0, -1, 0, 1, 0, 0]]
)
@pytest.mark.parametrize("axis", reslice.AXES)
def test_every_pixel_of_a_cut_lies_in_the_patient_where_the_edges_say(orientation, axis):
    study = series(orientation)
    plane, spacing = reslice.cut(study, axis, 2)
    matrix, edges = to_patient(grid_of(study)), reslice.lay_out(study.geometry, axis).edges
    at = np.array([matrix @ (v // 100, v // 10 % 10, v % 10, 1) for v in plane.ravel()])[:, :3]
    at = at.reshape(*plane.shape, 3)
    assert {v // 10 ** (2 - reslice.AXES.index(axis)) % 10 for v in plane.ravel()} == {2}
    down, right = at[1, 0] - at[0, 0], at[0, 1] - at[0, 0]
    assert (np.linalg.norm(down), np.linalg.norm(right)) == pytest.approx(spacing)
    signs = {"R": (0, -1), "L": (0, 1), "A": (1, -1), "P": (1, 1), "F": (2, -1), "H": (2, 1)}
    for step, (before, after) in ((right, edges[:2]), (down, edges[2:])):
        for letters, sense in ((before, -1), (after, 1)):
            k, sign = signs[letters[0]]
            assert sense * sign * step[k] > 0
            assert abs(step[k]) == abs(step).max()


def test_cuts_of_a_nifti_volume_are_those_of_its_own_array():
    volume = np.random.default_rng(3).integers(-900, 900, (6, 5, 4)).astype(np.int16)  # right, front, head
    image = nib.Nifti1Image(volume, np.diag([0.5, 1.5, 3.0, 1.0]))
    study = imaging.read(image.to_bytes())
    coronal, spacing = reslice.cut(study, "row", 1)
    np.testing.assert_array_equal(
        coronal, volume[::-1, 5 - 1 - 1, ::-1].T
    )  # row 1 is the second from the front
    assert spacing == (3.0, 0.5)
    sagittal, spacing = reslice.cut(study, "column", 2)
    np.testing.assert_array_equal(sagittal, volume[6 - 1 - 2, ::-1, ::-1].T)
    assert spacing == (3.0, 1.5)
    axial, spacing = reslice.cut(study, "frame", 3)
    np.testing.assert_array_equal(axial, volume[::-1, ::-1, 3].T)
    assert spacing == (1.5, 0.5)


@pytest.mark.parametrize(
    ("axis", "index", "match"),
    [
        ("frame", 4, "a frame from 0 to 3, got 4"),
        ("row", -1, "a row from 0 to 4, got -1"),
        ("depth", 0, "axis of frame, row, column, got 'depth'"),
    ],
)
def test_a_cut_that_is_not_there_is_a_sentence(axis, index, match):
    with pytest.raises(ImageError, match=match):
        reslice.cut(series(AXIAL), axis, index)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"spacing_mm": None}, "pixel spacing"),
        ({"geometry": None}, "how the frames lie"),
        ({"colour": np.zeros((*SHAPE, 3), np.uint8)}, "in colour"),
    ],
)
def test_what_is_missing_for_cuts_is_one_sentence(change, match):
    study = series(AXIAL)
    assert reslice.what_is_missing(study) == ""
    wrong = dataclasses.replace(study, **change)
    assert match in reslice.what_is_missing(wrong)
    with pytest.raises(ImageError, match=match):
        reslice.cut(wrong, "frame", 0)


def test_one_frame_and_frames_at_one_place_have_no_cuts():
    assert "at least 2 frames" in reslice.what_is_missing(read_sample("ct-small"))
    assert "distance of the frames" in reslice.what_is_missing(series(AXIAL, places=(0, 0, 0, 0)))


def test_what_differs_from_the_file_is_said():
    assert reslice.what_is_assumed(series(AXIAL)) == ()
    (gap,) = reslice.what_is_assumed(series(AXIAL, places=(0, 3, 6, 14)))
    assert "unequal distances" in gap and "even ones of 3 mm" in gap
    (shift,) = reslice.what_is_assumed(series(AXIAL, shift=2.0))
    assert "shifted sideways" in shift
    window = Window(4, 8, "file", "LUT", bytes(16))
    (table,) = reslice.what_is_assumed(dataclasses.replace(series(AXIAL), window=window))
    assert "straight line" in table


@pytest.mark.parametrize(
    ("shape", "limit", "steps"),
    [
        ((4, 6, 8), 4 * 6 * 8 * 2, (1, 1, 1)),
        ((4, 6, 8), 4 * 6 * 8 * 2 - 1, (1, 1, 2)),
        ((2, 64, 64), 2 * 32 * 32 * 2, (1, 2, 2)),
        ((64, 8, 8), 16 * 8 * 8 * 2, (4, 1, 1)),
        ((3, 3, 3), 2, (3, 3, 3)),
    ],
)
def test_a_volume_is_thinned_no_more_than_needed_and_keeps_true_values(shape, limit, steps):
    values = np.arange(np.prod(shape), dtype=np.int16).reshape(shape)
    kept, found = reslice.fit(values, limit)
    assert found == steps and kept.nbytes <= limit
    for index in np.ndindex(kept.shape):
        assert kept[index] == values[tuple(i * s for i, s in zip(index, steps, strict=True))]


def test_no_room_at_all_is_a_sentence():
    with pytest.raises(ImageError, match="room for at least one value, got 1 bytes"):
        reslice.fit(place_words(), 1)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([0, 255], "uint8"),
        ([-1, 255], "int16"),
        ([0.0, 40000.0], "uint16"),
        ([-1, 40000], "int32"),
        ([0.5, 1.0], "float32"),
        ([np.nan, 1.0], "float32"),
        ([0, 2**40], "float32"),
    ],
)
def test_values_travel_in_the_smallest_type_that_holds_them(values, dtype):
    values = np.array(values).reshape(1, 1, 2)
    found = reslice.narrow(values)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found.astype(np.float64), values)


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ((1, 1, 1), ""),
        ((1, 2, 2), "drawn from every 2nd pixel"),
        ((1, 2, 3), "drawn from every 2nd row and 3rd column"),
        ((4, 1, 1), "drawn from every 4th frame"),
    ],
)
def test_what_was_left_out_is_said(steps, words):
    assert reslice.describe_steps(steps) == words
