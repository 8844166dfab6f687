"""Who is in and who waits: a number of places, and not too many who come in at once; first come, first served."""

import threading
from collections.abc import Callable


class Visitors:
    """The people of one server, by the ids of their sessions. Safe to use from many threads."""

    def __init__(self, places: int, arrivals: int, is_here: Callable[[str], bool]) -> None:
        """Begin with nobody in.

        Args:
            places: how many may be in, at least 1.
            arrivals: how many may be in their first run at the same time, at least 1.
            is_here: whether a session is still connected; who is not, loses place and number.
        """
        self.places, self._arrivals, self._is_here = places, arrivals, is_here
        self._lock = threading.Lock()
        self._inside: set[str] = set()
        self._arriving: set[str] = set()
        self._line: dict[str, threading.Event] = {}

    @property
    def inside(self) -> int:
        """How many are in."""
        return len(self._inside)

    def ask(self, visitor: str) -> int:
        """Go in, or stand in line.

        Returns:
            0 for one who is in, else the number in line, from 1.
        """
        with self._lock:
            if visitor not in self._inside:
                self._line.setdefault(visitor, threading.Event())
            self._admit()
            return 0 if visitor in self._inside else 1 + list(self._line).index(visitor)

    def wait(self, visitor: str, seconds: float) -> None:
        """Wait in line until it is the visitor's turn, at most so long."""
        turn = self._line.get(visitor)
        if turn:
            turn.wait(seconds)

    def return_to(self, visitor: str) -> None:
        """One who was in and lost the connection is in again, whether there is a place or not."""
        with self._lock:
            self._inside.add(visitor)

    def settle(self, visitor: str) -> None:
        """The first run is over: the next one may come in."""
        with self._lock:
            if visitor in self._arriving:
                self._arriving.discard(visitor)
                self._admit()

    def _admit(self) -> None:
        self._inside = set(filter(self._is_here, self._inside))
        self._arriving &= self._inside
        self._line = {visitor: turn for visitor, turn in self._line.items() if self._is_here(visitor)}
        while self._line and len(self._inside) < self.places and len(self._arriving) < self._arrivals:
            visitor = next(iter(self._line))
            self._inside.add(visitor)
            self._arriving.add(visitor)
            self._line.pop(visitor).set()
