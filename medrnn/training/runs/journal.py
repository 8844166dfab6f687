"""A run's events as they are added to: what was read once is not read again."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from medrnn import disk
from medrnn.errors import CatalogError
from medrnn.training.runs.events import (
    Epoch,
    Event,
    Failed,
    Finished,
    Kind,
    Paused,
    Resumed,
    Started,
    Step,
    Stopped,
    Stopping,
    decode_event,
    plain,
)

MOST_BYTES = 32 << 20  # 1,000 epochs are about 4 MB
MOST_LINE = 1 << 16
MOST_POINTS = 400  # of a curve that are kept; of a longer one every second, fourth, ...
_TAIL = 256  # bytes before the last place read that must still be the same

WISHES = (Stopping, Stopped, Paused)

Point = TypeVar("Point", bound=Event)


class _Thinned(Generic[Point]):
    """The points of a curve: all of them up to ``MOST_POINTS``, evenly fewer beyond, always the last."""

    def __init__(self) -> None:
        self.kept: list[Point] = []
        self.last: Point | None = None
        self._count, self._every = 0, 1

    def add(self, point: Point) -> None:
        if self._count % self._every == 0:
            self.kept.append(point)
        if len(self.kept) > MOST_POINTS:
            del self.kept[1::2]
            self._every *= 2
        self._count, self.last = self._count + 1, point

    def points(self) -> tuple[Point, ...]:
        if self.last is None or self.kept[-1] is self.last:
            return tuple(self.kept)
        return (*self.kept, self.last)


@dataclass(frozen=True)
class Told:
    """What the events of a run say.

    Attributes:
        steps, epochs: oldest first, thinned where there are many; the last one is always there.
        marks: the last event of each other kind.
        last: the newest event.
        began: when the first event was written, seconds since 1970.
    """

    steps: tuple[Step, ...] = ()
    epochs: tuple[Epoch, ...] = ()
    marks: tuple[Kind, ...] = ()
    last: Kind | None = None
    began: float | None = None

    @property
    def is_started(self) -> bool:
        """True once the data were loaded."""
        return any(isinstance(mark, Started) for mark in self.marks)

    @property
    def heard(self) -> str:
        """ "stopping" once the process heard the wish to stop, "stopped" once it learns no more; else empty."""
        if any(isinstance(mark, Stopped) for mark in self.marks):
            return "stopped"
        return "stopping" if any(isinstance(mark, Stopping) for mark in self.marks) else ""

    @property
    def stopped_at(self) -> int:
        """After which step it was stopped; 0 where it was not, or before the first."""
        return next((mark.step for mark in self.marks if isinstance(mark, Stopped)), 0)

    @property
    def outcome(self) -> str:
        """ "finished", "stopped", "paused" or "failed"; empty while the run has not said its last word."""
        if isinstance(self.last, Finished):
            return "stopped" if any(isinstance(mark, Stopped) for mark in self.marks) else "finished"
        if isinstance(self.last, Failed | Paused):
            return "failed" if isinstance(self.last, Failed) else "paused"
        return "stopped" if isinstance(self.last, Stopped) and self.last.step == 0 else ""

    @property
    def events(self) -> tuple[dict[str, Any], ...]:
        """Everything as plain records with their kind, oldest first."""
        curve: list[Step | Epoch] = [*self.steps, *self.epochs]
        curve.sort(key=lambda e: (e.step, isinstance(e, Epoch)))
        ends = tuple(
            mark for mark in self.marks if isinstance(mark, Stopping | Stopped | Paused | Finished | Failed)
        )
        begins = tuple(mark for mark in self.marks if mark not in ends)
        return tuple(plain(event) for event in (*begins, *curve, *ends))


class Journal:
    """The events in one file. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._seen: disk.Signature | None = None
        self._forget()

    def _forget(self) -> None:
        self._steps: _Thinned[Step] = _Thinned()
        self._epochs: _Thinned[Epoch] = _Thinned()
        self._marks: dict[type[Kind], Kind] = {}
        self._last: Kind | None = None
        self._began: float | None = None
        self._offset, self._lines, self._tail = 0, 0, b""
        self._told, self._error = Told(), ""

    def read(self) -> Told:
        """What the run has told by now; a line that is still being written is left for the next time.

        Raises:
            CatalogError: the file is damaged or no plain file.
        """
        with self._lock:
            now = disk.signature(self._path)
            if now != self._seen:
                self._catch_up(now)
                self._seen = now
            if self._error:
                raise CatalogError(self._error)
            return self._told

    def _is_longer(self, now: disk.Signature) -> bool:
        """True where the file may be the one seen before with something added."""
        return bool(self._seen and now[:2] == self._seen[:2] and now[2] > self._seen[2] and not self._error)

    def _catch_up(self, now: disk.Signature | None) -> None:
        if now is None or not self._is_longer(now):
            self._forget()
        try:
            if now is not None:
                self._take(self._added())
        except FileNotFoundError:
            self._forget()
        except CatalogError as error:
            self._forget()
            self._error = str(error)

    def _added(self) -> bytes:
        """What follows the last whole line read; everything where that line is not the same any more."""
        data = disk.read_bytes(self._path, MOST_BYTES, start=self._offset - len(self._tail))
        if data.startswith(self._tail):
            return data[len(self._tail) :]
        self._forget()
        return disk.read_bytes(self._path, MOST_BYTES)

    def _take(self, data: bytes) -> None:
        whole, end, half = data.rpartition(b"\n")
        for line in whole.split(b"\n") if end else ():
            self._lines += 1
            self._add(decode_event(line, self._lines))
        if len(half) > MOST_LINE:
            raise CatalogError(f"Line {self._lines + 1} of events.jsonl has no end.")
        self._offset += len(whole) + len(end)
        self._tail = (self._tail + whole + end)[-_TAIL:]
        marks = tuple(self._marks.values())
        self._told = Told(self._steps.points(), self._epochs.points(), marks, self._last, self._began)

    def _add(self, event: Kind) -> None:
        self._began = event.time if self._began is None else self._began
        self._last = event
        if isinstance(event, Step):
            self._steps.add(event)
        elif isinstance(event, Epoch):
            self._epochs.add(event)
        else:
            if isinstance(event, Resumed):  # what was wished for in the life before is over
                self._marks = {kind: mark for kind, mark in self._marks.items() if kind not in WISHES}
            self._marks[type(event)] = event


def all_events(path: Path) -> list[Kind]:
    """Every event of a file, none left out.

    Raises:
        CatalogError: the file is damaged or no plain file.
    """
    try:
        whole, end, _ = disk.read_bytes(path, MOST_BYTES).rpartition(b"\n")
    except FileNotFoundError:
        return []
    return [decode_event(line, k) for k, line in enumerate(whole.split(b"\n") if end else (), 1)]
