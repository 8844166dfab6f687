"""Names in zips, in the encodings that programs write; and zips in zips."""

import re
import zipfile

import pytest

from medrnn.errors import ImageError
from medrnn.imaging.files import nested
from medrnn.imaging.files.archive import read_parts
from medrnn.imaging.files.nested import Count, walk
from tests.imaging.files.test_archive import make_zip

ENCODED = [
    ("cp932", "八.dcm"), ("cp932", "十.dcm"), ("cp932", "表/能.dcm"), ("cp932", "検査/スライス.dcm"),
    ("gbk", "影像/切片.dcm"), ("gbk", "誠.dcm"), ("gbk", "病人_乗.dcm"), ("big5", "功/許.dcm"),
    ("cp437", "Müller/großes Bild 1.dcm"), ("utf-8", "十/é.dcm"), ("utf-8", "検査/ü.dcm"), ("ascii", "a/b.dcm"),
]  # fmt: skip
EXACT = {"cp932", "cp437", "utf-8", "ascii"}


def zipped(*names: bytes, flag: int = 0) -> bytes:
    """A zip whose names are these bytes, written over placeholders of the same length."""
    data = make_zip(*((f"{k:03}".ljust(len(name), "x"), b"pixels %d" % k) for k, name in enumerate(names)))
    for k, name in enumerate(names):
        data = data.replace(f"{k:03}".ljust(len(name), "x").encode(), name)
    if flag:
        data = re.sub(rb"(PK\x03\x04..)..", lambda m: m[1] + flag.to_bytes(2, "little"), data, flags=re.S)
        data = re.sub(rb"(PK\x01\x02....)..", lambda m: m[1] + flag.to_bytes(2, "little"), data, flags=re.S)
    return data


def unpacked(data: bytes) -> tuple[list[str], dict[str, int]]:
    parts = list(read_parts(data))
    return [name for part in parts for name in part.names], dict(parts[-1].left_out)


@pytest.mark.parametrize(("encoding", "name"), ENCODED)
def test_no_file_is_lost_whatever_its_name_is_written_in(encoding, name):
    names, left = unpacked(zipped(name.encode(encoding), b"other.dcm"))
    assert len(names) == 2 and left == {}
    assert names[0] == name if encoding in EXACT else names[0].count("/") == name.count("/")


def test_the_second_byte_of_a_character_is_no_separator():
    """0x5C ends all of these in CP932: what comes behind looks like a hidden file, or like a way up."""
    raw = [f"{one}.dcm".encode("cp932") for one in "十表能予貼"] + ["ソ..dcm".encode("cp932")]
    assert all(b"\\." in one for one in raw)
    assert unpacked(zipped(*raw))[0] == [one.decode("cp932") for one in raw]
    assert unpacked(zipped("十..x".encode("cp932"), "表..".encode("cp932")))[1] == {}


def test_the_flag_for_utf_8_is_believed():
    assert unpacked(zipped("検査/十.dcm".encode(), flag=0x800))[0] == ["検査/十.dcm"]


def test_backslashes_of_windows_are_separators():
    assert unpacked(zipped(b"a\\b.dcm", b"a\\.hidden", b"__MACOSX\\c"))[0] == ["a/b.dcm"]
    assert unpacked(zipped(b"\x84/x\\.hidden", b"zzz"))[1] == {"hidden": 1}


@pytest.mark.parametrize("name", ["十/../../x", "../十"])
def test_a_way_up_is_refused_in_any_encoding(name):
    with pytest.raises(ImageError, match="points outside"):
        unpacked(zipped(name.encode("cp932")))


def test_what_is_left_out_is_counted():
    data = make_zip(
        ("__MACOSX/._a", b"x"), ("f/.DS_Store", b"x"), ("f/dicomdir", b"x"), ("f/a", bytes(128) + b"DICM")
    )
    assert unpacked(data) == (["f/a"], {"hidden": 2, "directory": 1})


def test_a_zip_in_a_zip_is_opened_and_a_third_is_named():
    third = make_zip(("c", b"three"))
    inner = make_zip(("b", b"two"), ("deep.zip", third), (".x", b""))
    count = Count()
    found = list(walk(make_zip(("a", b"one"), ("d/in.zip", inner)), count))
    assert [name for _, name in found] == ["a", "d/in.zip/b", "d/in.zip/deep.zip"]
    assert [data for data, _ in found[:2]] == [b"one", b"two"]
    assert isinstance(found[2][0], ImageError) and "zip in a zip in a zip" in str(found[2][0])
    assert count.left_out == {"hidden": 1}


def test_a_damaged_zip_in_a_zip_does_not_stop_the_others():
    found = list(walk(make_zip(("in.zip", b"PK\3\4 no zip"), ("a", b"one")), Count()))
    assert isinstance(found[0][0], ImageError) and found[1] == (b"one", "a")


def test_zips_in_a_zip_share_its_limits(monkeypatch):
    outer = make_zip(*((f"{k}.zip", make_zip(*((str(n), b"x") for n in range(9)))) for k in range(9)))
    assert len(list(walk(outer, Count()))) == 81
    monkeypatch.setattr(nested, "MOST_MEMBERS", 60)
    with pytest.raises(ImageError, match="holds more"):
        list(walk(outer, Count()))
    monkeypatch.setattr(nested, "MOST_MEMBERS", 600)
    monkeypatch.setattr(nested, "LIMIT_BYTES", 3_000)
    heavy = make_zip(
        *((f"{k}.zip", make_zip(("a", bytes(900)))) for k in range(9)), method=zipfile.ZIP_STORED
    )
    with pytest.raises(ImageError, match="grows beyond"):
        list(walk(heavy, Count()))
