"""Times, echoes, b-values and phases at one place become volumes of their own; copies are known by their UID."""

import random

import numpy as np
import pydicom
import pytest
from pydicom import uid

from medrnn.imaging import reslice
from medrnn.imaging.series.stack import OWN_SERIES, read_series
from medrnn.imaging.words import say_choice
from medrnn.types import Study
from medrnn.ui.study.naming import labels
from tests.imaging.made import RAMP, make_dicom, to_bytes
from tests.imaging.series.test_series import FIRST, make_slice, one, order

PLACES = (0.0, 3.0, 6.0)


def read_all(files: list[bytes]) -> list[Study]:
    """In the order of the volumes, whatever the order of the files."""
    random.Random(1).shuffle(files)
    return [study for _, study in read_series(files)]


def interleaved(*tags: dict) -> list[bytes]:
    """A slice for each of ``tags`` at each place, filled with 10 x the volume + the slice."""
    return [
        make_slice(10 * volume + k, z, **own) for volume, own in enumerate(tags) for k, z in enumerate(PLACES)
    ]


def values(studies: list[Study]) -> list[list[float]]:
    return [order(study) for study in studies]


def expected(volumes: int) -> list[list[float]]:
    return [[10 * volume + k for k in range(len(PLACES))] for volume in range(volumes)]


MARKED = {
    "time": ([{"TemporalPositionIdentifier": k} for k in (1, 2, 10)], "time 2 of 3"),
    "echo": ([{"EchoTime": t, "EchoNumbers": k} for k, t in enumerate((2.3, 4.6, 11.5))], "echo time 4.6 ms"),
    "echo numbers": ([{"EchoNumbers": k} for k in (1, 2, 3)], "echo 2 of 3"),
    "b": ([{"DiffusionBValue": b} for b in (0, 500, 1000)], "b = 500 s/mm²"),
    "inversion": ([{"InversionTime": t} for t in (100, 400, 1600)], "inversion time 400 ms"),
    "flip": ([{"FlipAngle": a} for a in (2, 10, 30)], "flip angle 10°"),
    "energy": ([{"KVP": v} for v in (80, 100, 140)], "100 kV"),
    "phase": ([{"NominalPercentageOfCardiacPhase": p} for p in (5, 40, 75)], "cardiac phase 40 %"),
    "trigger": ([{"TriggerTime": t} for t in (0, 33.5, 800)], "33.5 ms after the trigger"),
    "acquisition": ([{"AcquisitionNumber": n} for n in (1, 2, 10)], "acquisition 2 of 3"),
    "content": ([{"ContentTime": t} for t in ("080000", "090000.5", "101500")], "content time 2 of 3"),
}


@pytest.mark.parametrize(("tags", "said"), MARKED.values(), ids=MARKED)
def test_what_differs_at_one_place_makes_volumes_and_names_them(tags, said):
    studies = read_all(interleaved(*tags))
    assert values(studies) == expected(3)
    assert say_choice(studies[1]) == said and all(s.warnings == () for s in studies)
    assert all(s.geometry.slice_mm == 3 and s.geometry.is_even for s in studies)
    assert len({s.key for s in studies}) == 3
    assert said in list(labels({s.key: s for s in studies}, {}).values())[1]


def test_the_time_of_day_does_not_leave():
    studies = read_all(interleaved(*MARKED["content"][0]))
    assert "9000" not in repr([s.applied for s in studies])


@pytest.mark.parametrize("is_by_place", [True, False])
def test_where_nothing_tells_them_apart_the_numbers_do(is_by_place):
    """Instance numbers that count place after place, or volume after volume."""
    files = [
        make_slice(10 * v + k, z, InstanceNumber=(3 * k + v if is_by_place else 3 * v + k) + 1)
        for v in range(3)
        for k, z in enumerate(PLACES)
    ]
    studies = read_all(files)
    assert values(studies) == expected(3)
    assert [say_choice(s) for s in studies] == [f"number {k} of 3" for k in (1, 2, 3)]


def test_a_trigger_time_that_drifts_from_place_to_place_counts_by_its_order():
    files = [
        make_slice(10 * v + k, z, TriggerTime=30 * v + 0.5 * k, InstanceNumber=99 - v)
        for v in range(3)
        for k, z in enumerate(PLACES)
    ]
    studies = read_all(files)
    assert values(studies) == expected(3) and say_choice(studies[2]) == "trigger time 3 of 3"


def test_directions_split_a_b_value_further():
    ways = [{"DiffusionBValue": 1000, "DiffusionGradientOrientation": way}
            for way in ([1, 0, 0], [0, 1, 0], [0, 0, 1])]  # fmt: skip
    studies = read_all(interleaved({"DiffusionBValue": 0}, *ways))
    assert sorted(values(studies)) == expected(4)
    assert [say_choice(s) for s in studies] == ["b = 0 s/mm²"] + [
        f"b = 1000 s/mm², direction {k} of 3" for k in (1, 2, 3)
    ]


def test_echoes_of_several_times():
    tags = [{"TemporalPositionIdentifier": t, "EchoTime": e} for t in (1, 2) for e in (2, 4)]
    studies = read_all(interleaved(*tags))
    assert values(studies) == expected(4)
    assert say_choice(studies[3]) == "time 2 of 2, echo time 4 ms"


