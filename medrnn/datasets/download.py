"""Published sets from their publisher: the one part of medrnn that goes to the internet, and only when it is asked to.

A file takes its name only once all of it is there and its MD5 is the publisher's; until then it is called ``.part``,
and the next time it goes on from there. Nothing is unpacked here, and nothing unpickled: ``npz.read_npz`` reads it.
"""

import fcntl
import hashlib
import os
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import IO
from urllib.error import HTTPError

from medrnn.config import ROOT
from medrnn.disk import make_folder, write_error
from medrnn.errors import DataError

TIMEOUT_S = 30.0  # without a byte
CHUNK = 1 << 16
PAGE = "https://zenodo.org/records/10519652"
AGAIN = "The same command goes on from there."

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Published:
    """One file of a published set.

    Attributes:
        name: of the set.
        size: pixels along each side of its images.
        file: what the publisher calls it.
        md5: of the whole file, as the publisher gives it.
        most: bytes that it may hold: what is longer is not this file.
        licence: of the images.
    """

    name: str
    size: int
    file: str
    md5: str
    most: int
    licence: str

    @property
    def address(self) -> str:
        """Where it is published."""
        return f"{PAGE}/files/{self.file}?download=1"


@dataclass(frozen=True)
class Fetched:
    """A file that is here, whole.

    Attributes:
        path: where it lies.
        bytes: its length.
        md5: of what was read back from the disk.
        was_there: True where it was here before, and nothing was asked of the publisher.
    """

    path: Path
    bytes: int
    md5: str
    was_there: bool


def _pneumonia(size: int, md5: str, megabytes: int) -> Published:
    end = "" if size == 28 else f"_{size}"
    return Published(
        "pneumoniamnist", size, f"pneumoniamnist{end}.npz", md5, megabytes * 1_000_000, "CC BY 4.0"
    )


# MedMNIST 3.0.2, medmnist/info.py; Zenodo record 10519652.
PUBLISHED = {
    "pneumoniamnist": {
        one.size: one
        for one in (
            _pneumonia(28, "28209eda62fecd6e6a2d98b1501bb15f", 6),
            _pneumonia(64, "8f4eceb4ccffa70c672198ea285246c6", 30),
            _pneumonia(128, "05b46931834c231683c68f40c47b2971", 100),
            _pneumonia(224, "d6a3c71de1b945ea11211b03746c1fe1", 300),
        )
    }
}


def data_folder() -> Path:
    """Where published sets are kept: ``$MEDRNN_DATA``, else ``data`` in the project."""
    return Path(os.environ.get("MEDRNN_DATA") or ROOT / "data")


def find_published(name: str, size: int) -> Published:
    """The file of a set at a size.

    Raises:
        DataError: no set of that name, or not at that size.
    """
    if name not in PUBLISHED:
        raise DataError(f"Expected a published set out of {', '.join(PUBLISHED)}, got {name!r}.")
    if size not in PUBLISHED[name]:
        sizes = ", ".join(map(str, PUBLISHED[name]))
        raise DataError(f"Expected a size out of {sizes} for {name}, got {size}.")
    return PUBLISHED[name][size]


def download(
    one: Published,
    folder: Path,
    *,
    progress: Progress = lambda done, total: None,
    address: str = "",
    timeout_s: float = TIMEOUT_S,
) -> Fetched:
    """Bring a published file here, or what is missing of it; nothing is asked of anybody where it is here already.

    Args:
        one: which file.
        folder: where it is to lie; made where it is not there.
        progress: told the bytes that are here and all bytes, 0 where the server does not say.
        address: another place than the publisher's, for tests.
        timeout_s: how long the server may be silent.

    Raises:
        DataError: no connection, the server refuses, it ends too early, or what comes is not the publisher's file.
        ConfigError: the disk is full, or the folder cannot be written.
    """
    path = folder / one.file
    if path.exists():
        return _there(one, path)
    make_folder(folder, "a data set")
    with _part(path) as part:
        _fill(part, one, address or one.address, progress, timeout_s)
        length, found = _sum(part)
        if found != one.md5:
            Path(part.name).unlink()
            raise DataError(
                f"Expected {one.file} with the MD5 {one.md5}, what came has {found}. It was removed: ask again, "
                "and where it comes again, the publisher has changed the file."
            )
        try:
            Path(part.name).replace(path)
        except OSError as error:
            raise write_error(error, "a data set") from None
    return Fetched(path, length, found, False)


