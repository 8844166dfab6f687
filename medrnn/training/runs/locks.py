"""Locks on files, held as long as a process lives: they say truly whether a run still goes on.

Whoever owns a file holds its lock alone; whoever asks takes it for readers, so that any number may ask at once.
"""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no flock; see is_held
    fcntl = None  # type: ignore[assignment]

IS_AVAILABLE = fcntl is not None
STALE_S = 60.0
POLL_S = 0.02
NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_LOOK = os.O_RDONLY | NO_LINK | getattr(os, "O_NONBLOCK", 0)


def _try_lock(fd: int, *, alone: bool) -> bool:
    if fcntl is None:
        return True
    try:
        fcntl.flock(fd, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def take_new(path: Path) -> int:
    """Make a lock file that is held from the moment at which anybody can see it.

    Returns:
        The open file. The lock is held until every copy of it is closed, in whatever process.

    Raises:
        FileExistsError: somebody made it before.
        OSError: it cannot be made there.
    """
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    fd = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        _try_lock(fd, alone=True)
        _name(part, path)
    except BaseException:
        os.close(fd)
        raise
    finally:
        with suppress(OSError):
            part.unlink()
    return fd


def take_again(path: Path, *, patience_s: float = 0.0) -> int:
    """The lock file that an ended process left behind, held; made where there is none.

    Args:
        path: the file.
        patience_s: how long to wait for its last threads, which let go of it a moment after the process has ended.

    Returns:
        The open file, see ``take_new``.

    Raises:
        FileExistsError: somebody holds it, or made it just now.
        OSError: it cannot be opened.
    """
    try:
        fd = os.open(path, os.O_RDWR | NO_LINK | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return take_new(path)
    deadline = time.monotonic() + patience_s
    while not _try_lock(fd, alone=True):
        if time.monotonic() >= deadline:
            os.close(fd)
            raise FileExistsError(path)
        time.sleep(POLL_S)
    return fd


def _name(part: Path, path: Path) -> None:
    """Give a file a name that nobody has; where there are no hard links, by moving it."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        part.rename(path)


def is_held(path: Path) -> bool:
    """True while a living process holds the lock; without flock, while its folder was written to in the last minute."""
    try:
        fd = os.open(path, _LOOK)
    except (OSError, ValueError):
        return False
    try:
        if fcntl is None:
            return time.time() - max(f.stat().st_mtime for f in path.parent.iterdir()) < STALE_S
        return not _try_lock(fd, alone=False)
    except OSError:  # a file system without locks
        return False
    finally:
        os.close(fd)


def stays_held(path: Path, *, patience_s: float) -> bool:
    """``is_held``, asked again while a process that has ended may still let go of it."""
    deadline = time.monotonic() + patience_s
    while is_held(path):
        if time.monotonic() >= deadline:
            return True
        time.sleep(POLL_S)
    return False


@contextmanager
def hold(path: Path, *, patience_s: float) -> Iterator[bool]:
    """Wait for a lock that is held for moments only; False where it could not be had in ``patience_s``.

    Raises:
        OSError: the file cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | NO_LINK, 0o644)
    try:
        deadline = time.monotonic() + patience_s
        held = _try_lock(fd, alone=True)
        while not held and time.monotonic() < deadline:
            time.sleep(POLL_S)
            held = _try_lock(fd, alone=True)
        yield held
    finally:
        os.close(fd)
