"""NIfTI: every orientation is shown the same way; sizes, scaling, bounds and privacy."""

import contextlib
import gzip
import itertools

import nibabel as nib
import numpy as np
import pytest

from medrnn.errors import ImageError
from medrnn.imaging import read
from medrnn.imaging.files import nifti
from medrnn.imaging.words import say_all

ZOOMS = (1.5, 2.5, 4.0)  # along right, anterior, superior
SHAPE = (4, 5, 3)  # right, anterior, superior
ORIENTATIONS = [
    "".join(letters)
    for axes in itertools.permutations(("LR", "PA", "IS"))
    for letters in itertools.product(*axes)
]
NOISE = np.random.default_rng(1).integers(-999, 999, SHAPE).astype(np.int16)


def make_nifti(
    ras: np.ndarray, codes: str = "RAS", affine: np.ndarray | None = None, kind=nib.Nifti1Image, **header
):
    """A volume given in RAS+, written with its axes along ``codes``."""
    image = kind(ras, np.diag([*ZOOMS, 1.0]) if affine is None else affine)
    image.header.set_xyzt_units("mm")
    turn = nib.orientations.ornt_transform(
        nib.orientations.io_orientation(image.affine), nib.orientations.axcodes2ornt(codes)
    )
    image = image.as_reoriented(turn)
    for name, value in header.items():
        image.header[name] = value
    return image


def patched(image, **header) -> bytes:
    """The file with fields of its header overwritten: nibabel itself keeps them consistent."""
    raw = image.to_bytes()
    made = nib.Nifti1Header(raw[:348], check=False)
    for name, value in header.items():
        made[name] = value
    return made.binaryblock + raw[348:]


def shown(ras: np.ndarray) -> np.ndarray:
    """By loops, from the convention itself: k up, then from anterior, then from the patient's right."""
    i, j, k = ras.shape
    return np.array([[[ras[x, y, z] for x in range(i)[::-1]] for y in range(j)[::-1]] for z in range(k)])


@pytest.mark.parametrize("codes", ORIENTATIONS)
def test_every_orientation_is_shown_the_same(codes):
    study = read(make_nifti(NOISE, codes).to_bytes())
    np.testing.assert_array_equal(study.stored, shown(NOISE))
    assert study.kind == "NIfTI" and study.values is study.stored and study.stored.dtype == np.int16
    assert study.spacing_mm == (2.5, 1.5) and study.unit is None and study.warnings == ()
    assert study.geometry.slice_mm == 4
    assert study.geometry.orientation == pytest.approx((1, 0, 0, 0, 1, 0))
    assert study.geometry.position_mm == pytest.approx((-3 * 1.5, -4 * 2.5, 0))
    assert say_all(study)[0].startswith("turned to axial slices from feet to head, anterior on top")


def test_a_point_stands_where_it_is_in_the_patient():
    ras = np.zeros(SHAPE, np.uint8)
    ras[3, 4, 0] = 200  # the most right, anterior, inferior voxel
    assert read(make_nifti(ras, "PIL").to_bytes()).stored[0, 0, 0] == 200


def test_geometry_of_an_oblique_volume_leads_back_to_the_world():
    angle = np.deg2rad(20)
    affine = np.eye(4)
    affine[:3, :3] = [
        [np.cos(angle), -np.sin(angle), 0],
        [np.sin(angle), np.cos(angle), 0],
        [0, 0, 1],
    ] @ np.diag(ZOOMS)
    affine[:3, 3] = 7, -8, 9
    study = read(make_nifti(NOISE, "LPS", affine).to_bytes())
    g = study.geometry
    right, down = np.array(g.orientation[:3]), np.array(g.orientation[3:])
    frame, row, column = 2, 1, 3
    found = (
        g.position_mm + right * column * 1.5 + down * row * 2.5 + np.cross(right, down) * frame * g.slice_mm
    )
    world = affine @ (SHAPE[0] - 1 - column, SHAPE[1] - 1 - row, frame, 1)
    np.testing.assert_allclose(found, world[:3] * (-1, -1, 1), atol=1e-4)
    assert study.stored[frame, row, column] == NOISE[0, 3, 2]


@pytest.mark.parametrize("codes", ["RAS", "ASL"])
def test_slope_and_intercept_agree_with_nibabel(codes):
    image = make_nifti(NOISE, codes)
    image.header.set_slope_inter(0.25, -3)
    data = bytearray(image.to_bytes())
    data[112:120] = np.array([0.25, -3], "<f4").tobytes()
    study = read(bytes(data))
    expected = nib.as_closest_canonical(nib.Nifti1Image.from_bytes(bytes(data))).get_fdata()
    np.testing.assert_allclose(study.values, shown(expected))
    np.testing.assert_allclose(study.values, shown(NOISE * 0.25 - 3))
    np.testing.assert_array_equal(study.stored, shown(NOISE))
    assert study.values.dtype == np.float32 and say_all(study)[1] == "value = stored x 0.25 + -3"


@pytest.mark.parametrize("dtype", ["u1", "i1", "i2", "u2", "i4", "u4", "f4", "f8", ">i2", ">f4"])
def test_types_and_byte_orders(dtype):
    values = np.abs(NOISE % 100).astype(dtype)
    header = nib.Nifti1Header(endianness=">" if dtype[0] == ">" else "<")
    header.set_data_dtype(dtype)
    image = nib.Nifti1Image(values, np.diag([*ZOOMS, 1.0]), header)
    study = read(image.to_bytes())
    np.testing.assert_array_equal(study.stored, shown(values))
    assert study.stored.dtype == np.dtype(dtype).newbyteorder("=") and study.stored.dtype.isnative


