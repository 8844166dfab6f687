"""A published file comes whole, goes on where it broke off, or is refused in a sentence: against a real server."""

import hashlib
import resource
import threading
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from medrnn.datasets.download import PUBLISHED, Fetched, data_folder, download, find_published
from medrnn.errors import ConfigError, DataError

BODY = np.random.default_rng(0).bytes(300_000)
ONE = replace(
    PUBLISHED["pneumoniamnist"][28], md5=hashlib.md5(BODY, usedforsecurity=False).hexdigest(), most=400_000
)


@contextmanager
def publisher(body=BODY, *, ranges=True, code=0, cut=None, length=True):
    """A server on this machine; yields its address and the Range headers that it was asked with, None without."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            wanted = self.headers.get("Range")
            asked.append(wanted)
            start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and ranges else 0
            if code or start >= len(body):
                self.send_error(code or 416)
                return
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            if length:
                self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            self.wfile.write(body[start:cut])

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/file", asked
        finally:
            server.shutdown()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def refused(sentence):
    return pytest.raises(DataError, match=sentence)


def names(folder):
    return sorted(f.name for f in folder.iterdir())


@pytest.mark.parametrize("length", [True, False], ids=["length", "no-length"])
def test_a_file_comes_whole_and_is_not_asked_for_twice(tmp_path, length):
    told = []
    with publisher(length=length) as (address, asked):
        found = download(ONE, tmp_path / "new", address=address, progress=lambda *n: told.append(n))
        again = download(ONE, tmp_path / "new", address=address)
    path = tmp_path / "new" / "pneumoniamnist.npz"
    assert (found, again) == (Fetched(path, len(BODY), ONE.md5, False), replace(found, was_there=True))
    assert path.read_bytes() == BODY and names(path.parent) == [path.name] and asked == [None]
    assert told[0][0] == 0 and told[-1] == (len(BODY), len(BODY) if length else 0)


@pytest.mark.parametrize("ranges", [True, False], ids=["range-honoured", "range-ignored"])
def test_what_broke_off_goes_on(tmp_path, ranges):
    with (
        publisher(cut=100_000) as (address, _),
        refused("ended at 100,000 of 300,000 bytes of .*The same command goes on"),
    ):
        download(ONE, tmp_path, address=address)
    assert (tmp_path / "pneumoniamnist.npz.part").read_bytes() == BODY[:100_000]
    with publisher(ranges=ranges) as (address, asked):
        found = download(ONE, tmp_path, address=address)
    assert asked == ["bytes=100000-"] and found.path.read_bytes() == BODY
    assert names(tmp_path) == ["pneumoniamnist.npz"]


def test_a_part_that_is_whole_already_gets_its_name(tmp_path):
    (tmp_path / "pneumoniamnist.npz.part").write_bytes(BODY)
    with publisher() as (address, asked):
        assert download(ONE, tmp_path, address=address).path.read_bytes() == BODY
    assert asked == ["bytes=300000-"] and names(tmp_path) == ["pneumoniamnist.npz"]


def test_another_file_than_the_publishers_is_refused_and_removed(tmp_path):
    with (
        publisher(BODY[::-1]) as (address, _),
        refused(f"with the MD5 {ONE.md5}, what came has .* It was removed"),
    ):
        download(ONE, tmp_path, address=address)
    assert names(tmp_path) == []


def test_another_file_of_its_name_is_left_alone(tmp_path):
    (tmp_path / ONE.file).write_bytes(b"mine")
    with (
        publisher() as (address, asked),
        pytest.raises(DataError, match="Another file of the name .* Move it"),
    ):
        download(ONE, tmp_path, address=address)
    assert (tmp_path / ONE.file).read_bytes() == b"mine" and asked == []


@pytest.mark.parametrize("length", [True, False], ids=["length", "no-length"])
def test_what_is_too_large_is_not_kept(tmp_path, length):
    with (
        publisher(BODY + BODY, length=length) as (address, _),
        refused(r"Expected at most 400,000 bytes .* another file: see https://zenodo"),
    ):
        download(ONE, tmp_path, address=address)
    assert names(tmp_path) == []


@pytest.mark.parametrize("code", [404, 503])
def test_a_server_that_refuses(tmp_path, code):
    (tmp_path / "pneumoniamnist.npz.part").write_bytes(BODY[:10])
    with publisher(code=code) as (address, _), refused(f"answered {code} to the request .* Try again later"):
        download(ONE, tmp_path, address=address)
    assert names(tmp_path) == ["pneumoniamnist.npz.part"]  # what was here already stays


def test_nobody_there(tmp_path):
    with publisher() as (address, _):
        pass
    with pytest.raises(
        DataError, match="cannot be reached: connection refused. 0 bytes are here. Check the net"
    ):
        download(ONE, tmp_path, address=address)
    assert names(tmp_path) == []


def test_a_server_that_is_silent(tmp_path):
    done = threading.Event()

    class Silent(BaseHTTPRequestHandler):
        def do_GET(self):
            done.wait(60)

    with ThreadingHTTPServer(("127.0.0.1", 0), Silent) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        with pytest.raises(DataError, match="cannot be reached: timed out"):
            download(ONE, tmp_path, address=f"http://127.0.0.1:{server.server_port}/", timeout_s=0.2)
        done.set()
        server.shutdown()


def test_two_processes_do_not_write_one_file(tmp_path):
    import fcntl

    with (tmp_path / "pneumoniamnist.npz.part").open("wb") as other, publisher() as (address, asked):
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(DataError, match="Another process is fetching pneumoniamnist.npz here"):
            download(ONE, tmp_path, address=address)
        assert asked == []


@contextmanager
def most_bytes_a_file(count):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_keeps_what_came_and_goes_on_when_there_is_room(tmp_path):
    with publisher() as (address, asked):
        with (
            most_bytes_a_file(120_000),
            pytest.raises(ConfigError, match="the disk is full. Free some space"),
        ):
            download(ONE, tmp_path, address=address)
        assert (tmp_path / "pneumoniamnist.npz.part").read_bytes() == BODY[:120_000]
        assert download(ONE, tmp_path, address=address).path.read_bytes() == BODY
    assert asked == [None, "bytes=120000-"]


def test_a_file_in_the_folders_place(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="Expected a place to write a data set, .* Name another place"):
        download(ONE, tmp_path / "file")


def test_the_published_files_are_four_of_one_set():
    sizes = PUBLISHED["pneumoniamnist"]
    assert list(sizes) == [28, 64, 128, 224] == [one.size for one in sizes.values()]
    assert all(len(bytes.fromhex(one.md5)) == 16 for one in sizes.values())
    assert sizes[128].address == (
        "https://zenodo.org/records/10519652/files/pneumoniamnist_128.npz?download=1"
    )


@pytest.mark.parametrize(
    ("name", "size", "sentence"),
    [("../x", 28, "out of pneumoniamnist, got"), ("pneumoniamnist", 32, "out of 28, 64, 128, 224 .* got 32")],
    ids=["name", "size"],
)
def test_what_is_not_published(name, size, sentence):
    with pytest.raises(DataError, match=sentence):
        find_published(name, size)


def test_where_it_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDRNN_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    monkeypatch.delenv("MEDRNN_DATA")
    assert data_folder().name == "data"
