"""Masks from NIfTI, PNG and TIFF lie on the image's grid or are refused with both grids; written ones come back."""

import gzip
import io
from dataclasses import replace

import nibabel as nib
import numpy as np
import pytest
import tifffile
from PIL import Image

from medrnn.config import DISCLAIMER
from medrnn.errors import ImageError
from medrnn.imaging import grids, read
from medrnn.imaging.masks.read import EMPTY, read_mask, write_mask
from medrnn.types import Geometry, Study, Window
from tests.imaging.masks.made import AXIAL, COLUMNS, OBLIQUE, ROWS, make_series, place

ORIENTATIONS = {
    "axial": AXIAL,
    "oblique": OBLIQUE,
    "coronal": (1.0, 0.0, 0.0, 0.0, 0.0, -1.0),
    "sagittal": (0.0, 1.0, 0.0, 0.0, 0.0, -1.0),
    "mirrored": (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
}
CODES = ["LPS", "RAS", "ASR", "IRP", "PIL", "SLA"]


def make_labels(frames: int = 4, seed: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 4, (frames, ROWS, COLUMNS)).astype(np.uint8)


def lps_affine(orientation=AXIAL, spacing=(0.5, 0.75), step=2.0) -> np.ndarray:
    """Column, row, frame to mm in DICOM's axes, written out from PS3.3 C.7.6.2.1.1."""
    across, down = np.array(orientation[:3]), np.array(orientation[3:])
    made = np.eye(4)
    made[:3, 0], made[:3, 1] = across * spacing[1], down * spacing[0]
    made[:3, 2] = np.cross(across, down) * step
    made[:3, 3] = place(0)
    return made


def make_nifti(labels: np.ndarray, codes: str | None = None, affine=None, **moved) -> bytes:
    """(frame, row, column) as NIfTI by nibabel, its axes turned to ``codes``."""
    ras = np.diag([-1.0, -1.0, 1.0, 1.0]) @ (lps_affine(**moved) if affine is None else affine)
    image = nib.Nifti1Image(labels.transpose(2, 1, 0), ras)
    if codes:
        own, wanted = nib.io_orientation(image.affine), nib.orientations.axcodes2ornt(codes)
        image = image.as_reoriented(nib.orientations.ornt_transform(own, wanted))
    image.header.set_xyzt_units("mm")
    return image.to_bytes()


def make_png(array: np.ndarray, mode: str | None = None) -> bytes:
    file = io.BytesIO()
    image = Image.fromarray(array)
    if mode == "P":
        image.putpalette([channel for k in range(256) for channel in (k, 255 - k, k // 2)])
    image.save(file, "PNG")
    return file.getvalue()


def make_tiff(array: np.ndarray, **look) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, array, metadata=None, **look)
    return file.getvalue()


def picture(frames: int = 1) -> Study:
    pixels = np.zeros((frames, ROWS, COLUMNS), np.uint8)
    return Study("picture", "PNG", pixels, pixels, Window(0, 1, "computed"))


@pytest.mark.parametrize("codes", CODES)
@pytest.mark.parametrize("name", ORIENTATIONS)
def test_axes_in_any_order_are_brought_onto_a_dicom_series(name, codes):
    study, labels = make_series(4, ORIENTATIONS[name]), make_labels()
    mask = read_mask(make_nifti(labels, codes, orientation=ORIENTATIONS[name]), study)
    np.testing.assert_array_equal(mask.labels, labels)
    assert (mask.source, mask.warnings, mask.study_key) == ("NIfTI", (), study.key)
    assert mask.names == ("label 1", "label 2", "label 3") and mask.labels.flags.c_contiguous


@pytest.mark.parametrize("study_codes", CODES)
@pytest.mark.parametrize("mask_codes", CODES)
def test_axes_in_any_order_are_brought_onto_a_nifti_study(study_codes, mask_codes):
    labels = make_labels()
    values = labels.astype(np.int16) * 100 + 7
    study = read(make_nifti(values, study_codes))
    mask = read_mask(make_nifti(labels, mask_codes), study)
    np.testing.assert_array_equal(mask.labels.astype(np.int16) * 100 + 7, study.values)


def test_a_mask_of_one_slice_lies_on_that_slice():
    study, labels = make_series(1), make_labels(1)
    assert study.geometry.slice_mm is None
    np.testing.assert_array_equal(read_mask(make_nifti(labels, "RAS"), study).labels, labels)


@pytest.mark.parametrize(
    ("moved", "got"),
    [
        ({"spacing": (0.5, 0.8)}, "0.5 x 0.8 mm"),
        ({"step": 2.5}, "2.5 mm from frame to frame"),
        ({"orientation": OBLIQUE}, "beginning at"),
    ],
)
def test_another_grid_is_refused_with_both_grids(moved, got):
    expected = r"image's grid \(4 frames of 5 rows x 7 columns, 0.5 x 0.75 mm, 2 mm from frame to frame"
    with pytest.raises(ImageError, match=rf"{expected}.*got 4 frames of .*{got}.*Export the mask"):
        read_mask(make_nifti(make_labels(), **moved), make_series(4))


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize(("off", "is_near"), [(0.2, True), (0.6, False)])
def test_another_place_is_refused_from_a_part_of_a_voxel_on(axis, off, is_near):
    affine = lps_affine()
    affine[:3, 3] += off * affine[:3, axis]
    data = make_nifti(make_labels(), affine=affine)
    if is_near:
        np.testing.assert_array_equal(read_mask(data, make_series(4)).labels, make_labels())
    else:
        with pytest.raises(ImageError, match="Export the mask on the image's own grid"):
            read_mask(data, make_series(4))


def test_another_size_is_refused_with_both_sizes():
    with pytest.raises(ImageError, match="got 3 frames of 5 rows x 7 columns"):
        read_mask(make_nifti(make_labels(3)), make_series(4))


def test_without_a_place_the_size_decides_and_that_is_said():
    labels, study = make_labels(), replace(make_series(4), geometry=None)
    mask = read_mask(make_nifti(labels), study)
    np.testing.assert_array_equal(mask.labels, labels)
    assert mask.warnings == (grids.NOT_CHECKED,)
    bare = nib.Nifti1Image(labels.transpose(2, 1, 0), None).to_bytes()
    assert grids.MASK_NOT_PLACED in read_mask(bare, make_series(4)).warnings
    with pytest.raises(ImageError, match="got 3 frames"):
        read_mask(make_nifti(make_labels(3)), study)


def test_a_series_with_gaps_takes_a_volume_with_a_warning():
    study = make_series(places=[place(p) for p in (0, 1, 2, 3.5)])
    assert read_mask(make_nifti(make_labels()), study).warnings == (grids.UNEVEN,)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int16, np.int32])
def test_whole_numbers_of_any_type_are_labels(dtype):
    labels = make_labels()
    labels[0, 0, 0] = 255
    mask = read_mask(make_nifti(labels.astype(dtype)), make_series(4))
    np.testing.assert_array_equal(mask.labels, labels)
    assert mask.labels.dtype == np.uint8 and mask.present == (1, 2, 3, 255) and len(mask.names) == 255


@pytest.mark.parametrize(
    ("value", "match"),
    [
        (0.5, "got fractions"),
        (np.nan, "got fractions or no numbers"),
        (-1, "from -1 to 3"),
        (256, "from 0 to 256"),
    ],
)
def test_what_is_no_label_is_refused(value, match):
    values = make_labels().astype(np.float32)
    values[1, 2, 3] = value
    with pytest.raises(ImageError, match=match):
        read_mask(make_nifti(values), make_series(4))


@pytest.mark.parametrize("make", [make_png, make_tiff])
def test_pictures_of_labels_are_taken_as_they_are(make):
    labels = make_labels(1)[0]
    mask = read_mask(make(labels), picture())
    np.testing.assert_array_equal(mask.labels[0], labels)
    assert mask.source == ("PNG" if make is make_png else "TIFF")
    assert mask.warnings == (grids.NOT_CHECKED_PICTURE,)


@pytest.mark.parametrize(("dtype", "top"), [(np.uint8, 255), (np.uint16, 65535)])
@pytest.mark.parametrize("make", [make_png, make_tiff])
def test_black_and_white_is_one_label(make, dtype, top):
    inside = make_labels(1)[0] > 1
    mask = read_mask(make(inside.astype(dtype) * dtype(top)), picture())
    np.testing.assert_array_equal(mask.labels[0], inside)


def test_bits_palettes_and_equal_channels_are_labels():
    labels = make_labels(1)[0]
    for data in (make_png(labels, "P"), make_png(np.dstack([labels] * 3))):
        np.testing.assert_array_equal(read_mask(data, picture()).labels[0], labels)
    for data in (make_png(labels > 1), make_tiff(labels > 1)):
        np.testing.assert_array_equal(read_mask(data, picture()).labels[0], labels > 1)


def test_pages_of_a_tiff_are_frames():
    labels = make_labels(3)
    np.testing.assert_array_equal(
        read_mask(make_tiff(labels, photometric="minisblack"), picture(3)).labels, labels
    )
    with pytest.raises(ImageError, match="1 frame of 5 rows x 7 columns.*got 3 frames of 5 rows x 7 columns"):
        read_mask(make_tiff(labels, photometric="minisblack"), picture())


def test_white_as_zero_is_said():
    mask = read_mask(make_tiff(make_labels(1)[0], photometric="miniswhite"), picture())
    np.testing.assert_array_equal(mask.labels, make_labels(1))
    assert grids.WHITE_IS_ZERO in mask.warnings


def ramp(values: int) -> np.ndarray:
    return np.resize(np.arange(values), (ROWS, COLUMNS)).astype(np.uint8)


def test_more_than_sixteen_values_look_like_an_image():
    assert read_mask(make_png(ramp(16)), picture()).present == tuple(range(1, 16))
    with pytest.raises(ImageError, match="at most 16 different values, got 17"):
        read_mask(make_png(ramp(17)), picture())


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"", "an empty file"),
        (b"text", "got something else"),
        (b"\xff\xd8\xff\xe0", "a JPEG"),
        (make_png(make_labels(1)[0, 1:]), "1 frame of 5 rows x 7 columns.*got 1 frame of 4 rows x 7 columns"),
        (make_png(np.dstack([make_labels(1)[0]] * 2 + [make_labels(1, 6)[0]])), "got colours"),
        (make_png(make_labels(1)[0].astype(np.uint16) * 300), "from 0 to 900"),
        (make_png(make_labels(1)[0])[:50], "truncated"),
        (make_tiff(make_labels(1)[0])[:40], "truncated"),
        (gzip.compress(make_nifti(make_labels()), mtime=0)[:90], "truncated"),
    ],
)
def test_what_is_no_mask_is_a_sentence_with_the_cure(data, match):
    with pytest.raises(ImageError, match=match):
        read_mask(data, picture())


