"""A file, a zip or a folder on this machine to its studies, for the command line and notebooks."""

import errno
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from medrnn.errors import ImageError
from medrnn.imaging.buffers import Data
from medrnn.imaging.files.beside import is_disc, why_by_kind, why_by_name
from medrnn.imaging.files.nested import Count, walk
from medrnn.imaging.files.pairs import pair_up
from medrnn.imaging.series.members import Member, read_member
from medrnn.imaging.signatures import kind_of
from medrnn.imaging.words import say_left_out
from medrnn.types import Study

MOST_BYTES = 1 << 30  # of one file: a zip of as many pixels as are read at once, with room


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
    return not Path(path).is_dir() and kind_of(read_bytes(Path(path))) != "zip"


def _files(path: Path) -> dict[str, Path]:
    """The files below a folder by their path in it, in its order; a file by itself.

    Raises:
        ImageError: there is none.
    """
    if not path.is_dir():
        return {path.name: path}
    found = {p.relative_to(path).as_posix(): p for p in sorted(path.rglob("*")) if p.is_file()}
    if all(map(why_by_name, found)):
        raise ImageError("Expected a folder with images, got an empty one. Check the path.")
    return found


def _bytes_of(path: Path, left_out: Counter[str]) -> Iterator[tuple[bytes, str]]:
    """Each file and its path in the folder; what lies beside the images is counted only."""
    files = _files(path)
    is_of_disc = is_disc(files)
    for name, file in files.items():
        if why := path.is_dir() and why_by_name(name):
            left_out[why] += 1
            continue
        data = read_bytes(file)
        if why := why_by_kind(data, is_of_disc and path.is_dir()):
            left_out[why] += 1
            continue
        yield data, name


def _unpacked(path: Path, left_out: Counter[str]) -> Iterator[tuple[bytes | ImageError, str]]:
    """Each file, and each one in a zip; what is wrong with a zip stands in its place."""
    for data, name in _bytes_of(path, left_out):
        if kind_of(data) != "zip":
            yield data, name
            continue
        count = Count(left_out=left_out)
        try:
            yield from ((one, f"{name}/{inner}") for one, inner in walk(data, count))
        except ImageError as error:
            yield error, name


def list_bytes(path: str | Path, left_out: Counter[str] | None = None) -> Iterator[bytes]:
    """The bytes of a file, of the files in a zip, or of all those in a folder, one after the other.

    Args:
        path: of any of them.
        left_out: counts what lies beside the images, by reason (``files.beside``).

    Raises:
        ImageError: there is no such file, the folder is empty, or a zip cannot be read.
    """
    for data, _ in _unpacked(Path(path), Counter() if left_out is None else left_out):
        if isinstance(data, ImageError):
            raise data
        yield data


def _members(path: Path, left_out: Counter[str]) -> Iterator[Member | ImageError]:
    for data, _ in pair_up(_unpacked(path, left_out)):
        yield _member(data)


def _member(data: Data | ImageError) -> Member | ImageError:
    try:
        return data if isinstance(data, ImageError) else read_member(data)
    except ImageError as error:
        return error


def with_left_out(found: Study | ImageError, left_out: Mapping[str, int]) -> Study | ImageError:
    """A study that says what was left out beside it."""
    said = say_left_out(left_out)
    if isinstance(found, ImageError) or not said:
        return found
    return replace(found, warnings=(*found.warnings, said))


def read_path(path: str | Path) -> list[Study | ImageError]:
    """All studies of a file, a zip or a folder, series stacked; what cannot be read is an error in its place.

    What lies beside the images (hidden files, DICOMDIR, the viewer of a disc) is left out, and each study says so.
    A zip in a zip is opened, a NIfTI header is joined with its pixels.

    Raises:
        ImageError: there is no such file, the folder is empty, or the pixels take too much memory together.
    """
    from medrnn.imaging.series.stack import stack

    left_out: Counter[str] = Counter()
    found = stack(_members(Path(path), left_out))
    return [with_left_out(one, left_out) for _, one in found]


def read_named(path: str | Path) -> list[tuple[str, Study | ImageError]]:
    """The same, each with its path in the folder or zip; of a series that of its first file; "" of a file by itself.

    Raises:
        ImageError: as ``read_path``.
    """
    from medrnn.imaging.series.stack import stack

    left_out, names = Counter[str](), list[str]()

    def named() -> Iterator[Member | ImageError]:
        for data, name in pair_up(_unpacked(Path(path), left_out)):
            names.append(name)
            yield _member(data)

    found = stack(named())
    path = Path(path)
    own = "" if path.is_dir() else f"{path.name}/"  # of a zip its own name stands before its members'
    names = ["" if name == path.name else name.removeprefix(own) for name in names]
    return [(names[index], with_left_out(one, left_out)) for index, one in found]


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
