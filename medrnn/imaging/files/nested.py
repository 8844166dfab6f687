"""The files of a zip one after the other, those of a zip in it too, within one set of limits."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from medrnn.errors import ImageError
from medrnn.imaging.buffers import Piece
from medrnn.imaging.files.archive import (
    MOST_MEMBERS,
    TOO_MUCH,
    Part,
    Unpacked,
    read_part,
    read_parts,
    too_many,
)
from medrnn.imaging.limits import LIMIT_BYTES
from medrnn.imaging.signatures import kind_of


@dataclass
class Count:
    """What ``walk`` met so far: files known of, bytes unpacked, and what was left out, by reason."""

    files: int = 0
    nbytes: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def walk(
    data: Piece,
    count: Count,
    part: Callable[[Piece, Part], Unpacked] = read_part,
    *,
    is_inner: bool = False,
    most: int = 0,
) -> Iterator[tuple[bytes | ImageError, str]]:
    """Each file of a zip and its path there, a zip in it opened too, one level deep and within the same limits.

    Args:
        data: the whole zip.
        count: is kept up to date.
        part: reads one part of a zip.
        is_inner: True for a zip in a zip.
        most: files of all zips together; 0 for ``MOST_MEMBERS``.

    Yields:
        the file and its name; an error for a zip in it that cannot be read, or that lies deeper.

    Raises:
        ImageError: as ``archive.read_zip``.
    """
    seen, most = 0, most or MOST_MEMBERS
    for found in read_parts(data, part):
        count.left_out.update(dict(found.left_out))
        count.files += found.total - seen
        seen = found.total
        for file, name in zip(found.files, found.names, strict=True):
            yield from _open_inner(file, name, count, part, is_inner, most)


def _open_inner(
    file: bytes, name: str, count: Count, part: Callable[[Piece, Part], Unpacked], is_inner: bool, most: int
) -> Iterator[tuple[bytes | ImageError, str]]:
    count.nbytes += len(file)
    if count.nbytes > LIMIT_BYTES or count.files > most:
        raise too_many(most) if count.files > most else ImageError(TOO_MUCH)
    if kind_of(file) != "zip":
        yield file, name
    elif is_inner:
        yield ImageError("Expected images, got a zip in a zip in a zip. Unpack it first."), name
    else:
        try:
            yield from (
                (one, f"{name}/{inner}") for one, inner in walk(file, count, part, is_inner=True, most=most)
            )
        except ImageError as wrong:
            yield wrong.with_traceback(None), name