def test_an_empty_mask_is_said():
    mask = read_mask(make_nifti(np.zeros((4, ROWS, COLUMNS), np.uint8)), make_series(4))
    assert mask.warnings == (EMPTY,) and mask.present == () and mask.names == ()


@pytest.mark.parametrize("frames", [1, 4])
@pytest.mark.parametrize("name", ORIENTATIONS)
def test_a_written_mask_comes_back(name, frames):
    study, labels = make_series(frames, ORIENTATIONS[name]), make_labels(frames)
    mask = read_mask(make_nifti(labels, orientation=ORIENTATIONS[name]), study)
    data = write_mask(mask, study)
    again = read_mask(data, study)
    np.testing.assert_array_equal(again.labels, labels)
    assert again.warnings == () and write_mask(again, study) == data


def test_a_written_mask_stands_where_the_study_stands():
    study, labels = make_series(4, OBLIQUE), make_labels()
    mask = read_mask(make_nifti(labels, orientation=OBLIQUE), study)
    image = nib.Nifti1Image.from_bytes(gzip.decompress(write_mask(mask, study)))
    expected = np.diag([-1, -1, 1, 1]) @ lps_affine(OBLIQUE)
    np.testing.assert_allclose(image.get_sform(), expected, atol=1e-5)
    np.testing.assert_allclose(image.get_qform(), expected, atol=1e-5)
    np.testing.assert_array_equal(np.asarray(image.dataobj), labels.transpose(2, 1, 0))
    assert image.get_data_dtype() == np.uint8 and image.header.get_xyzt_units()[0] == "mm"
    assert image.header["descrip"].item().decode() == DISCLAIMER


