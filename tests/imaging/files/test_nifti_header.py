"""What NIfTI headers say twice, wrongly or in colour, against nibabel and the numbers that were written."""

import gzip
import time

import nibabel as nib
import numpy as np
import pytest

from medrnn.errors import ImageError
from medrnn.imaging import read
from medrnn.imaging.files import nifti
from medrnn.imaging.masks.read import read_mask
from medrnn.imaging.words import say_all
from tests.imaging.files.test_nifti import NOISE, SHAPE, ZOOMS, make_nifti, patched, shown

AFFINE = np.diag([*ZOOMS, 1.0])


def forms(sform: np.ndarray, qform: np.ndarray, codes: tuple[int, int] = (1, 1)) -> bytes:
    image = nib.Nifti1Image(NOISE, None)
    image.set_sform(sform, codes[0])
    image.set_qform(qform, codes[1])
    image.header.set_xyzt_units("mm")
    return image.to_bytes()


def test_an_sform_that_disagrees_with_pixdim_counts_and_is_said():
    study = read(forms(np.diag([1.0, 2, 8, 1]), AFFINE))
    assert study.spacing_mm == (2, 1) and study.geometry.slice_mm == 8
    assert study.warnings == (
        "The file says two voxel sizes, 1.5 x 2.5 x 4 and in its sform 1 x 2 x 8; the sform is taken.",
    )
    np.testing.assert_array_equal(study.stored, shown(NOISE))


@pytest.mark.parametrize("bad", [np.zeros((4, 4)), np.diag([np.inf, 1, 1, 1]), np.diag([1.0, 1, 0, 1])])
def test_a_senseless_sform_gives_way_to_a_good_qform(bad):
    flipped = AFFINE @ np.diag([-1.0, 1, 1, 1])
    study = read(forms(bad, flipped))
    assert study.warnings == ("The file's sform makes no sense; its qform is taken.",)
    np.testing.assert_array_equal(study.stored, shown(NOISE[::-1]))
    assert study.spacing_mm == (2.5, 1.5) and study.geometry.slice_mm == 4


def test_two_orientations_are_said():
    study = read(forms(AFFINE, AFFINE @ np.diag([-1.0, 1, 1, 1])))
    np.testing.assert_array_equal(study.stored, shown(NOISE))
    assert study.warnings == (
        "The file says two orientations, in its sform and its qform; the sform is taken.",
    )


def test_a_qform_alone_and_an_oblique_sform_say_nothing():
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]]
    assert read(forms(np.zeros((4, 4)), AFFINE, (0, 1))).warnings == ()
    assert read(forms(turn @ AFFINE, turn @ AFFINE)).warnings == ()


@pytest.mark.parametrize("kind", [nib.Nifti1Image, nib.Nifti2Image])
@pytest.mark.parametrize("offset", [0, 100])
def test_pixels_never_begin_within_the_header(kind, offset):
    data = bytearray(make_nifti(NOISE, kind=kind).to_bytes())
    if kind is nib.Nifti1Image:
        data[108:112] = np.float32(offset).tobytes()
    else:
        data[168:176] = np.int64(offset).tobytes()
    np.testing.assert_array_equal(read(bytes(data)).stored, shown(NOISE))
    assert read(bytes(data)).geometry.slice_mm == 4
    np.testing.assert_array_equal(read(gzip.compress(bytes(data))).stored, shown(NOISE))


@pytest.mark.parametrize("names", ["RGB", "RGBA"])
def test_colour(names):
    values = np.random.default_rng(0).integers(0, 256, (*SHAPE, len(names))).astype(np.uint8)
    raw = np.ascontiguousarray(values).view([(name, "u1") for name in names])[..., 0]
    data = nib.Nifti1Image(raw, AFFINE).to_bytes()
    study = read(data)
    expected = np.stack([shown(values[..., k]) for k in range(3)], axis=-1)
    np.testing.assert_array_equal(study.stored, expected)
    assert study.is_colour and study.frames == SHAPE[2] and study.spacing_mm == (2.5, 1.5)
    assert bool(study.warnings) == (names == "RGBA") and not any("window" in said for said in say_all(study))
    with pytest.raises(ImageError, match="got colours"):
        read_mask(data, study)


def test_cal_min_and_cal_max_are_the_window():
    study = read(patched(make_nifti(NOISE), cal_min=-100, cal_max=300))
    assert (study.window.center, study.window.width, study.window.source) == (100, 400, "file")
    assert "window (file)" in say_all(study)


@pytest.mark.parametrize(("low", "high"), [(0, 0), (5, 5), (9, 1), (np.nan, 1), (5000, 6000)])
def test_a_window_that_shows_nothing_is_not_taken(low, high):
    study = read(patched(make_nifti(NOISE), cal_min=low, cal_max=high))
    assert study.window.source == "computed" and bool(study.warnings) == (low == 5000)


def test_a_gzip_that_holds_more_than_its_header_says_is_stopped_early(monkeypatch):
    unpacked = []
    original = gzip.GzipFile.read
    monkeypatch.setattr(gzip.GzipFile, "read", lambda self, n=-1: unpacked.append(n) or original(self, n))
    bomb = gzip.compress(make_nifti(NOISE).to_bytes() + bytes(200 << 20), 1)
    start = time.process_time()
    with pytest.raises(ImageError, match="grows beyond"):
        read(bomb)
    assert sum(unpacked) <= 4 << 20 and time.process_time() - start < 1


def test_a_gzip_whose_header_claims_too_much_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(nifti, "_fill", lambda *_: pytest.fail("was unpacked"))
    for dim in ([3, 900, 900, 900, 1, 1, 1, 1], [4, 100, 100, 100, 30_000, 1, 1, 1]):
        with pytest.raises(ImageError, match="at most 512 MB"):
            read(gzip.compress(patched(make_nifti(NOISE), dim=dim)))
