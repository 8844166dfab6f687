"""Decode what strangers send in a process that may fail: with bounds on memory, time and output.

Some decoders end the process on a damaged file, some take minutes or gigabytes. Each batch of files gets a child of its
own, forked from a warm process that has the decoders imported (``guard_child``); what it hands back is JSON and arrays
in shared memory that is sealed, mapped and not copied. Needs Linux; elsewhere the same is done in this process.
"""

import hashlib
import mmap
import os
import sys
import threading
from collections import OrderedDict
from typing import Any, Self

from medrnn.errors import ImageError
from medrnn.imaging.operations import perform

DEADLINE_S = 5.0  # of one file
MOST_CHILDREN = max(2, os.cpu_count() or 1)  # at work at the same time; others wait
MOST_REFUSED = 4096
IS_AVAILABLE = sys.platform == "linux"
CRASHED = "Expected an image that can be decoded, this one made the decoder fail. Export it uncompressed."
REFUSED = (
    "Expected an image that can be decoded, this one made the decoder fail before. Export it uncompressed."
)
TOO_SLOW = "Expected an image that is decoded within {:g} s, this one takes longer. Take single frames."

_refused: "OrderedDict[bytes, None]" = OrderedDict()  # SHA-256 of files that ended a child, the newest last
_turns = threading.BoundedSemaphore(MOST_CHILDREN)


def _refuse(data: bytes | memoryview) -> None:
    _refused[hashlib.sha256(data).digest()] = None
    while len(_refused) > MOST_REFUSED:
        _refused.popitem(last=False)


def _share(data: bytes | memoryview) -> int:
    fd = os.memfd_create("medrnn", os.MFD_CLOEXEC)
    with os.fdopen(fd, "wb", buffering=0, closefd=False) as file:
        view = memoryview(data)
        while view:
            view = view[file.write(view) :]
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def _open(fd: int, arrays: int, head: int) -> Any:
    """Map what a child handed back, once its seals say that it can neither change nor shrink."""
    import fcntl

    from medrnn.imaging import wire
    from medrnn.imaging.guard_child import OUTPUT_BYTES, SEALS

    size = arrays + head
    is_sealed = fcntl.fcntl(fd, fcntl.F_GET_SEALS) & SEALS == SEALS
    if not is_sealed or os.fstat(fd).st_size != size or size > OUTPUT_BYTES:
        raise ImageError(CRASHED)
    memory = mmap.mmap(fd, size, mmap.MAP_SHARED | mmap.MAP_POPULATE, mmap.PROT_READ)
    return wire.decode(memory[arrays:], memory)


class Batch:
    """Files of one visitor, decoded one after the other in one child; use it with ``with``.

    A child that fails, takes too long or too much is ended, and the next file gets another one.
    """

    def __init__(self) -> None:
        self._child: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    @property
    def pid(self) -> int | None:
        """Process id of the child, None where there is none yet."""
        return self._child and self._child[0]

    def perform(self, operation: str, data: bytes | memoryview, about: Any = None) -> Any:
        """The result of an operation of ``OPERATIONS`` on a file.

        Args:
            operation: its name.
            data: the whole file.
            about: a small record that the operation needs beside it, its arrays blank (``grids.blank``).

        Raises:
            ImageError: that of the operation; or the file took more than ``DEADLINE_S``, made the decoder
                fail, or did so before.
        """
        if _refused and hashlib.sha256(data).digest() in _refused:
            raise ImageError(REFUSED)
        if IS_AVAILABLE:
            with _turns:
                found = self._ask(operation, data, about)
        else:
            found = perform(operation, bytes(data), *([] if about is None else [about]))
        if isinstance(found, ImageError):
            raise found
        return found

    def _ask(self, operation: str, data: bytes | memoryview, about: Any) -> Any:
        from medrnn.imaging import wire
        from medrnn.imaging.guard_child import receive, send

        note = None if about is None else wire.encode(about)[0].decode()
        fd = _share(data)
        try:
            line = self._line()
            line.settimeout(DEADLINE_S)
            send(line, {"operation": operation, "about": note}, fd)
            message, out = receive(line)
        except TimeoutError:
            self._end()
            return ImageError(TOO_SLOW.format(DEADLINE_S))
        except OSError:  # the child or the warm process is gone
            message, out = None, None
        finally:
            os.close(fd)
        if message is None or out is None:
            if (self._end() or 0) < 0:  # by a signal: it would happen again
                _refuse(data)
            return ImageError(CRASHED)
        try:
            return _open(out, int(message["arrays"]), int(message["head"]))
        finally:
            os.close(out)

    def _line(self) -> Any:
        from medrnn.imaging import nursery

        if self._child is None:
            self._child = nursery.bear()
        return self._child[1]

    def _end(self) -> int | None:
        """How the child ended, where there is one."""
        from medrnn.imaging import nursery

        if self._child is None:
            return None
        (pid, line), self._child = self._child, None
        line.close()
        return nursery.end(pid)


def warm() -> None:
    """Start the warm process, so that the first file need not wait for it (about a second)."""
    if IS_AVAILABLE:
        from medrnn.imaging import nursery

        nursery.warm()