def test_a_last_time_that_was_broken_off_is_a_volume_of_fewer_slices():
    tags = [{"TemporalPositionIdentifier": k} for k in (1, 2)]
    assert values(read_all(interleaved(*tags)[:-1])) == [[0, 1, 2], [10, 11]]


def test_magnitude_and_phase_are_told_apart_by_the_image_type():
    tags = [{"ImageType": ["ORIGINAL", "PRIMARY", kind]} for kind in ("M", "P")]
    studies = read_all(interleaved(*tags))
    assert sorted(values(studies)) == expected(2)
    assert [say_choice(s) for s in studies] == ["image type 1 of 2", "image type 2 of 2"]


def test_a_film_at_one_place_stays_whole():
    study = one([make_slice(k, 5.0, InstanceNumber=k, TriggerTime=10.0 * k) for k in range(1, 5)])
    assert order(study) == [1, 2, 3, 4] and study.geometry.slice_mm is None
    assert study.warnings == ("All 4 slices lie at one place; they stand in the order of their numbers.",)


def test_an_interleaved_acquisition_is_one_volume():
    files = [make_slice(k, 2.0 * k, AcquisitionNumber=1 + k % 2, InstanceNumber=k) for k in range(6)]
    assert order(one(files)) == list(range(6))


def test_no_mm_over_what_could_not_be_split():
    files = [make_slice(k, z) for k, z in enumerate((0, 0, 2, 4, 4, 4, 6))]
    study = one(files)
    assert study.frames == 7 and study.geometry.slice_mm is None and not study.geometry.is_even
    assert "distance of the frames" in reslice.what_is_missing(study)
    assert any("nothing tells them apart" in said for said in study.warnings)


def anew(data: bytes) -> bytes:
    """The same object in other bytes."""
    ds = pydicom.dcmread(pydicom.filebase.DicomBytesIO(data))
    ds.file_meta.TransferSyntaxUID = uid.ImplicitVRLittleEndian
    ds.PixelData = ds.PixelData
    return to_bytes(ds)


def named(value: int, z: float, name: str = "", **tags) -> bytes:
    return make_slice(
        value, z, SOPInstanceUID=name or uid.generate_uid(entropy_srcs=[f"{value} {z}"]), **tags
    )


def test_the_same_instances_in_other_bytes_are_copies():
    files = [named(k, 4.0 * k, InstanceNumber=k) for k in range(4)]
    study = one([*files, *map(anew, files)])
    assert order(study) == [0, 1, 2, 3] and study.geometry.slice_mm == 4 and study.geometry.is_even
    assert study.warnings == ("4 file(s) came twice; each is read once.",)


def test_copies_with_other_pixels_are_said():
    study = one([named(1, 0.0, FIRST), named(2, 0.0, FIRST), named(3, 1.0)])
    assert order(study) == [1, 3] and study.warnings[1] == "1 of them with other pixels; the first is shown."


def test_one_name_for_all_slices_is_no_name():
    assert order(one([named(k, 2.0 * k, FIRST) for k in range(3)])) == [0, 1, 2]


def test_objects_of_several_frames_are_copies_too():
    data = make_dicom(np.stack([RAMP, RAMP + 1]), 2, SOPInstanceUID=FIRST, SeriesInstanceUID=FIRST)
    study = one([data, anew(data)])
    assert study.frames == 2 and study.warnings == ("1 file(s) came twice; each is read once.",)
    assert len(read_series([make_dicom(RAMP, SOPInstanceUID=str(uid.generate_uid())) for _ in range(2)])) == 2


@pytest.mark.parametrize("tag", ["SeriesInstanceUID", "FrameOfReferenceUID", "both"])
def test_a_uid_of_its_own_for_each_slice_is_one_volume_and_said(tag):
    files = []
    for k, z in enumerate(PLACES):
        own = uid.generate_uid(entropy_srcs=[f"slice {k}"])
        tags = {"series_uid": FIRST if tag == "FrameOfReferenceUID" else own}
        tags |= {} if tag == "SeriesInstanceUID" else {"FrameOfReferenceUID": own}
        files.append(make_slice(k, z, **tags))
    study = one(files[::-1])
    assert order(study) == [0, 1, 2] and study.warnings == (OWN_SERIES,) and study.geometry.slice_mm == 3


def test_single_pictures_of_one_examination_stay_apart():
    uids = [uid.generate_uid(entropy_srcs=[str(k)]) for k in range(3)]
    at_one_place = [make_slice(k, 1.0, series_uid=own) for k, own in enumerate(uids)]
    numbered = [make_slice(k, series_uid=own, InstanceNumber=1) for k, own in enumerate(uids)]
    assert len(read_series(at_one_place)) == len(read_series(numbered)) == 3


def test_a_location_without_a_position_orders():
    files = [make_slice(k, SliceLocation=z, InstanceNumber=9 - k) for k, z in enumerate((-4, 1, 2.5))]
    study = one(files[::-1])
    assert order(study) == [0, 1, 2] and study.geometry is None
    assert study.warnings == ("The files say no position; they stand in the order of their locations.",)
    echoes = [
        make_slice(10 * e + k, SliceLocation=z, EchoTime=e + 1) for e in (0, 1) for k, z in enumerate(PLACES)
    ]
    assert values(read_all(echoes)) == expected(2)