def _there(one: Published, path: Path) -> Fetched:
    try:
        with path.open("rb") as file:
            length, found = _sum(file)
    except OSError:
        raise DataError(
            f"Expected a file {one.file}, this one cannot be read. Move it away, or name another --out."
        ) from None
    if found != one.md5:
        raise DataError(
            f"Another file of the name {one.file} is there: its MD5 is {found}, the publisher's is {one.md5}. "
            "Move it away, or name another --out."
        )
    return Fetched(path, length, found, True)


@contextmanager
def _part(path: Path) -> Iterator[IO[bytes]]:
    """What is here so far, to be read and added to, by one process at a time."""
    try:
        file = path.with_name(f"{path.name}.part").open("a+b", buffering=0)
    except OSError as error:
        raise write_error(error, "a data set") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_ours = os.path.samestat(os.fstat(file.fileno()), Path(file.name).stat())
        except OSError:
            is_ours = False  # it is being fetched, or was just now
        if not is_ours:
            raise DataError(f"Another process is fetching {path.name} here. Wait for it.")
        try:
            yield file
        finally:
            if not os.fstat(file.fileno()).st_size:
                with suppress(OSError):
                    Path(file.name).unlink()


def _sum(file: IO[bytes]) -> tuple[int, str]:
    """Bytes and MD5 of a file from its start."""
    found, length = hashlib.md5(usedforsecurity=False), 0
    file.seek(0)
    while block := file.read(1 << 20):
        found.update(block)
        length += len(block)
    return length, found.hexdigest()


def _fill(part: IO[bytes], one: Published, address: str, progress: Progress, timeout_s: float) -> None:
    """Ask for what is missing and write it behind what is here."""
    here = part.seek(0, os.SEEK_END)
    if here >= one.most:
        here = part.truncate(0)
    try:
        with _ask(address, here, timeout_s) as answer:
            here, total = _begin(part, answer, here)
            if total > one.most:
                raise _too_large(one, total)
            _copy(part, answer, one, here, total, progress)
    except HTTPError as error:
        error.close()
        if error.code == 416 and here:  # nothing is behind what is here: it is whole, or of another file
            return
        raise DataError(
            f"The publisher's server answered {error.code} to the request for {one.file}. Try again later; where it "
            f"stays so, take the file from {PAGE} by hand."
        ) from None
    except (OSError, HTTPException) as error:
        kept = part.seek(0, os.SEEK_END)
        raise DataError(
            f"The publisher of {one.file} cannot be reached: {_reason(error)}. {kept:,} bytes are here. Check the "
            f"network. {AGAIN}"
        ) from None


def _ask(address: str, here: int, timeout_s: float) -> HTTPResponse:
    request = urllib.request.Request(address, headers={"User-Agent": "medrnn", "Accept-Encoding": "identity"})
    if here:
        request.add_header("Range", f"bytes={here}-")
    answer: HTTPResponse = urllib.request.urlopen(request, timeout=timeout_s)
    return answer


def _reason(error: Exception) -> str:
    """What the system said, in short; urllib wraps it."""
    inner = getattr(error, "reason", error)
    return (getattr(inner, "strerror", None) or str(inner) or type(inner).__name__).lower().rstrip(".")[:200]


def _begin(part: IO[bytes], answer: HTTPResponse, here: int) -> tuple[int, int]:
    """Where the answer begins, and all bytes of the file, 0 where nobody says; a server may begin again."""
    if here and not (answer.headers.get("Content-Range") or "").startswith(f"bytes {here}-"):
        if answer.status == 206:
            raise HTTPException("the server sent another part than the one asked for")
        here = part.truncate(0)
    length = answer.headers.get("Content-Length") or ""
    return here, here + int(length) if length.isdecimal() else 0


def _copy(
    part: IO[bytes], answer: HTTPResponse, one: Published, here: int, total: int, progress: Progress
) -> None:
    progress(here, total)
    while block := answer.read1(CHUNK):
        here += len(block)
        if here > one.most:
            part.truncate(0)
            raise _too_large(one, here)
        _write(part, block)
        progress(here, total)
    if here < total:
        raise DataError(f"The connection ended at {here:,} of {total:,} bytes of {one.file}. {AGAIN}")


def _write(part: IO[bytes], block: bytes) -> None:
    try:
        left = memoryview(block)
        while left:
            left = left[part.write(left) :]
    except OSError as error:
        raise write_error(error, "a data set") from None


def _too_large(one: Published, length: int) -> DataError:
    return DataError(
        f"Expected at most {one.most:,} bytes of {one.file}, the server sends {length:,} or more. It is another file: "
        f"see {PAGE}."
    )
