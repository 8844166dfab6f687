"""Files of a series become one study in the order of their place; what is wrong with it is said."""

import hashlib

import numpy as np
import pytest
from pydicom import uid

from medrnn.errors import ImageError
from medrnn.imaging import grids
from medrnn.imaging.series import stack as series
from medrnn.imaging.series.stack import read_series
from medrnn.imaging.words import say_all
from medrnn.types import Study
from tests.imaging.made import make_dicom

AXIAL = [1, 0, 0, 0, 1, 0]
TILTED = [1, 0, 0, 0, 0.8, 0.6]  # its normal is (0, -0.6, 0.8)
FIRST, SECOND = uid.generate_uid(entropy_srcs=["first"]), uid.generate_uid(entropy_srcs=["second"])


def make_slice(
    value, position=None, orientation=AXIAL, series_uid=FIRST, shape=(4, 5), dtype=np.uint16, **tags
):
    """A slice filled with ``value``; ``position`` is x, y, z or z alone."""
    if position is not None:
        position = [0, 0, position] if np.isscalar(position) else position
        tags |= {"ImagePositionPatient": [float(v) for v in position], "ImageOrientationPatient": orientation}
    tags = {"SeriesInstanceUID": series_uid, "Modality": "MR", "PixelSpacing": [0.5, 0.75]} | tags
    return make_dicom(np.full(shape, value, dtype), **tags)


def order(study: Study) -> list[float]:
    return study.values[:, 0, 0].tolist()


def one(files: list[bytes]) -> Study:
    [(index, study)] = read_series(files)
    assert index == 0 and isinstance(study, Study)
    return study


def test_shuffled_slices_are_sorted_by_position():
    files = [make_slice(v, z, InstanceNumber=9 - v) for v, z in ((3, -6), (1, -12.5 + 0.5), (4, -3), (2, -9))]
    study = one(files)
    assert order(study) == [1, 2, 3, 4]
    assert study.stored.shape == (4, 4, 5) and study.values is study.stored
    assert study.geometry.position_mm == (0, 0, -12) and study.geometry.orientation == tuple(AXIAL)
    assert study.geometry.slice_mm == pytest.approx(3)
    assert study.spacing_mm == (0.5, 0.75) and study.warnings == ()
    assert say_all(study) == ("4 files sorted by position along the normal", "window (computed)")


def test_the_key_does_not_depend_on_the_order():
    files = [make_slice(v, v) for v in range(3)]
    keys = sorted(hashlib.sha256(f).hexdigest() for f in files)
    assert one(files).key == one(files[::-1]).key == hashlib.sha256("".join(keys).encode()).hexdigest()


def test_an_oblique_series_is_sorted_along_its_normal():
    places = [0.0, 2.0, 4.0, 6.0]
    files = [make_slice(i, (0, -0.6 * s, 0.8 * s), TILTED) for i, s in enumerate(places)]
    study = one(files[::-1])
    assert order(study) == [0, 1, 2, 3] and study.warnings == ()
    assert study.geometry.slice_mm == pytest.approx(2)


def test_a_normal_that_points_to_the_feet_turns_the_order():
    flipped = [1, 0, 0, 0, -1, 0]
    assert order(one([make_slice(i, i, flipped) for i in range(3)])) == [2, 1, 0]


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ([0, 2, 4, 8, 10], "Slices are missing: a gap of 4 mm after slice 3, where 1 of 2 mm should follow."),
        ([0, 2, 8], "Slices are missing: a gap of 6 mm after slice 2, where 2 of 2 mm should follow."),
        ([0, 2, 4, 7, 9], "Slice distance varies: 2 mm as a rule, a gap of 3 mm after slice 3."),
        ([0, 2, 4, 5, 7], "Slice distance varies: 2 mm as a rule, a gap of 1 mm after slice 3."),
        (
            [0, 2, 2, 4, 6],
            "1 slice(s) lie at the place of the one before (after slice 2) and nothing tells them apart; no "
            "distance in mm is shown.",
        ),
        ([0] * 3, "All 3 slices lie at one place; they stand in the order of their numbers."),
        (
            [0, 2, 6, 8, 14, 16],
            "Slices are missing: 2 gaps of up to 6 mm after slice 2, 4, where 3 in all of 2 mm should follow.",
        ),
        (
            [0, 2, 4, 7, 9, 10],
            "Slice distance varies: 2 mm as a rule, 2 gaps from 1 to 3 mm after slice 3, 5.",
        ),
    ],
)
def test_irregular_distances_are_said(places, said):
    study = one([make_slice(i, z, InstanceNumber=i) for i, z in enumerate(places)])
    assert study.warnings == (said,)
    assert order(study) == list(range(len(places)))
    assert study.geometry.slice_mm == (2 if len(set(places)) == len(places) else None)
    assert not study.geometry.is_even


