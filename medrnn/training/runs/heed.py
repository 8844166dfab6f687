"""A wish is heard at once, whatever the run is busy with: a thread looks for it, and tells that it was found."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from medrnn.training.runs.folder import RunFolder

EVERY_S = 0.2


@contextmanager
def heeding(run: RunFolder) -> Iterator[None]:
    """Tell "stopping" within ``EVERY_S`` of the wish to stop, also in the middle of a long batch or measurement."""
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(EVERY_S):
            if run.is_asked_to_stop():
                run.acknowledge("stopping")
                return

    thread = threading.Thread(target=look, name="heed", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
