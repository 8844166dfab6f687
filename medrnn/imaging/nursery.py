"""The warm process seen from the server: children are born and ended here, by their own id. Linux only."""

import atexit
import os
import socket
import subprocess
import sys
import threading

from medrnn.config import ROOT
from medrnn.imaging.guard_child import receive, send

_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
_lock = threading.Lock()
_warm: "tuple[subprocess.Popen[bytes], socket.socket] | None" = None


def _start() -> socket.socket:
    """The line to the warm process, which is started where there is none (about a second)."""
    global _warm
    if _warm is not None:
        if _warm[0].poll() is None:
            return _warm[1]
        _warm[1].close()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "medrnn.imaging.guard_child", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=ROOT,
            env=os.environ | _ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # a library's lines may carry values of tags
            start_new_session=True,
        )
    _warm = process, ours
    return ours


@atexit.register
def stop() -> None:
    """End the warm process; its children end with the files they have."""
    global _warm
    with _lock:
        if _warm is not None:
            _warm[1].close()
            _warm[0].wait()
            _warm = None


def warm() -> None:
    """Start the warm process, so that the first file need not wait for it."""
    with _lock:
        _start()


def bear() -> tuple[int, socket.socket]:
    """A new child: its process id, and the line on which it serves.

    Raises:
        OSError: the warm process ended; the next call starts another.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with _lock, theirs:
        control = _start()
        send(control, {}, theirs.fileno())
        message, _ = receive(control)
    if message is None:
        ours.close()
        raise ConnectionError("the warm process ended")
    return int(message["pid"]), ours


def end(pid: int) -> int | None:
    """End a child where it still lives; its exit code, negative for a signal, None where nobody knows it any more."""
    with _lock:
        if _warm is None or _warm[0].poll() is not None:
            return None
        send(_warm[1], {"end": pid})
        message, _ = receive(_warm[1])
    return None if message is None else int(message["code"])