def test_rounded_positions_are_no_gap():
    files = [make_slice(i, round(i * 10 / 3, 2)) for i in range(12)]
    assert one(files).warnings == ()


def test_a_file_given_twice_is_read_once():
    files = [make_slice(i, i) for i in range(3)]
    study = one([*files, files[1]])
    assert order(study) == [0, 1, 2] and study.warnings == ("1 file(s) came twice; each is read once.",)
    assert study.key == one(files).key
    assert one(files[:1] * 2).frames == 1


def test_slices_shifted_sideways_are_said():
    study = one([make_slice(i, (0, 2.5 * i, 3 * i)) for i in range(3)])
    assert study.warnings == ("Slices are shifted sideways by up to 5 mm, as with a tilted gantry.",)
    assert study.geometry.slice_mm == 3


def test_many_gaps_leave_room_for_the_shift():
    places = np.cumsum([0, *[1 + k % 7 for k in range(40)]])
    files = [
        make_slice(i, (0, 2.5 * i, float(z)), WindowCenter=i, WindowWidth=9, BurnedInAnnotation="YES")
        for i, z in enumerate(places)
    ]
    study = one(files)
    assert study.warnings[0] == "Slices are shifted sideways by up to 100 mm, as with a tilted gantry."
    assert [said.split()[0] for said in study.warnings[1:3]] == ["Slice", "The"] and len(study.warnings) < 6
    assert grids.is_shifted(study) and grids.is_uneven(study)
    assert study.geometry.shift_mm == pytest.approx(100) and not study.geometry.is_even
    even = one([make_slice(i, (0, 0, 2.0 * i)) for i in range(4)]).geometry
    assert (even.shift_mm, even.is_even) == (0, True)


def test_two_mixed_series_are_told_apart():
    a = [make_slice(10 + i, i) for i in range(3)]
    b = [make_slice(20 + i, i, series_uid=SECOND) for i in range(2)]
    found = read_series([b[1], a[2], a[0], b[0], a[1]])
    assert [(i, order(s)) for i, s in found] == [(0, [20, 21]), (1, [10, 11, 12])]


@pytest.mark.parametrize(
    "other",
    [
        {"shape": (4, 6)},
        {"orientation": [0, 1, 0, 0, 0, -1]},
        {"PixelSpacing": [1, 1]},
        {"PhotometricInterpretation": "MONOCHROME1"},
        {"FrameOfReferenceUID": SECOND},
        {"Modality": "CT"},
        {"ViewPosition": "PA"},
    ],
)
def test_what_does_not_stack_stands_by_itself(other):
    files = [make_slice(0, 0), make_slice(7, 1, **other), make_slice(2, 2)]
    found = read_series(files)
    assert [(i, order(s)) for i, s in found] == [(0, [0, 2]), (1, [7])]
    assert found[1][1].key == hashlib.sha256(files[1]).hexdigest()


def test_nearly_equal_directions_stack():
    bent = [1, 0.0004, 0, -0.0004, 1, 0]
    assert order(one([make_slice(0, 0), make_slice(1, 1, bent), make_slice(2, 2)])) == [0, 1, 2]


def test_one_bad_file_does_not_stop_the_others():
    good = [make_slice(i, i) for i in range(2)]
    found = read_series([good[1], b"not an image", good[0][:200], good[0]])
    assert [i for i, _ in found] == [0, 1, 2]
    assert order(found[0][1]) == [0, 1]
    assert isinstance(found[1][1], ImageError) and isinstance(found[2][1], ImageError)