def test_gzip_in_one_and_several_members():
    raw = make_nifti(NOISE).to_bytes()
    for data in (gzip.compress(raw), gzip.compress(raw[:300]) + gzip.compress(raw[300:])):
        np.testing.assert_array_equal(read(data).stored, shown(NOISE))


def test_nifti_2():
    np.testing.assert_array_equal(
        read(make_nifti(NOISE, "AIL", kind=nib.Nifti2Image).to_bytes()).stored, shown(NOISE)
    )


def test_several_volumes_show_the_first():
    data = nib.Nifti1Image(np.stack([NOISE, NOISE + 1], -1), np.diag([*ZOOMS, 1.0])).to_bytes()
    study = read(data)
    np.testing.assert_array_equal(study.stored, shown(NOISE))
    assert study.warnings == ("The file holds 2 volumes; the first is shown.",)


def test_a_flat_image_has_one_frame():
    study = read(nib.Nifti1Image(NOISE[:, :, 0], np.diag([*ZOOMS, 1.0])).to_bytes())
    np.testing.assert_array_equal(study.stored, shown(NOISE[:, :, :1]))


def test_units_other_than_mm():
    image = make_nifti(NOISE)
    image.header.set_xyzt_units("micron")
    study = read(image.to_bytes())
    assert study.spacing_mm == pytest.approx((0.0025, 0.0015))
    assert study.geometry.position_mm == pytest.approx((-0.0045, -0.01, 0))


def test_a_file_without_orientation_says_so():
    study = read(patched(make_nifti(NOISE), qform_code=0, sform_code=0))
    assert study.warnings == ("The file does not say its orientation; left and right may be swapped.",)
    assert study.geometry is None and study.spacing_mm == (2.5, 1.5)


@pytest.mark.parametrize("row", [(0, 0, 0, 0), (np.nan, 0, 0, 0), (np.inf, 0, 0, 0)])
def test_a_senseless_orientation_says_so(row):
    study = read(patched(make_nifti(NOISE), srow_x=row, sform_code=1, qform_code=0))
    assert (
        study.warnings[0] == "The file has an orientation that makes no sense; left and right may be swapped."
    )
    assert study.geometry is None


def test_nan_is_said_and_nothing_but_nan_is_refused():
    some = np.where(NOISE > 0, np.nan, NOISE).astype(np.float32)
    assert "finite" in read(make_nifti(some).to_bytes()).warnings[0]
    with pytest.raises(ImageError, match="holds any"):
        read(make_nifti(np.full(SHAPE, np.nan, np.float32)).to_bytes())


def test_what_is_neither_grey_nor_rgb_is_refused():
    with pytest.raises(ImageError, match="grey values"):
        read(nib.Nifti1Image(np.zeros(SHAPE, np.complex64), np.eye(4)).to_bytes())


@pytest.mark.parametrize("is_packed", [True, False])
def test_every_cut_is_an_image_error(is_packed):
    raw = make_nifti(NOISE).to_bytes()
    data = gzip.compress(raw, mtime=0) if is_packed else raw
    for end in range(1 if is_packed else 348, len(data)):
        with pytest.raises(ImageError):
            read(data[:end])


def test_changed_headers_are_damage_or_read():
    data = make_nifti(NOISE).to_bytes()
    for at, value in itertools.product(range(352), (0x00, 0x7F, 0xFF)):
        changed = bytearray(data)
        changed[at] = value
        with contextlib.suppress(ImageError):
            assert read(bytes(changed)).frames >= 1


def test_a_bomb_is_stopped(monkeypatch):
    monkeypatch.setattr(nifti, "LIMIT_BYTES", 1 << 20)
    with pytest.raises(ImageError, match="grows beyond"):
        read(gzip.compress(make_nifti(NOISE).to_bytes() + bytes(3 << 20)))


def test_a_size_that_lies_is_refused_before_it_is_taken():
    with pytest.raises(ImageError, match="at most 512 MB"):
        read(patched(make_nifti(NOISE), dim=[3, 30000, 30000, 30000, 1, 1, 1, 1]))


def test_a_pair_and_a_gzip_of_something_else_say_the_cure():
    with pytest.raises(ImageError, match=r"save it as \.nii"):
        read(make_nifti(NOISE).to_bytes()[:344] + b"ni1\0" + bytes(8))
    with pytest.raises(ImageError, match="Unpack it first"):
        read(gzip.compress(b"something else" * 99))


def test_no_text_of_the_header_leaves(caplog, capfd):
    text = b"ZZMARKER"
    image = make_nifti(NOISE, descrip=text, aux_file=text, intent_name=text, db_name=text)
    image.header.extensions.append(nib.nifti1.Nifti1Extension("comment", text))
    data = image.to_bytes()
    assert data.count(text) == 5
    study = read(data)
    np.testing.assert_array_equal(study.stored, shown(NOISE))
    broken = bytearray(data)
    broken[70:72] = b"\xff\x7f"  # an unknown data type
    with pytest.raises(ImageError) as caught:
        read(bytes(broken))
    out = capfd.readouterr()
    assert "ZZMARKER" not in repr(study) + str(caught.value) + caplog.text + out.out + out.err
