"""A zip of images to the bytes of its members. No error names what is inside; the names go beside the files."""

import stat
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# private: the directory's size exactly as ZipFile sees it, before it reads the directory
from zipfile import _EndRecData  # type: ignore[attr-defined]

from medrnn.errors import ImageError
from medrnn.imaging.buffers import Data, Piece, opened
from medrnn.imaging.files.beside import is_disc, why_by_kind, why_by_name
from medrnn.imaging.files.zip_names import name_of
from medrnn.imaging.limits import LIMIT_BYTES, damage

MOST_MEMBERS = 2_000
MOST_OF_SET = 20_000  # of a zip that holds a data set: many small files
MOST_NAME = 255  # characters of a member's name that are kept
MOST_RATIO = 200  # of all inflated bytes to the zip; pixels in DICOM seldom shrink beyond 10
FREE_BYTES = 32 << 20  # below this no ratio is looked at: an empty mask shrinks by 1,000
BROKEN = "Expected a whole zip file, this one is truncated or damaged. Pack it again."
PART_BYTES = 32 << 20  # unpacked at a time, at least one file
TOO_MUCH = (
    f"Expected a zip of at most {LIMIT_BYTES >> 20} MB unpacked, and {MOST_RATIO} times its own size, this one grows "
    "beyond that. Pack fewer files or open them by themselves."
)
_CHUNK = 1 << 20
_ENTRY_BYTES = 1 << 10  # of the directory: 46 bytes, the name and its extras
Part = tuple[int, int] | tuple[()]  # the next file's number, counted from 0, and bytes that may still come
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # zipfile inflates the others without a bound


def too_many(most: int) -> ImageError:
    """The error of a zip with more files than are read."""
    return ImageError(f"Expected a zip of at most {most:,} files, this one holds more. Split it.")


def _open(data: Piece, most: int) -> zipfile.ZipFile:
    end = _EndRecData(opened(data))
    if not end:
        raise ImageError(BROKEN)
    if end[5] > most * _ENTRY_BYTES:
        raise too_many(most)
    return zipfile.ZipFile(opened(data))


def _is_inside(name: str) -> bool:
    """False for an absolute path, a drive and a way up."""
    return not (name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"))


def _check(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & 0x1:
        raise ImageError("Expected a zip without a password, this one is encrypted. Pack it without one.")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ImageError("Expected a zip of plain files, this one holds links or devices. Pack the files.")
    if not _is_inside(name_of(info)):
        raise ImageError("Expected a zip of one folder, this one points outside of it. Pack the files again.")
    if info.compress_type not in _METHODS and not info.is_dir():
        raise ImageError("Expected a zip packed by deflate, this one uses another method. Pack it again.")


def _inflate(archive: zipfile.ZipFile, info: zipfile.ZipInfo, room: int) -> bytes:
    """One member; the header's size is not believed, what was inflated is counted.

    Raises:
        ImageError: more than ``room`` bytes.
    """
    found = bytearray()
    with archive.open(info) as member:
        while chunk := member.read(_CHUNK):
            found += chunk
            if len(found) > room:
                raise ImageError(TOO_MUCH)
    return bytes(found)


def _members(archive: zipfile.ZipFile, most: int) -> list[zipfile.ZipInfo]:
    """The files that are taken, once all of the zip was looked at."""
    members = archive.infolist()
    if len(members) > most:
        raise too_many(most)
    for info in members:
        _check(info)
    files = [info for info in members if not (info.is_dir() or name_of(info).endswith("/"))]
    if all(why_by_name(name_of(info)) for info in files):
        raise ImageError("Expected a zip with images, this one holds no files. Choose another file.")
    return files


@dataclass(frozen=True)
class Unpacked:
    """Some files of a zip.

    Attributes:
        files, names: whole, and their paths in the zip with "/" between folders.
        total: how many files the zip holds in all.
        left_out: (why, how many) of the others up to here (``files.beside``).
        at: where the next part begins, None at the end.
    """

    files: tuple[bytes, ...]
    names: tuple[str, ...]
    total: int
    left_out: tuple[tuple[str, int], ...]
    at: Part | None


def _take(archive: zipfile.ZipFile, start: int, room: int, most: int) -> Unpacked:
    """About ``PART_BYTES`` of files from the one with number ``start`` on."""
    members = _members(archive, most)
    is_of_disc = is_disc(map(name_of, members))
    files: list[tuple[bytes, str]] = []
    left: Counter[str] = Counter()
    taken = 0
    while start < len(members) and taken < PART_BYTES:
        name = name_of(members[start])
        why = why_by_name(name)
        data = b"" if why else _inflate(archive, members[start], room - taken)
        why = why or why_by_kind(data, is_of_disc)
        if why:
            left[why] += 1
        else:
            files.append((data, name[:MOST_NAME]))
        taken += len(data)
        start += 1
    kept, names = tuple(data for data, _ in files), tuple(name for _, name in files)
    at = (start, room - taken) if start < len(members) else None
    return Unpacked(kept, names, len(members), tuple(left.items()), at)


def read_part(data: Piece, at: Part = (), most: int = 0) -> Unpacked:
    """The next files of a zip, about ``PART_BYTES`` of them, as ``read_zip`` gives them all.

    Args:
        data: the whole zip.
        at: where to go on, as the part before said it; () for the beginning.
        most: files that the zip may hold; 0 for ``MOST_MEMBERS``.

    Raises:
        ImageError: as ``read_zip``.
    """
    most = most or MOST_MEMBERS
    start, room = at or (0, min(LIMIT_BYTES, max(FREE_BYTES, MOST_RATIO * len(data))))
    try:
        with _open(data, most) as archive:
            return _take(archive, start, room, most)
    except ImageError:
        raise
    except MemoryError as error:
        raise damage(error, BROKEN) from None
    except Exception as error:  # a damaged zip makes zipfile raise almost anything, with names in the text
        raise damage(error, BROKEN) from None


def read_set_part(data: Piece, at: Part = ()) -> Unpacked:
    """``read_part`` of a zip that holds a data set, of ``MOST_OF_SET`` files."""
    return read_part(data, at, MOST_OF_SET)


def read_parts(data: Piece, part: Callable[[Piece, Part], Unpacked] = read_part) -> Iterator[Unpacked]:
    """A zip part by part; ``part`` reads one, by default in this process."""
    at: Part | None = ()
    while at is not None:
        found = part(data, at)
        at = found.at
        yield found


def read_zip(data: Data) -> list[bytes]:
    """The files in a zip, in its order; folders, hidden files, DICOMDIR and the viewer of a disc are left out.

    A zip in the zip comes back as its bytes, unopened; ``nested.walk`` opens it.

    Args:
        data: the whole zip; told by its first bytes, ``PK\\3\\4``.

    Raises:
        ImageError: damaged, encrypted, with links or paths that lead outside, with more than ``MOST_MEMBERS``
            members, larger than ``LIMIT_BYTES`` unpacked, packed tighter than ``MOST_RATIO``, or without files.
    """
    return [file for part in read_parts(data) for file in part.files]
