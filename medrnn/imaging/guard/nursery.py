"""The warm process seen from the server: children are born and ended here, each by the process that bore it.

A process id alone names nobody: once its process was waited for it may belong to any other. So a child carries the
warm process that bore it; only that one is ever asked to end it, and it refuses what is not its child. The children of
a warm process that died are ended by the kernel. Linux only.
"""

import atexit
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Any

from medrnn.config import ROOT
from medrnn.imaging.guard.child import receive, send

ANSWER_S = 60  # within which a warm process answers, its start included; one that does not is replaced
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


@dataclass(frozen=True, eq=False)
class Warm:
    """One warm process and the line on which it is asked."""

    process: "subprocess.Popen[bytes]"
    line: socket.socket

    def ask(self, message: dict[str, Any], *fds: int) -> dict[str, Any]:
        """Its answer.

        Raises:
            OSError: it is gone, or took too long and was ended: a late answer would be taken for the next one.
        """
        try:
            send(self.line, message, *fds)
            answer, _ = receive(self.line)
            if answer is None:
                raise ConnectionError("the warm process ended")
            return answer
        except OSError:
            self.process.kill()
            self.process.wait()
            raise


@dataclass(frozen=True, eq=False)
class Child:
    """A process that decodes, the line on which it serves, and who bore it."""

    pid: int
    line: socket.socket
    warm: Warm


_lock = threading.Lock()
_warm: Warm | None = None


def _start() -> Warm:
    """The warm process, which is started where there is none (about a second)."""
    global _warm
    if _warm is not None:
        if _warm.process.poll() is None:
            return _warm
        _warm.line.close()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(ANSWER_S)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "medrnn.imaging.guard.child", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=ROOT,
            env=os.environ | _ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # a library's lines may carry values of tags
            start_new_session=True,
        )
    _warm = Warm(process, ours)
    return _warm


@atexit.register
def stop() -> None:
    """End the warm process and with it its children."""
    global _warm
    with _lock:
        if _warm is not None:
            _warm.line.close()
            _warm.process.wait()
            _warm = None


def warm() -> Warm:
    """Start the warm process, so that the first file need not wait for it."""
    with _lock:
        return _start()


def _bear(line: socket.socket) -> tuple[int, Warm]:
    mother = _start()
    return int(mother.ask({}, line.fileno())["pid"]), mother


def bear() -> Child:
    """A new child.

    Raises:
        OSError: the warm process ended, and its successor too.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        with _lock, theirs:
            try:
                pid, mother = _bear(theirs)
            except ConnectionError:  # it ended just now
                pid, mother = _bear(theirs)
        return Child(pid, ours, mother)
    except BaseException:
        ours.close()
        raise


def end(child: Child) -> int | None:
    """End a child where it still lives; its exit code, negative for a signal, None where nobody knows it any more."""
    child.line.close()
    with _lock:
        if child.warm is not _warm:
            return None
        try:
            code: int | None = child.warm.ask({"end": child.pid})["code"]
        except OSError:
            return None
        return code
