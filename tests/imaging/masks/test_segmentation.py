"""DICOM SEG: bits, fractions and label maps land on the right frames; what lies elsewhere is refused."""

import contextlib
from dataclasses import replace

import numpy as np
import pydicom
import pytest

from medrnn.errors import ImageError
from medrnn.imaging import grids, read
from medrnn.imaging.masks.read import read_mask
from medrnn.types import Geometry, Study, Window
from tests.conftest import ROOT
from tests.imaging.made import make_dicom, to_bytes
from tests.imaging.masks.made import (
    AXIAL,
    COLUMNS,
    OBLIQUE,
    ROWS,
    blobs,
    frame_group,
    make_seg,
    make_series,
    place,
    segment,
)

LIVER_SEG = ROOT / "tests" / "data" / "liver-seg.dcm"


def groups(frames, orientation=AXIAL, at=1):
    return [frame_group(at, place(k, orientation)) for k in frames]


def test_the_liver_of_another_writer_agrees_with_its_bits():
    pixels = np.zeros((3, 512, 512), np.int16)
    study = Study(
        "key", "DICOM", pixels, pixels, Window(0, 1, "file"), spacing_mm=(0.810547, 0.810547),
        geometry=Geometry((-235.2, -226.8, -128.69), AXIAL, 1.0),
    )  # fmt: skip
    mask = read_mask(LIVER_SEG.read_bytes(), study)
    raw = pydicom.dcmread(LIVER_SEG).PixelData
    bits = np.unpackbits(np.frombuffer(raw, np.uint8), bitorder="little")[: pixels.size]
    np.testing.assert_array_equal(mask.labels, bits.reshape(3, 512, 512))
    assert (mask.names, mask.source, mask.warnings) == (("Liver",), "DICOM SEG", ())
    assert mask.study_key == "key" and mask.labels.dtype == np.uint8 and mask.present == (1,)


@pytest.mark.parametrize("orientation", [AXIAL, OBLIQUE, (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)])
def test_frames_in_any_order_lie_where_their_position_says(orientation):
    study, inside = make_series(4, orientation), blobs(3)
    mask = read_mask(make_seg(inside, groups([2, 0, 3], orientation), orientation=orientation), study)
    expected = np.zeros((4, ROWS, COLUMNS))
    expected[[2, 0, 3]] = inside
    np.testing.assert_array_equal(mask.labels, expected)
    assert mask.warnings == ()


def test_several_segments_are_labels_in_the_order_of_their_numbers():
    study, inside = make_series(2), np.zeros((3, ROWS, COLUMNS), bool)
    inside[0, 1], inside[1, 2], inside[2, 3] = True, True, True
    told = [frame_group(9, place(0)), frame_group(4, place(1)), frame_group(4, place(0))]
    mask = read_mask(make_seg(inside, told, [segment(9), segment(4, ("52988006", "SCT"))]), study)
    assert mask.names == ("Lesion", "Liver")
    assert mask.labels[0, :, 0].tolist() == [0, 2, 0, 1, 0] and mask.labels[1, :, 0].tolist() == [
        0,
        0,
        1,
        0,
        0,
    ]


def test_where_segments_overlap_the_later_is_taken_and_it_is_said():
    study, inside = make_series(1), np.zeros((2, ROWS, COLUMNS), bool)
    inside[0, :3], inside[1, 2:] = True, True
    told = [frame_group(2, place(0)), frame_group(1, place(0))]
    mask = read_mask(make_seg(inside, told, [segment(1), segment(2)]), study)
    assert mask.labels[0, :, 0].tolist() == [2, 2, 2, 1, 1]
    assert mask.warnings == (f"{COLUMNS} pixel(s) belong to several segments; the later one is taken.",)


@pytest.mark.parametrize(("largest", "least"), [(255, 128), (100, 50), (1, 1)])
def test_fractions_of_a_half_and_more_are_inside(largest, least):
    values = np.zeros((1, ROWS, COLUMNS), np.uint8)
    values[0, 0, :3] = least - 1, least, largest
    data = make_seg(values, groups([0]), kind="FRACTIONAL", MaximumFractionalValue=largest)
    mask = read_mask(data, make_series(1))
    assert mask.labels[0, 0, :3].tolist() == [0, 1, 1] and mask.labels.sum() == 2
    assert "a half and more" in mask.warnings[0]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_label_map_has_all_segments_in_a_frame(dtype):
    values = np.zeros((2, ROWS, COLUMNS), dtype)
    values[0, 1], values[1, 2] = 7, 3
    told = [frame_group(None, place(1)), frame_group(None, place(0))]
    data = make_seg(values, told, [segment(0), segment(7), segment(3, None)], kind="LABELMAP")
    mask = read_mask(data, make_series(2))
    assert mask.names == ("segment 3", "Liver")
    assert mask.labels[:, :, 0].tolist() == [[0, 0, 1, 0, 0], [0, 2, 0, 0, 0]]


