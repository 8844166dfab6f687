"""Files of a folder of runs: read within bounds and checked field by field, written whole or not at all.

Anybody may have put anything there: a directory or a pipe where a file is wanted, a link that leads elsewhere, a
sparse file of gigabytes, JSON of another shape. Whoever reads a record goes through this module, so that what is
wrong is one ``CatalogError`` at the door and no exception of another kind further in.
"""

import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, TypeVar

import msgspec

from medrnn.errors import CatalogError, ConfigError

MOST_JSON = 1 << 20  # bytes of a card or of settings
FULL = "the disk is full"
_WRITING = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.EROFS: "it can only be read",
    errno.EACCES: "it belongs to somebody else",
    errno.EPERM: "it belongs to somebody else",
}

Record = TypeVar("Record")
Signature = tuple[int, int, int, int]


def read_bytes(path: Path, most: int, start: int = 0) -> bytes:
    """All bytes of a plain file; pipes, devices, links and folders are not opened, nothing is read beyond a bound.

    Args:
        path: the file.
        most: bytes that it may hold.
        start: how many bytes are passed over.

    Raises:
        FileNotFoundError: there is none.
        CatalogError: it is no plain file, is larger, or cannot be read.
    """
    try:
        fd = os.open(
            path, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        )
        about = os.fstat(fd)
        if not stat.S_ISREG(about.st_mode):
            os.close(fd)
            raise CatalogError(f"Expected a plain file, {path.name} is none.")
        with os.fdopen(fd, "rb") as file:
            if about.st_size > most:
                raise CatalogError(
                    f"Expected at most {most:,} bytes in {path.name}, it holds {about.st_size:,}."
                )
            file.seek(start)
            return file.read(most + 1 - start)[:most]
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a name with a null byte
        reason = "it is a link" if getattr(error, "errno", 0) == errno.ELOOP else reason_of(error)
        raise CatalogError(f"Expected a file that can be read, {path.name} cannot be: {reason}.") from None


def signature(path: Path) -> Signature | None:
    """What changes with a file: device, number, size in bytes, time of its last change; None where there is none."""
    try:
        about = path.lstat()
    except (OSError, ValueError):
        return None
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns


def folders(path: Path) -> list[Path]:
    """The folders in a folder, the last by name first; hidden ones and names that are no text are left out.

    A link to a folder is among them: whoever reads its files is told (``read_bytes``), nothing follows it here.
    """
    try:
        with os.scandir(path) as entries:
            names = sorted(e.name for e in entries if e.is_dir() and not e.name.startswith("."))
    except OSError:
        return []
    return [path / name for name in reversed(names) if name.isprintable()]


def reason_of(error: Exception) -> str:
    """Why the system refused, in words, without the path that its own text may name."""
    return (isinstance(error, OSError) and error.strerror or "not a file").lower()


def decode(data: bytes, kind: type[Record], name: str) -> Record:
    """JSON as a record, every field of the type that the record says.

    Args:
        data: the JSON.
        kind: a dataclass, a ``TypedDict`` or any other type that ``msgspec`` checks.
        name: what is read, for the sentence.

    Raises:
        CatalogError: no JSON, or a field is missing or of another type; NaN and infinity are no JSON.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except (ValueError, RecursionError) as error:
        raise CatalogError(f"{name} cannot be read: {_first_line(error)}.") from None


def convert(values: Any, kind: type[Record], name: str) -> Record:
    """``decode`` for what is already no text any more.

    Raises:
        CatalogError: a field is missing or of another type.
    """
    try:
        return msgspec.convert(values, kind)
    except (ValueError, RecursionError) as error:
        raise CatalogError(f"{name} cannot be read: {_first_line(error)}.") from None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["damaged"])[0][:200].rstrip(".")


def read_json(path: Path, kind: type[Record], most: int = MOST_JSON) -> Record:
    """A JSON file as a record, see ``read_bytes`` and ``decode``.

    Args:
        path: the file.
        kind: a dataclass, a ``TypedDict`` or any other type that ``msgspec`` checks.
        most: bytes that it may hold.

    Raises:
        FileNotFoundError: there is none.
        CatalogError: anything else that is wrong.
    """
    return decode(read_bytes(path, most), kind, path.name)


def read_named(path: Path, most: int, expected: str, what: str) -> bytes:
    """A file that a card names by its SHA-256.

    Args:
        path: the file.
        most: bytes that it may hold.
        expected: the digest that stands in the card; empty where it names none.
        what: what the file holds, for the sentence, such as "The weights".

    Raises:
        CatalogError: it is missing, cannot be read, is too large, or is not the one that the card names.
    """
    try:
        data = read_bytes(path, most)
    except FileNotFoundError:
        raise CatalogError(
            f"{what} are missing: no {path.name} beside the card. Train the model again."
        ) from None
    if hashlib.sha256(data).hexdigest() != expected:
        raise CatalogError(
            f"{what} are not the ones that the card describes (SHA-256 differs). Train the model again."
        )
    return data


def write_named(path: Path, data: bytes, what: str) -> str:
    """Write a file and return the SHA-256 by which a card names it.

    Args:
        path: where it is to stand; what stood there before is replaced.
        data: all of it.
        what: what it is, for the sentence.

    Raises:
        ConfigError: the disk is full, or the folder cannot be written.
    """
    with writing(path, what) as file:
        file.write(data)
    return hashlib.sha256(data).hexdigest()


def write_error(error: OSError, what: str) -> ConfigError:
    """The sentence for a place that cannot be written.

    Args:
        error: what the system said.
        what: what was to be written, such as "the index".
    """
    reason = _WRITING.get(error.errno or 0, reason_of(error))
    cure = "Free some space" if reason == FULL else "Name another place, or ask its owner"
    return ConfigError(f"Expected a place to write {what}, this one cannot take it: {reason}. {cure}.")


def make_folder(path: Path, what: str) -> None:
    """A folder, made where it is not there.

    Args:
        path: the folder.
        what: what is to stand in it, for the sentence.

    Raises:
        ConfigError: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(error, what) from None


@contextmanager
def writing(path: Path, what: str) -> Iterator[IO[bytes]]:
    """A binary file that takes its name once all of it is written; where that fails, nothing of it stays.

    Args:
        path: where it is to stand; what stood there before is replaced.
        what: what it is, for the sentence.

    Raises:
        ConfigError: the disk is full, or the place cannot be written.
    """
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # else the name may reach the disk before the bytes
        part.replace(path)
    except OSError as error:
        raise write_error(error, what) from None
    finally:
        with suppress(OSError):
            part.unlink()
