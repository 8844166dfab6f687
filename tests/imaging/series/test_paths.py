"""Files, zips and folders on this machine become studies."""

import shutil
import zipfile
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from medrnn import imaging
from medrnn.__main__ import main
from medrnn.errors import ImageError
from medrnn.imaging.files.beside import is_disc
from medrnn.imaging.series.paths import read_one, read_path
from tests.conftest import SAMPLES
from tests.imaging.series.test_series import make_slice

CT = (SAMPLES / "ct-small.dcm").read_bytes()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for k, name in enumerate(("b", "a", "deep/c", "deep/er/d")):
        (tmp_path / name).write_bytes(make_slice(k, 2.0 * k))
    (tmp_path / ".hidden").write_bytes(b"no image")
    (tmp_path / "DICOMDIR").write_bytes(b"no image")
    return tmp_path


def test_a_folder_is_read_to_its_depth_and_its_series_is_stacked(folder):
    study = read_one(folder)
    assert study.frames == 4 and study.values[:, 0, 0].tolist() == [0, 1, 2, 3]


def test_a_zip_is_the_same_study(folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("zip") / "x"
    with zipfile.ZipFile(path, "w") as archive:
        for file in (f for f in folder.rglob("*") if f.is_file()):
            archive.write(file, file.relative_to(folder))
    assert read_one(path).key == read_one(folder).key


def test_what_cannot_be_read_stands_in_its_place(folder):
    (folder / "DICOMDIR").unlink()
    (folder / "zz").write_bytes(b"no image")
    (folder / "deep" / "ct").write_bytes(CT)
    first, second, wrong = read_path(folder)
    assert (first.frames, second.rows) == (4, 128)
    assert isinstance(wrong, ImageError)
    with pytest.raises(ImageError, match="Expected one image or series, got 2"):
        read_one(folder)


DISC = {
    "DICOMDIR": b"no image",
    "autorun.inf": b"[autorun]",
    "viewer/start.exe": b"MZ",
    "viewer/index.html": b"<html>",
    "viewer/help.pdf": b"%PDF-1.7",
    "viewer/icon.jpg": b"\xff\xd8\xff\xe0 an icon",
    "viewer/readme": b"text",
    ".DS_Store": b"x",
}
SAID = (
    "Left out beside the images: 1 hidden file(s), 1 DICOMDIR, the directory of a disc, 6 file(s) of the disc's viewer "
    "that are no DICOM images."
)


@pytest.fixture
def disc(tmp_path):
    files = DISC | {f"IMAGES/{k}": make_slice(k, 2.0 * k) for k in range(3)}
    for name, data in files.items():
        (tmp_path / "disc" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "disc" / name).write_bytes(data)
    with zipfile.ZipFile(tmp_path / "disc.zip", "w") as archive:
        for name in sorted(files):
            archive.writestr(name, files[name])
    return tmp_path


@pytest.mark.parametrize("name", ["disc", "disc.zip"])
def test_a_disc_opens_and_says_what_was_left_out(disc, name, capsys):
    [study] = read_path(disc / name)
    assert study.frames == 3 and study.warnings == (SAID,)
    assert main(["inspect", str(disc / name)]) == 0
    assert SAID in capsys.readouterr().out


@pytest.mark.parametrize("name", ["disc", "disc.zip"])
def test_copies_of_a_disc_are_made_of_its_images_and_say_it(disc, name, capsys):
    assert main(["deidentify", str(disc / name), str(disc / "out")]) == 0
    assert len(list((disc / "out").glob("*.dcm"))) == 3 and SAID in capsys.readouterr().err


def test_what_is_damaged_on_a_disc_is_still_an_error(disc):
    (disc / "disc" / "IMAGES" / "9").write_bytes(make_slice(9, 9)[:300])
    study, wrong = read_path(disc / "disc")
    assert study.frames == 3 and isinstance(wrong, ImageError)


def test_pictures_without_a_disc_are_read():
    assert not is_disc(["a/1.png", "a/notes.txt"]) and is_disc(["x/AUTORUN.INF"])


def test_the_package_gives_read_path():
    assert imaging.read_path is read_path and "read_path" in imaging.__all__
    with pytest.raises(AttributeError, match="read_paths"):
        _ = imaging.read_paths


@pytest.mark.parametrize("kind", [nib.Nifti1Pair, nib.Nifti2Pair])
@pytest.mark.parametrize("is_packed", [True, False])
def test_a_header_and_its_pixels_are_one_volume(tmp_path, kind, is_packed):
    values = np.arange(60, dtype=">i2").reshape(3, 4, 5)
    folder = tmp_path / "pair"
    folder.mkdir()
    for name in ("one", "two"):
        image = kind(values + (name == "two"), np.diag([2.0, 3, 4, 1]))
        image.header.set_xyzt_units("mm")
        nib.save(image, folder / f"{name}.img")
    path = Path(shutil.make_archive(str(tmp_path / "pair"), "zip", folder)) if is_packed else folder
    found = sorted(read_path(path), key=lambda study: study.values.sum())
    for study, extra in zip(found, (0, 1), strict=True):
        expected = (values + extra)[::-1, ::-1].transpose(2, 1, 0)
        np.testing.assert_array_equal(study.stored, expected)
        assert study.spacing_mm == (3, 2) and study.geometry.slice_mm == 4
    (folder / "two.img").unlink()
    (folder / "one.hdr").unlink()
    assert all(isinstance(one, ImageError) for one in read_path(folder))


def test_nothing_to_read(tmp_path):
    with pytest.raises(ImageError, match="got an empty one"):
        read_path(tmp_path)
    with pytest.raises(ImageError, match="Expected a readable file: No such file"):
        read_path(tmp_path / "none")
    (tmp_path / "x").write_bytes(b"PK\3\4 no zip")
    with pytest.raises(ImageError, match="whole zip file"):
        read_one(tmp_path / "x")