def test_a_label_map_with_a_number_of_no_segment_is_damaged():
    values = np.full((1, ROWS, COLUMNS), 5, np.uint8)
    with pytest.raises(ImageError, match="damaged"):
        read_mask(make_seg(values, groups([0]), kind="LABELMAP"), make_series(1))


def test_names_are_registered_meanings_and_never_text_of_the_file():
    told = [("10200004", "SCT"), ("T-62000", "SRT"), ("Meier^Anna", "99ANNA"), None, ("52988006", "SCT")]
    inside = np.ones((1, ROWS, COLUMNS), bool)
    data = make_seg(inside, groups([0]), [segment(k, c) for k, c in enumerate(told, start=1)])
    mask = read_mask(data, make_series(1))
    assert mask.names == ("Liver, segment 1", "Liver, segment 2", "segment 3", "segment 4", "Lesion")
    assert "Anna" not in repr(mask) and b"Meier^Anna" in data


@pytest.mark.parametrize("off", [-0.45, 0.45])
def test_within_half_a_slice_is_near_enough(off):
    inside = blobs(1)
    mask = read_mask(make_seg(inside, [frame_group(1, place(2 + off))]), make_series(4))
    np.testing.assert_array_equal(mask.labels[2], inside[0])


def shifted(x=0.0, y=0.0, z=0.0):
    return [frame_group(1, place(1) + np.array([x, y, z]))]


@pytest.mark.parametrize(
    ("told", "look"),
    [
        ([frame_group(1, place(-0.55))], {}),
        ([frame_group(1, place(3.55))], {}),
        (shifted(x=0.5), {}),  # more than a quarter of 0.75 mm
        (shifted(y=-0.2), {}),
        (shifted(), {"spacing": (0.75, 0.5)}),
        (shifted(), {"spacing": (0.55, 0.75)}),
        (shifted(), {"orientation": OBLIQUE}),
        (shifted(), {"orientation": (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0)}),
    ],
)
def test_what_lies_elsewhere_is_refused_with_both_places(told, look):
    with pytest.raises(
        ImageError, match=r"4 frames of 5 rows x 7 columns.*1 of 1 lie elsewhere.*beginning at"
    ):
        read_mask(make_seg(blobs(1), told, **look), make_series(4))


def test_another_size_is_refused_with_both_sizes():
    with pytest.raises(ImageError, match=r"of 6 rows x 7 columns as the image, got 5 x 7\. Export"):
        read_mask(make_seg(blobs(1), groups([0])), make_series(1, shape=(6, 7)))


def test_frames_closer_than_the_slices_are_refused():
    told = [frame_group(1, place(1)), frame_group(1, place(1.25))]
    with pytest.raises(ImageError, match="closer together"):
        read_mask(make_seg(blobs(2), told), make_series(4))


def test_frames_farther_apart_than_the_slices_are_said():
    mask = read_mask(make_seg(blobs(2), groups([0, 2]), between=4.0), make_series(4))
    assert "4 mm apart, the image's slices 2 mm" in mask.warnings[0]
    assert read_mask(make_seg(blobs(2), groups([0, 2]), between=2.0), make_series(4)).warnings == ()


@pytest.mark.parametrize(
    ("look", "match"),
    [
        ({"told": [frame_group(1, None)]}, "says where its frames lie"),
        ({"orientation": None}, "says where its frames lie"),
        ({"told": [frame_group(None, place(0))]}, "damaged"),
        ({"told": [frame_group(8, place(0))]}, "damaged"),
        ({"segments": []}, "1 to 255 segments, got 0"),
        ({"segments": [segment(k, None) for k in range(1, 257)]}, "1 to 255 segments, got 256"),
        ({"kind": "OTHER"}, "BINARY, FRACTIONAL, LABELMAP, got another"),
    ],
)
def test_what_the_file_lacks_is_a_sentence(look, match):
    look = {"told": groups([0])} | look
    with pytest.raises(ImageError, match=match):
        read_mask(make_seg(blobs(1), look.pop("told"), **look), make_series(2))


