"""Zips: plain members come back as bytes, everything that is made to harm is refused."""

import io
import struct
import warnings
import zipfile

import pytest

from medrnn.errors import ImageError
from medrnn.imaging.files import archive
from medrnn.imaging.files.archive import read_zip

LINK = 0o120777 << 16


def make_zip(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", method) as file:
        warnings.simplefilter("ignore")  # doubled names, on purpose
        for name, data in members:
            file.writestr(name, data, compress_type=method)
    return buffer.getvalue()


def make_info(name: str, attributes: int = 0o100644 << 16) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = attributes
    return info


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_come_back_in_order(method):
    data = make_zip(
        ("b/", b""), ("b/2.dcm", b"two" * 99), ("a.png", b"one"), ("a.png", b"again"), method=method
    )
    assert read_zip(data) == [b"two" * 99, b"one", b"again"]


def test_litter_is_left_out():
    image = bytes(128) + b"DICM"
    data = make_zip(("__MACOSX/._a", b"x"), ("f/.DS_Store", b"x"), ("f/dicomdir", b"x"), ("f/a", image))
    assert read_zip(data) == [image]


def test_a_zip_in_the_zip_is_not_opened():
    inner = make_zip(("a", b"inner"))
    assert read_zip(make_zip(("z.zip", inner))) == [inner]


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../a", "a/../../b", "..\\a", "\\a", "C:\\a", "C:a", "a/..", "//host/a"]
)
def test_a_path_that_leads_outside_is_refused(name):
    with pytest.raises(ImageError, match="points outside") as caught:
        read_zip(make_zip(("a", b"x"), (make_info(name), b"x")))
    assert name not in str(caught.value)


def test_dots_within_a_name_are_fine():
    assert read_zip(make_zip(("a..b/1.2..3", b"x"))) == [b"x"]


@pytest.mark.parametrize("mode", [0o120777, 0o020666, 0o060666, 0o010666])
def test_links_and_devices_are_refused(mode):
    with pytest.raises(ImageError, match="links or devices"):
        read_zip(make_zip((make_info("a", mode << 16), b"/etc/passwd")))


def flagged(data: bytes) -> bytes:
    """The encrypted flag set in the member's and the directory's header."""
    at = data.index(b"PK\1\2")
    return data[:6] + b"\1" + data[7 : at + 8] + b"\1" + data[at + 9 :]


def test_an_encrypted_zip_is_refused():
    with pytest.raises(ImageError, match="without a password"):
        read_zip(flagged(make_zip(("a", b"x"))))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_inflate_without_bound_are_refused(method):
    with pytest.raises(ImageError, match="another method"):
        read_zip(make_zip(("a", b"x" * 99), method=method))


def test_too_many_members_are_refused(monkeypatch):
    assert len(read_zip(make_zip(*((str(i), b"x") for i in range(archive.MOST_MEMBERS))))) == 2_000
    with pytest.raises(ImageError, match="at most 2,000 files"):
        read_zip(make_zip(*((str(i), b"x") for i in range(archive.MOST_MEMBERS + 1))))


def test_a_huge_directory_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(zipfile, "ZipFile", None)
    most = archive.MOST_MEMBERS * archive._ENTRY_BYTES
    with pytest.raises(ImageError, match="at most 2,000 files"):
        read_zip(b"PK\1\2" * (most // 4 + 1) + end_record(most + 4))


def test_a_zip_of_a_data_set_may_hold_more(monkeypatch):
    monkeypatch.setattr(archive, "MOST_MEMBERS", 3)
    packed = make_zip(*((str(i), b"x") for i in range(5)))
    with pytest.raises(ImageError, match="at most 3 files"):
        archive.read_part(packed)
    assert len(archive.read_set_part(packed).files) == 5


def end_record(size: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, size, 0, 0)


def test_a_bomb_is_stopped_early(monkeypatch):
    bomb = make_zip(("a", bytes(64 << 20)))
    read = []
    original = zipfile.ZipExtFile.read
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda self, n=-1: read.append(n) or original(self, n))
    with pytest.raises(ImageError, match="200 times its own size"):
        read_zip(bomb)
    assert len(bomb) < 100_000 and sum(read) <= archive.FREE_BYTES + (2 << 20)


def test_many_members_share_one_bound(monkeypatch):
    monkeypatch.setattr(archive, "FREE_BYTES", 1 << 20)
    assert len(read_zip(make_zip(("a", bytes(1 << 20))))[0]) == 1 << 20
    with pytest.raises(ImageError, match="grows beyond"):
        read_zip(make_zip(*((str(i), bytes(300_000)) for i in range(4))))


def with_size(data: bytes, size: int) -> bytes:
    """The uncompressed size written in both headers."""
    at = data.index(b"PK\1\2")
    raw = struct.pack("<L", size)
    return data[:22] + raw + data[26 : at + 24] + raw + data[at + 28 :]


def test_a_size_that_lies_low_is_damage():
    with pytest.raises(ImageError, match="damaged"):
        read_zip(with_size(make_zip(("a", bytes(1 << 20))), 10))


def test_a_size_that_lies_high_is_not_believed():
    assert read_zip(with_size(make_zip(("a", b"abc" * 99)), 0xFFFFFFF0)) == [b"abc" * 99]


def test_members_that_share_their_bytes_are_counted_each(monkeypatch):
    monkeypatch.setattr(archive, "FREE_BYTES", 1 << 20)
    data = make_zip(("a", bytes(900_000)))
    at = data.index(b"PK\1\2")
    entry = data[at : data.index(b"PK\5\6")]
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, 9 * len(entry), at, 0)
    with pytest.raises(ImageError):  # newer Pythons call this damage by themselves
        read_zip(data[:at] + 9 * entry + end)


@pytest.mark.parametrize(
    "data", [b"PK\3\4", b"PK\5\6" + bytes(17), b"PK\3\4" + bytes(999), b"", end_record(99)]
)
def test_what_is_no_zip_is_damage(data):
    with pytest.raises(ImageError, match="damaged"):
        read_zip(data)


def test_every_cut_is_an_image_error():
    data = make_zip(("name", b"some bytes" * 9), ("other", b"x"))
    for end in range(len(data)):
        with pytest.raises(ImageError, match="damaged"):
            read_zip(data[:end])


def test_changed_bytes_are_damage_or_read(rng):
    data = make_zip(("name", rng.bytes(200)), ("other", b"x" * 200))
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 0xFF
        try:
            read_zip(bytes(changed))
        except ImageError as wrong:
            assert "name" not in str(wrong)


@pytest.mark.parametrize("members", [[], [("folder/", b"")]])
def test_a_zip_without_files_says_so(members):
    with pytest.raises(ImageError, match="holds no files"):
        read_zip(make_zip(*members))
