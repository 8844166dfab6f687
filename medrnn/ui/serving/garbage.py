"""Garbage is collected now and then, not after every run of every visitor."""

import gc
import threading
import time
from collections.abc import Callable

EVERY_S = 20


class Sweeper:
    """Collects at most once in a while, in the thread that happens to ask. Safe to use from many threads.

    Streamlit would collect after every run (``runner.postScriptGC``): that walks what all visitors have open and holds
    up everybody meanwhile; with 100 people it was half of all work.
    """

    def __init__(self, every_s: float, collect: Callable[[], object] = gc.collect) -> None:
        """Begin with nothing to do.

        Args:
            every_s: seconds between two collections, at least.
            collect: does it.
        """
        self._every_s, self._collect = every_s, collect
        self._lock, self._last = threading.Lock(), time.monotonic()

    def sweep(self) -> None:
        """Collect where that was not done for a while."""
        if time.monotonic() - self._last < self._every_s or not self._lock.acquire(blocking=False):
            return
        try:
            self._collect()
            self._last = time.monotonic()
        finally:
            self._lock.release()
