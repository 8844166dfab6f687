"""Decode what strangers send in a process that may fail: with bounds on memory, time and output, in turns.

Some decoders end the process on a damaged file, some take minutes or gigabytes. Each batch of files gets a child of its
own, forked from a warm process that has the decoders imported (``guard.child``); what it hands back is JSON and arrays
in shared memory that is sealed, mapped and not copied. Who goes first is told in ``turns``. Needs Linux; elsewhere the
same is done in this process.
"""

import hashlib
import mmap
import os
import select
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, Any, Self

from medrnn.errors import ImageError
from medrnn.imaging.buffers import Piece
from medrnn.imaging.files.archive import MOST_OF_SET
from medrnn.imaging.files.nested import Count, walk
from medrnn.imaging.guard.operations import perform
from medrnn.imaging.guard.turns import LOOK_S, Turns, Watch, nobody_watches
from medrnn.imaging.limits import NeedsMore

if TYPE_CHECKING:
    from medrnn.imaging.guard.nursery import Child

DEADLINE_S = 5.0  # of one file
MOST_CHILDREN = 1 + max(2, os.cpu_count() or 1)  # at work at the same time, one of them for newcomers
LARGE_BYTES = 64 << 20  # of a file: one that is larger is decoded while no other of its kind is
MOST_REFUSED = 4096
IS_AVAILABLE = sys.platform == "linux"
CRASHED = "Expected an image that can be decoded, this one made the decoder fail. Export it uncompressed."
REFUSED = (
    "Expected an image that can be decoded, this one made the decoder fail before. Export it uncompressed."
)
TOO_SLOW = "Expected an image that is decoded within {:g} s, this one takes longer. Take single frames."

_refused: "OrderedDict[bytes, None]" = OrderedDict()  # SHA-256 of files that ended a child, the newest last
_refusing = threading.Lock()
_turns = Turns(MOST_CHILDREN)


def _refuse(data: Piece) -> None:
    with _refusing:
        _refused[hashlib.sha256(data).digest()] = None
        while len(_refused) > MOST_REFUSED:
            _refused.popitem(last=False)


def _share(data: Piece) -> int:
    fd = os.memfd_create("medrnn", os.MFD_CLOEXEC)
    with os.fdopen(fd, "wb", buffering=0, closefd=False) as file:
        view = memoryview(data)
        while view:
            view = view[file.write(view) :]
    return fd


def _open(fd: int, arrays: int, head: int) -> Any:
    """Map what a child handed back, once its seals say that it can neither change nor shrink."""
    import fcntl

    from medrnn.imaging.guard import wire
    from medrnn.imaging.guard.child import OUTPUT_BYTES, SEALS

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

    def __init__(
        self, visitor: Hashable = None, *, batch_bytes: int = 0, watch: Watch = nobody_watches
    ) -> None:
        """A batch without a child yet.

        Args:
            visitor: whose files they are; by default somebody of his own.
            batch_bytes: size of all the files together; small batches go first.
            watch: called while one waits, every ``LOOK_S``: with the number of files before this one, or with None
                while it is at work. What it raises ends the work at once, the child with it.
        """
        self._visitor = self if visitor is None else visitor
        self._batch_bytes = batch_bytes
        self._watch = watch
        self._child: Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    @property
    def pid(self) -> int | None:
        """Process id of the child, None where there is none yet."""
        return None if self._child is None else self._child.pid

    def perform(self, operation: str, data: Piece, about: Any = None) -> Any:
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
        found = self._in_turn(operation, data, about, is_large=len(data) > LARGE_BYTES)
        if isinstance(found, NeedsMore):
            found = self._in_turn(operation, data, about, is_large=True)
        if isinstance(found, ImageError):
            raise found
        return found

    def unpack(self, data: Piece, count: Count, *, is_set: bool = False) -> Iterator[tuple[Any, str]]:
        """Each file in a zip and its name there (``nested.walk``); a part of the zip is unpacked at a time.

        Args:
            data: the whole zip.
            count: is kept up to date.
            is_set: True for a data set, which may have more files.

        Raises:
            ImageError: as ``perform``; what came before it stays good.
        """
        operation, most = ("unpack-set", MOST_OF_SET) if is_set else ("unpack", 0)
        return walk(data, count, lambda zipped, at: self.perform(operation, zipped, at), most=most)

    def _in_turn(self, operation: str, data: Piece, about: Any, *, is_large: bool) -> Any:
        turn = _turns.take(
            self._visitor, batch_bytes=self._batch_bytes or len(data), is_large=is_large, watch=self._watch
        )
        with turn:
            if not IS_AVAILABLE:
                return perform(operation, bytes(data), *([] if about is None else [about]))
            try:
                return self._ask(operation, data, about, is_large)
            except BaseException:
                self._end()  # before the turn is given back
                raise

    def _ask(self, operation: str, data: Piece, about: Any, is_large: bool) -> Any:
        from medrnn.imaging.guard import wire
        from medrnn.imaging.guard.child import receive, send

        note = None if about is None else wire.encode(about)[0].decode()
        fd = _share(data)
        try:
            line = self._line()
            send(line, {"operation": operation, "about": note, "is_large": is_large}, fd)
            self._wait(line)
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

    def _wait(self, line: Any) -> None:
        """Until the child answers or ends, asking in between whether anybody still waits for it.

        Raises:
            TimeoutError: not within ``DEADLINE_S``.
        """
        ends = time.monotonic() + DEADLINE_S
        answer = select.poll()
        answer.register(line, select.POLLIN)
        while not answer.poll(1000 * LOOK_S):
            if time.monotonic() > ends:
                raise TimeoutError
            self._watch(None)

    def _line(self) -> Any:
        from medrnn.imaging.guard import nursery

        if self._child is None:
            self._child = nursery.bear()
        return self._child.line

    def _end(self) -> int | None:
        """How the child ended, where there is one."""
        from medrnn.imaging.guard import nursery

        if self._child is None:
            return None
        child, self._child = self._child, None
        return nursery.end(child)


def warm() -> None:
    """Start the warm process, so that the first file need not wait for it (about a second)."""
    if IS_AVAILABLE:
        from medrnn.imaging.guard import nursery

        nursery.warm()
