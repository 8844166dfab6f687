"""Bytes of a file that may lie in memory shared with another process: as a file to read from, without a copy."""

import io
import mmap
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Data = bytes | bytearray | mmap.mmap
Piece = Data | memoryview  # also a file that lies within a larger buffer


class _Reader(io.RawIOBase):
    """A file over a buffer, without a name or a buffer of its own."""

    def __init__(self, data: bytearray | mmap.mmap | memoryview) -> None:
        self._data = data
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + (0, self._at, len(self._data))[whence])
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        end = len(self._data) if size is None or size < 0 else self._at + size
        part = bytes(memoryview(self._data)[self._at : end])
        self._at += len(part)
        return part

    def readall(self) -> bytes:
        return self.read()

    def readinto(self, into: "WriteableBuffer") -> int:
        room = memoryview(into)
        part = memoryview(self._data)[self._at : self._at + len(room)]
        room[: len(part)] = part
        self._at += len(part)
        return len(part)


def opened(data: Piece) -> BinaryIO:
    """The bytes as a file that reads what it is asked for and holds no copy of the rest."""
    return io.BytesIO(data) if isinstance(data, bytes) else cast(BinaryIO, _Reader(data))
