"""Where in its series a step lies, against nibabel's own affine, and which part of the volume is read."""

from dataclasses import replace

import nibabel as nib
import numpy as np
import pytest

from medrnn.config import ReadingConfig
from medrnn.config.reading import read_slices
from medrnn.datasets.slices import MS
from medrnn.imaging.samples import read_sample
from medrnn.sequences import box_of, read_study, slice_places
from medrnn.types import Geometry
from tests.conftest import SAMPLES
from tests.sequences.test_series import volume


def test_a_step_lies_where_the_file_of_the_volume_says():
    study, file = read_sample("ms-flair"), nib.load(SAMPLES / "ms-flair.nii.gz")
    assert isinstance(file, nib.Nifti1Image)
    for frame in (10, 45):
        reading = read_study(study, MS, frame=frame)
        found = slice_places(reading, study)
        assert [place.frame for place in found] == list(reading.frames)
        for place in found:
            x, y, z = nib.affines.apply_affine(file.affine, [0, 0, place.frame])
            assert (place.mm, place.side) == (pytest.approx(abs(z)), "H" if z >= 0 else "F")


def test_between_two_frames_and_outside_of_the_series():
    study = volume(4)  # 2 mm apart
    reading = read_study(study, read_slices(6, 8, slice_mm=1.5), frame=1)
    found = slice_places(reading, study)
    assert [place.frame for place in found] == [-1, -0.25, 0.5, 1.25, 2, 2.75]
    assert [place.is_inside for place in found] == [False, False, True, True, True, True]
    assert [place.nearest for place in found] == [0, 0, 1, 1, 2, 3]
    assert [place.mm for place in found] == [2, 0.5, 1, 2.5, 4, 5.5]  # never below 0: the side says which way
    assert [place.side for place in found] == ["F", "F", "H", "H", "H", "H"]


@pytest.mark.parametrize(
    "geometry",
    [None, Geometry((0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), slice_mm=2.0, is_even=False)],
    ids=["not placed", "at unequal distances"],
)
def test_without_a_known_place_nothing_is_said_in_mm(geometry):
    study = volume(geometry=geometry)
    found = slice_places(read_study(study, read_slices(4, 8)), study)
    assert {(place.mm, place.side) for place in found} == {(None, "")}


def test_the_steps_of_an_image_lie_in_no_series():
    study = volume()
    one = replace(study, values=study.values[:1], stored=study.stored[:1])
    assert slice_places(read_study(one, ReadingConfig("rows", size=(8, 8))), one) == ()


def test_the_box_holds_what_is_read_and_nothing_else():
    study = volume(20, 16)
    reading = read_study(study, read_slices(4, 8, slice_mm=4.0), frame=9, crop=(3, 5, 8, 8))
    (first, last), (top, lower), (left, right) = box_of(reading)
    assert (top, lower, left, right) == (5, 13, 3, 11)
    assert (
        first + 1 == min(reading.frames) + 0.5 and last - 1 == max(reading.frames) + 0.5
    )  # slices of 2 frames
    single = np.ptp(reading.frames) / 3
    assert last - first == pytest.approx(4 * single)
