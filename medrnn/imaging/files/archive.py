"""A zip of images to the bytes of its members. No error names what is inside; the names go beside the files."""

import stat
import zipfile
from zipfile import (
    _EndRecData,
)  # the directory's size exactly as ZipFile sees it, before it reads the directory

from medrnn.errors import ImageError
from medrnn.imaging.guard.buffers import Data, opened
from medrnn.imaging.limits import LIMIT_BYTES, damage

MOST_MEMBERS = 2_000
MOST_NAME = 255  # characters of a member's name that are kept
MOST_RATIO = 200  # of all inflated bytes to the zip; pixels in DICOM seldom shrink beyond 10
FREE_BYTES = 32 << 20  # below this no ratio is looked at: an empty mask shrinks by 1,000
BROKEN = "Expected a whole zip file, this one is truncated or damaged. Pack it again."
PART_BYTES = 32 << 20  # unpacked at a time, at least one file
_CHUNK = 1 << 20
_DIRECTORY_BYTES = MOST_MEMBERS << 10  # an entry takes 46 bytes, its name and its extras
Part = tuple[int, int] | tuple[()]  # the next file's number, counted from 0, and bytes that may still come
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # zipfile inflates the others without a bound


def _too_many() -> ImageError:
    return ImageError(f"Expected a zip of at most {MOST_MEMBERS:,} files, this one holds more. Split it.")


def _open(data: Data) -> zipfile.ZipFile:
    end = _EndRecData(opened(data))
    if not end:
        raise ImageError(BROKEN)
    if end[5] > _DIRECTORY_BYTES:
        raise _too_many()
    return zipfile.ZipFile(opened(data))


def _is_inside(name: str) -> bool:
    """False for an absolute path, a drive and a way up, with slashes of either kind."""
    name = name.replace("\\", "/")
    return not (name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"))


def _is_litter(name: str) -> bool:
    """What a file manager or a DICOM exporter adds beside the images."""
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "__MACOSX" or parts[-1].startswith(".") or parts[-1].upper() == "DICOMDIR"


def _check(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & 0x1:
        raise ImageError("Expected a zip without a password, this one is encrypted. Pack it without one.")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ImageError("Expected a zip of plain files, this one holds links or devices. Pack the files.")
    if not (_is_inside(info.filename) and _is_inside(info.orig_filename)):
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
                raise ImageError(
                    f"Expected a zip of at most {LIMIT_BYTES >> 20} MB unpacked, and {MOST_RATIO} times its "
                    "own size, this one grows beyond that. Pack fewer files or open them by themselves."
                )
    return bytes(found)


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files that are taken, once all of the zip was looked at."""
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise _too_many()
    for info in members:
        _check(info)
    found = [info for info in members if not info.is_dir() and not _is_litter(info.filename)]
    if not found:
        raise ImageError("Expected a zip with images, this one holds no files. Choose another file.")
    return found


def read_part(data: Data, at: Part = ()) -> tuple[list[bytes], list[str], int, Part | None]:
    """The next files of a zip, about ``PART_BYTES`` of them, as ``read_zip`` gives them all.

    Args:
        data: the whole zip.
        at: where to go on, as the part before said it; () for the beginning.

    Returns:
        the files, their names as they stand in the zip, how many there are in all, and where the next part begins,
        None at the end.

    Raises:
        ImageError: as ``read_zip``.
    """
    start, room = at or (0, min(LIMIT_BYTES, max(FREE_BYTES, MOST_RATIO * len(data))))
    files: list[bytes] = []
    names: list[str] = []
    try:
        with _open(data) as archive:
            members = _members(archive)
            taken = 0
            while start < len(members) and taken < PART_BYTES:
                files.append(_inflate(archive, members[start], room - taken))
                names.append(members[start].filename[:MOST_NAME])
                taken += len(files[-1])
                start += 1
    except ImageError:
        raise
    except MemoryError as error:
        raise damage(error, BROKEN) from None
    except Exception as error:  # a damaged zip makes zipfile raise almost anything, with names in the text
        raise damage(error, BROKEN) from None
    return files, names, len(members), (start, room - taken) if start < len(members) else None


def read_zip(data: Data) -> list[bytes]:
    """The files in a zip, in its order; folders, hidden files and DICOMDIR are left out.

    A zip in the zip comes back as its bytes, unopened.

    Args:
        data: the whole zip; told by its first bytes, ``PK\\3\\4``.

    Raises:
        ImageError: damaged, encrypted, with links or paths that lead outside, with more than ``MOST_MEMBERS``
            members, larger than ``LIMIT_BYTES`` unpacked, packed tighter than ``MOST_RATIO``, or without files.
    """
    files, _, _, at = read_part(data)
    while at is not None:
        more, _, _, at = read_part(data, at)
        files += more
    return files