def test_more_frames_than_slices_are_refused_before_they_are_decoded():
    with pytest.raises(ImageError, match=r"at most 1 frame\(s\) for each of 1 segment\(s\), got 3"):
        read_mask(make_seg(blobs(3), groups([0, 1, 2])), make_series(1))


def test_an_image_is_no_segmentation():
    with pytest.raises(ImageError, match="got CT Image Storage. Choose the file of the segmentation"):
        read_mask(make_dicom(), make_series(1))


def test_an_image_without_a_place_is_checked_by_size_and_that_is_said():
    study = replace(make_series(1), geometry=None)
    inside = blobs(1)
    mask = read_mask(make_seg(inside, groups([3])), study)
    np.testing.assert_array_equal(mask.labels, inside)
    assert mask.warnings == (grids.NOT_CHECKED,)
    with pytest.raises(ImageError, match="one frame, got frames at 2 places"):
        read_mask(
            make_seg(
                blobs(2), [frame_group(1, place(0)), frame_group(2, place(1))], [segment(1), segment(2)]
            ),
            study,
        )


def test_frames_of_a_multi_frame_image_without_a_place_are_those_that_are_named():
    study = read(make_dicom(np.zeros((4, ROWS, COLUMNS), np.uint16), frames=4))
    assert study.frames == 4
    study = replace(study, geometry=None)
    inside = blobs(2)
    mask = read_mask(make_seg(inside, [frame_group(1, None, 4), frame_group(1, None, 2)]), study)
    np.testing.assert_array_equal(mask.labels[[3, 1]], inside)
    assert not mask.labels[[0, 2]].any() and mask.warnings == (grids.NOT_CHECKED,)
    for named in (None, 0, 5):
        with pytest.raises(ImageError, match="names the image's frames, 1 to 4"):
            read_mask(make_seg(blobs(1), [frame_group(1, None, named)]), study)


@pytest.mark.parametrize("places", [(0, 1, 4), (0, 1, 2, 3.5)])
def test_a_series_with_gaps_takes_a_frame_for_every_slice_or_none(places):
    study = make_series(places=[place(p) for p in places])
    assert study.warnings
    inside = blobs(len(places))
    mask = read_mask(make_seg(inside[::-1], groups(places[::-1])), study)
    np.testing.assert_array_equal(mask.labels, inside)
    assert grids.UNEVEN in mask.warnings
    with pytest.raises(ImageError, match=f"each of the {len(places)} slices.*got 1"):
        read_mask(make_seg(blobs(1), groups([places[-1]])), study)
    with pytest.raises(ImageError, match="lie elsewhere"):
        read_mask(make_seg(inside, groups(places), spacing=(1, 1)), study)


def test_slices_shifted_sideways_are_placed_along_the_normal():
    places = [place(k) + np.array([0, 1.5 * k, 0]) for k in range(4)]
    study, inside = make_series(places=places), blobs(2)
    assert grids.is_shifted(study)
    mask = read_mask(make_seg(inside, [frame_group(1, places[k]) for k in (3, 1)]), study)
    np.testing.assert_array_equal(mask.labels[[3, 1]], inside)
    assert mask.warnings == (grids.SHIFTED,)


def test_every_cut_is_an_image_error():
    data, study = make_seg(blobs(2), groups([0, 1])), make_series(2)
    for end in range(132, len(data) - 2, 3):
        with pytest.raises(ImageError):
            read_mask(data[:end], study)


def test_changed_bytes_are_damage_or_read(rng):
    data, study = make_seg(blobs(2), groups([0, 1])), make_series(2)
    for at in rng.integers(132, len(data), 600):
        changed = bytearray(data)
        changed[at] = rng.integers(256)
        with contextlib.suppress(ImageError):
            assert read_mask(bytes(changed), study).labels.shape == (2, ROWS, COLUMNS)


def test_no_text_of_the_file_leaves(capfd, caplog):
    ds = pydicom.dcmread(LIVER_SEG)
    ds.PatientName = ds.SeriesDescription = "ZZMARKER"
    ds.SegmentSequence[0].SegmentLabel = "ZZMARKER"
    ds.SOPClassUID = "1.2.3.4.5"
    with pytest.raises(ImageError) as caught:
        read_mask(to_bytes(ds), make_series(1))
    out = capfd.readouterr()
    assert "ZZMARKER" not in str(caught.value) + out.out + out.err + caplog.text
