"""Files of a folder of runs: what is not opened, what is refused by its fields, and that nothing half stays."""

import errno
import os
import subprocess
from contextlib import contextmanager
from typing import NotRequired, TypedDict

import pytest

from medrnn import disk
from medrnn.errors import CatalogError, ConfigError


class Point(TypedDict):
    x: int
    y: NotRequired[float]


def put(path, text):
    path.write_text(text)
    return path


@contextmanager
def small_disk(path, size="64k"):
    """A file system of its own with so much room; skipped where nothing can be mounted."""
    path.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", path], capture_output=True)
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {made.stderr.decode().strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", path], check=True)


def test_a_plain_file_comes_back_as_it_is(tmp_path):
    (tmp_path / "f").write_bytes(bytes(range(256)))
    assert disk.read_bytes(tmp_path / "f", 256) == bytes(range(256))


def test_pipes_links_folders_and_devices_are_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    put(tmp_path / "there", "secret")
    (tmp_path / "link").symlink_to(tmp_path / "there")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    os.mknod(tmp_path / "null", 0o20666, os.makedev(1, 3)) if os.geteuid() == 0 else None
    for name in ("pipe", "folder", "link", "round", "null"):
        if os.path.lexists(tmp_path / name):
            with pytest.raises(CatalogError, match=f"Expected a (plain file|file that can be read), {name}"):
                disk.read_bytes(tmp_path / name, 100)
    with pytest.raises(CatalogError):
        disk.read_bytes(tmp_path / "null\0byte", 100)
    with pytest.raises(CatalogError):
        disk.read_bytes(tmp_path / ("n" * 300), 100)
    with pytest.raises(FileNotFoundError):
        disk.read_bytes(tmp_path / "nothing", 100)


def test_a_sparse_file_of_gigabytes_is_not_read(tmp_path):
    with (tmp_path / "f").open("wb") as file:
        file.truncate(6 << 30)
    with pytest.raises(CatalogError, match="Expected at most 1,000 bytes in f, it holds 6,442,450,944"):
        disk.read_bytes(tmp_path / "f", 1_000)


@pytest.mark.parametrize(
    "text",
    ["", "[1]", "{}", '{"x": "1"}', '{"x": true}', '{"x": 1.5}', '{"x": null}', '{"x": NaN}', '{"x": 1, "y": Infinity}',
     '{"x": 1, "y": 1e999}', '{"x": ' + "9" * 6_000 + "}", '{"x": ' + "[" * 200_000, '{"x": 1', "\x00", '"\\ud800"'],
    ids=range(15),
)  # fmt: skip
def test_json_of_another_shape_is_one_sentence(tmp_path, text):
    with pytest.raises(CatalogError, match="^card.json cannot be read: ") as caught:
        disk.read_json(put(tmp_path / "card.json", text), Point)
    assert len(str(caught.value)) < 300 and "\n" not in str(caught.value)


def test_json_of_the_right_shape_is_a_record(tmp_path):
    assert disk.read_json(put(tmp_path / "f", '{"x": 3, "y": 2}'), Point) == {"x": 3, "y": 2.0}


def test_a_file_takes_its_name_once_it_is_whole(tmp_path):
    put(tmp_path / "f", "before")
    with disk.writing(tmp_path / "f", "the test") as file:
        file.write(b"after")
        assert (tmp_path / "f").read_text() == "before"
    assert (tmp_path / "f").read_text() == "after"
    with pytest.raises(KeyError), disk.writing(tmp_path / "f", "the test") as file:
        file.write(b"half")
        raise KeyError
    assert [(f.name, f.read_text()) for f in tmp_path.iterdir()] == [("f", "after")]


def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path):
    with small_disk(tmp_path / "full") as folder:
        put(folder / "kept", "before")
        with pytest.raises(ConfigError, match="write the weights.*: the disk is full. Free some space"):
            disk.write_named(folder / "kept", bytes(1 << 20), "the weights")
        assert [(f.name, f.read_text()) for f in folder.iterdir()] == [("kept", "before")]


def test_a_place_that_can_only_be_read_is_one_sentence(tmp_path):
    with small_disk(tmp_path / "fixed") as folder:
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        with pytest.raises(ConfigError, match="it can only be read"):
            disk.write_named(folder / "f", b"1", "the index")
        with pytest.raises(ConfigError, match="it can only be read"):
            disk.make_folder(folder / "g", "the index")
    put(tmp_path / "file", "")
    with pytest.raises(ConfigError, match="the index.*not a directory"):
        disk.write_named(tmp_path / "file" / "f", b"1", "the index")


def test_what_belongs_to_somebody_else_is_said_so():
    error = disk.write_error(PermissionError(errno.EACCES, "Permission denied", "/home/secret"), "the index")
    assert "belongs to somebody else" in str(error) and "secret" not in str(error)


def test_folders_are_listed_and_nothing_else(tmp_path):
    for name in ("b", "a", ".hidden", "new\nline"):
        (tmp_path / name).mkdir()
    os.mkdir(os.fsencode(tmp_path) + b"/\xff")  # noqa: PTH102  a name that is no text
    put(tmp_path / "file", "")
    assert [f.name for f in disk.folders(tmp_path)] == ["b", "a"]
    assert disk.folders(tmp_path / "none") == disk.folders(tmp_path / "file") == []