def test_instance_numbers_order_what_has_no_position():
    study = one([make_slice(i, InstanceNumber=i) for i in (10, 2, 1)])
    assert order(study) == [1, 2, 10] and study.geometry is None
    assert study.warnings == ("The files say no position; they stand in the order of their numbers.",)
    doubled = one([make_slice(0, InstanceNumber=4), make_slice(1, InstanceNumber=4)])
    assert doubled.warnings[1] == "1 slice(s) have the number of the one before (after slice 1)."


def test_a_senseless_direction_counts_as_no_position():
    study = one([make_slice(i, -i, [1, 0, 0, 1, 0, 0], InstanceNumber=i) for i in range(3)])
    assert order(study) == [0, 1, 2] and study.geometry is None


def test_no_place_and_no_number_or_no_series_stays_single():
    bare = [make_slice(i) for i in range(2)]
    nameless = [make_slice(i, i, series_uid="") for i in range(2)]
    frames = make_dicom(np.zeros((2, 4, 5), np.uint16), 2, SeriesInstanceUID=FIRST, InstanceNumber=1)
    found = read_series([*bare, *nameless, frames])
    assert [(i, s.frames) for i, s in found] == [(0, 1), (1, 1), (2, 1), (3, 1), (4, 2)]


def test_rescaling_is_done_slice_by_slice():
    files = [
        make_slice(10, i, RescaleSlope=s, RescaleIntercept=b) for i, (s, b) in enumerate(((2, 1), (0.5, 0)))
    ]
    study = one(files)
    assert order(study) == [21, 5] and study.values.dtype == np.float32
    assert study.stored[:, 0, 0].tolist() == [10, 10] and study.stored.dtype == np.uint16
    assert say_all(study)[1] == "value = stored x slope + intercept, each slice with its own"


def test_types_meet_in_one_that_holds_both():
    study = one([make_slice(60_000, 0), make_slice(-5, 1, dtype=np.int16)])
    assert order(study) == [60_000, -5] and study.stored.dtype == np.int32


def test_padding_of_some_slices_is_kept():
    study = one([make_slice(0, 0, PixelPaddingValue=0), make_slice(0, 1)])
    assert study.padding[0].all() and not study.padding[1].any()


def test_windows_that_differ_are_said():
    files = [make_slice(i, i, WindowCenter=50 + i, WindowWidth=100) for i in range(2)]
    study = one(files[::-1])
    assert study.window.center == 50
    assert study.warnings == ("The slices bring different windows; that of the first is used for all.",)


def test_a_computed_window_sees_all_slices():
    study = one([make_slice(0, 0), make_slice(1000, 1)])
    assert (study.window.center, study.window.width) == (500, 1000)


def test_tags_are_those_of_all_slices():
    files = [make_slice(i, i, EchoTime=5 + i, FlipAngle=90) for i in range(2)]
    names = [name for name, _ in one(files).tags]
    assert "Flip angle" in names and "Echo time" not in names


def test_colour_slices_stack():
    rgb = [
        make_dicom(np.full((4, 5, 3), v, np.uint8), SeriesInstanceUID=FIRST, InstanceNumber=v, Modality="OP")
        for v in (2, 1)
    ]
    study = one(rgb)
    assert study.stored.shape == (2, 4, 5, 3) and study.is_colour and order(study) == [[1, 1, 1], [2, 2, 2]]
    assert say_all(study) == ("2 files sorted by instance number",)


def test_all_files_together_are_bounded(monkeypatch):
    files = [make_slice(i, i) for i in range(3)]
    monkeypatch.setattr(series, "LIMIT_BYTES", 3 * 40)
    assert one(files).frames == 3
    with pytest.raises(ImageError, match="Open fewer files"):
        read_series([*files, make_slice(3, 3)])


def test_no_uid_leaves():
    study = one([make_slice(i, i, PatientName="ZZMARKER", FrameOfReferenceUID=SECOND) for i in range(2)])
    text = repr(study)
    assert FIRST not in text and SECOND not in text and "ZZMARKER" not in text
