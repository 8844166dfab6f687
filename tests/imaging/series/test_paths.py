"""Files, zips and folders on this machine become studies."""

import zipfile

import pytest

from medrnn.errors import ImageError
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
    (folder / "zz").write_bytes(b"no image")
    (folder / "deep" / "ct").write_bytes(CT)
    first, second, wrong = read_path(folder)
    assert (first.frames, second.rows) == (4, 128)
    assert isinstance(wrong, ImageError)
    with pytest.raises(ImageError, match="Expected one image or series, got 2"):
        read_one(folder)


def test_nothing_to_read(tmp_path):
    with pytest.raises(ImageError, match="got an empty one"):
        read_path(tmp_path)
    with pytest.raises(ImageError, match="Expected a readable file: No such file"):
        read_path(tmp_path / "none")
    (tmp_path / "x").write_bytes(b"PK\3\4 no zip")
    with pytest.raises(ImageError, match="whole zip file"):
        read_one(tmp_path / "x")
