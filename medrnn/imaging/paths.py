"""A file, a zip or a folder on this machine to its studies, for the command line and notebooks."""

from collections.abc import Iterator
from pathlib import Path

from medrnn.errors import ImageError
from medrnn.imaging.members import Member, read_member
from medrnn.types import Study

ZIP = b"PK\3\4"


def _files(path: Path) -> list[Path]:
    """The files below a folder in the order of their names, hidden ones left out; a file by itself."""
    if not path.is_dir():
        return [path]
    found = (p for p in sorted(path.rglob("*")) if p.is_file() and not p.name.startswith("."))
    return [p for p in found if p.name.upper() != "DICOMDIR"]


def read_bytes(path: Path) -> bytes:
    """A file's bytes.

    Raises:
        ImageError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ImageError(f"Expected a readable file: {error.strerror}. Check the path.") from None


def _members(data: bytes) -> Iterator[Member | ImageError]:
    from medrnn.imaging.archive import read_zip

    try:
        inside = read_zip(data) if data[:4] == ZIP else [data]
    except ImageError as error:
        yield error
        return
    for one in inside:
        try:
            yield read_member(one)
        except ImageError as error:
            yield error


def read_path(path: str | Path) -> list[Study | ImageError]:
    """All studies of a file, a zip or a folder, series stacked; what cannot be read is an error in its place.

    Raises:
        ImageError: there is no such file, the folder is empty, or the pixels take too much memory together.
    """
    from medrnn.imaging.series import stack

    files = _files(Path(path))
    if not files:
        raise ImageError("Expected a folder with images, got an empty one. Check the path.")
    return [found for _, found in stack(member for file in files for member in _members(read_bytes(file)))]


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
