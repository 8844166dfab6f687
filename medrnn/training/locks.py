"""A lock on a file, held as long as its process lives: it says truly whether a run is still going."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows has no flock; see is_held
    fcntl = None  # type: ignore[assignment]

STALE_S = 60.0


def _try_lock(file: IO[str]) -> bool:
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def hold(path: Path, *, should_stop: Callable[[], bool] = lambda: False) -> Iterator[bool]:
    """Wait for the lock, a tenth of a second at a time; True once it is held, False if told to stop waiting."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        held = _try_lock(file)
        while not held and not should_stop():
            time.sleep(0.1)
            held = _try_lock(file)
        yield held


def is_held(path: Path) -> bool:
    """True while a living process holds the lock; without flock, while its folder was written to in the last minute."""
    if not path.exists():
        return False
    if fcntl is None:
        return time.time() - max(f.stat().st_mtime for f in path.parent.iterdir()) < STALE_S
    with path.open("a") as file:
        return not _try_lock(file)
