"""Whose file is decoded next, and what may be decoded at the same time."""

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

LOOK_S = 0.1  # how often one who waits is asked whether he still does
USED_MUCH_S = 5.0  # of decoder time that still counts: who has used more leaves the last place free
HALF_S = 30.0  # after which a second of decoder time counts half

Watch = Callable[[int | None], None]  # see ``Turns.take``


def nobody_watches(before: int | None) -> None:
    """The watch of one who has nothing to say meanwhile."""


@dataclass(frozen=True, eq=False)
class _File:
    """A file that waits or is at work."""

    visitor: Hashable
    batch_bytes: int
    is_large: bool


class Turns:
    """One queue of files, fair between visitors.

    The rule: a visitor has one file at work at a time, and only one large file is at work at a time. Of those that
    could go, the file goes first whose visitor has used the least decoder time of late, then the one of the smallest
    batch, then the one that waits longest. Who has used much (``USED_MUCH_S``) leaves the last place free.

    What follows: a newcomer's small file waits for at most one file's deadline, however many files of others wait;
    and nobody waits for ever, since what he used is forgotten by half every ``HALF_S``.
    """

    def __init__(self, places: int) -> None:
        """``places``: how many files may be at work at the same time, at least 2."""
        self._places = places
        self._changed = threading.Condition()
        self._waiting: list[_File] = []  # the longest first
        self._at_work: list[_File] = []
        self._used: dict[Hashable, tuple[float, float]] = {}  # seconds, and when they were counted

    @contextmanager
    def take(
        self,
        visitor: Hashable,
        *,
        batch_bytes: int = 0,
        is_large: bool = False,
        watch: Watch = nobody_watches,
    ) -> Iterator[None]:
        """A turn of a file: waits for it, and gives it back at the end.

        Args:
            visitor: whose file it is.
            batch_bytes: size of all the files that the visitor brought with it.
            is_large: whether it needs the memory that only one file may have at a time.
            watch: called while the file waits, every ``LOOK_S``, with the number of files before it. What it raises
                ends the waiting.
        """
        file = _File(visitor, batch_bytes, is_large)
        with self._changed:
            self._waiting.append(file)
        try:
            self._wait(file, watch)
        except BaseException:
            self._drop(self._waiting, file)
            raise
        began = time.monotonic()
        try:
            yield
        finally:
            self._count(visitor, time.monotonic() - began)
            self._drop(self._at_work, file)

    def _wait(self, file: _File, watch: Watch) -> None:
        seconds = 0.0
        while not self._goes(file, seconds):
            watch(self._before(file))
            seconds = LOOK_S

    def _goes(self, file: _File, seconds: float) -> bool:
        with self._changed:
            if not self._changed.wait_for(lambda: self._next() is file, seconds):
                return False
            self._waiting.remove(file)
            self._at_work.append(file)
            self._changed.notify_all()
            return True

    def _drop(self, files: list[_File], file: _File) -> None:
        with self._changed:
            files.remove(file)
            self._changed.notify_all()

    def _next(self) -> _File | None:
        return min(filter(self._could_go, self._waiting), key=self._rank, default=None)

    def _could_go(self, file: _File) -> bool:
        free = self._places - len(self._at_work)
        if any(one.visitor == file.visitor or (one.is_large and file.is_large) for one in self._at_work):
            return False
        return free > 1 or (free == 1 and self._used_by(file.visitor) < USED_MUCH_S)

    def _rank(self, file: _File) -> tuple[float, int]:
        return self._used_by(file.visitor), file.batch_bytes

    def _before(self, file: _File) -> int:
        """Files of others at work, and those that wait and go first."""
        with self._changed:
            others = [one for one in self._waiting if one is not file and self._rank(one) <= self._rank(file)]
            return len(self._at_work) + len(others)

    def _used_by(self, visitor: Hashable) -> float:
        seconds, counted = self._used.get(visitor, (0.0, 0.0))
        return seconds * 0.5 ** ((time.monotonic() - counted) / HALF_S) if seconds else 0.0

    def _count(self, visitor: Hashable, seconds: float) -> None:
        with self._changed:
            self._used[visitor] = (self._used_by(visitor) + seconds, time.monotonic())
            self._used = {one: used for one, used in self._used.items() if self._used_by(one) > 0.01}