@pytest.mark.parametrize("spacing", [None, (0.5, 0.75)])
def test_a_written_mask_of_a_study_without_place_comes_back(spacing):
    study = replace(picture(3), spacing_mm=spacing)
    mask = read_mask(make_tiff(make_labels(3), photometric="minisblack"), study)
    data = write_mask(mask, study)
    np.testing.assert_array_equal(read_mask(data, study).labels, mask.labels)
    header = nib.Nifti1Image.from_bytes(gzip.decompress(data)).header
    assert int(header["sform_code"]) == int(header["qform_code"]) == 0
    assert header.get_zooms()[:2] == (pytest.approx((0.75, 0.5)) if spacing else (1, 1))


def test_a_mask_of_a_nifti_study_without_orientation_stands_voxel_on_voxel():
    labels = make_labels()
    volume = nib.Nifti1Image(labels.transpose(2, 1, 0), None)
    study = read(volume.to_bytes())
    mask = read_mask(volume.to_bytes(), study)
    written = nib.Nifti1Image.from_bytes(gzip.decompress(write_mask(mask, study)))
    np.testing.assert_array_equal(np.asarray(written.dataobj), labels.transpose(2, 1, 0))


def test_a_mask_is_not_written_for_another_study():
    mask = read_mask(make_png(make_labels(1)[0]), picture())
    with pytest.raises(ImageError, match="got that of another"):
        write_mask(mask, make_series(1))


def test_a_study_whose_geometry_is_incomplete_is_not_placed():
    study = replace(make_series(4), geometry=Geometry((0, 0, 0), AXIAL, None))
    assert not grids.grid_of(study).is_placed
    assert read_mask(make_nifti(make_labels()), study).warnings == (grids.NOT_CHECKED,)
