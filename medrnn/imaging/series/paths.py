"""A file, a zip or a folder on this machine to its studies, for the command line and notebooks."""

import errno
import stat
from collections.abc import Iterator
from pathlib import Path

from medrnn.errors import ImageError
from medrnn.imaging.series.members import Member, read_member
from medrnn.types import Study

ZIP = b"PK\3\4"
MOST_BYTES = 1 << 30  # of one file: a zip of as many pixels as are read at once, with room


def _files(path: Path) -> list[Path]:
    """The files below a folder in the order of their names, hidden ones left out; a file by itself."""
    if not path.is_dir():
        return [path]
    found = (p for p in sorted(path.rglob("*")) if p.is_file() and not p.name.startswith("."))
    return [p for p in found if p.name.upper() != "DICOMDIR"]


def read_bytes(path: Path) -> bytes:
    """A file's bytes.

    Raises:
        ImageError: it cannot be read, is a pipe or a device, or is larger than ``MOST_BYTES``.
    """
    try:
        about = path.stat()
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        if not stat.S_ISREG(about.st_mode):
            raise ImageError("Expected a plain file, got a pipe or a device. Copy it into a file first.")
        if about.st_size > MOST_BYTES:
            raise ImageError(
                f"Expected a file of at most {MOST_BYTES >> 20:,} MB, got {about.st_size >> 20:,} MB. Split it."
            )
        return path.read_bytes()
    except OSError as error:
        raise ImageError(f"Expected a readable file: {error.strerror}. Check the path.") from None


def is_file(path: str | Path) -> bool:
    """True for a single file that is no zip."""
    return not Path(path).is_dir() and read_bytes(Path(path))[:4] != ZIP


def _unpack(path: Path) -> Iterator[bytes | ImageError]:
    from medrnn.imaging.files.archive import read_zip

    data = read_bytes(path)
    try:
        yield from read_zip(data) if data[:4] == ZIP else [data]
    except ImageError as error:
        yield error


def _find(path: str | Path) -> list[Path]:
    files = _files(Path(path))
    if not files:
        raise ImageError("Expected a folder with images, got an empty one. Check the path.")
    return files


def list_bytes(path: str | Path) -> Iterator[bytes]:
    """The bytes of a file, of the files in a zip, or of all those in a folder, one after the other.

    Raises:
        ImageError: there is no such file, the folder is empty, or a zip cannot be read.
    """
    for file in _find(path):
        for data in _unpack(file):
            if isinstance(data, ImageError):
                raise data
            yield data


def _members(path: str | Path) -> Iterator[Member | ImageError]:
    for file in _find(path):
        for data in _unpack(file):
            try:
                yield data if isinstance(data, ImageError) else read_member(data)
            except ImageError as error:
                yield error


def read_path(path: str | Path) -> list[Study | ImageError]:
    """All studies of a file, a zip or a folder, series stacked; what cannot be read is an error in its place.

    Raises:
        ImageError: there is no such file, the folder is empty, or the pixels take too much memory together.
    """
    from medrnn.imaging.series.stack import stack

    return [found for _, found in stack(_members(path))]


def read_one(path: str | Path) -> Study:
    """The only study of a file, a zip or a folder.

    Raises:
        ImageError: there is none, or several.
    """
    found = read_path(path)
    if len(found) == 1 and isinstance(found[0], ImageError):
        raise found[0]
    studies = [one for one in found if isinstance(one, Study)]
    if len(studies) != 1:
        raise ImageError(f"Expected one image or series, got {len(studies)}. Give a single file or series.")
    return studies[0]
