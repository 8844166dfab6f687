"""Python's warnings switched off while a file is read: those of the libraries carry values of tags."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_readers = 0
_kept = warnings.catch_warnings()


@contextmanager
def silenced() -> Iterator[None]:
    """Ignore all warnings until the last of the threads that read at the same time is done.

    ``warnings.catch_warnings`` by itself is not safe there: whoever ends first would bring the warnings back.
    """
    global _readers, _kept
    with _lock:
        if _readers == 0:
            _kept = warnings.catch_warnings()
            _kept.__enter__()
            warnings.simplefilter("ignore")
        _readers += 1
    try:
        yield
    finally:
        with _lock:
            _readers -= 1
            if _readers == 0:
                _kept.__exit__(None, None, None)
