"""The warm process seen from the server: it has torch loaded, and a run that it bears begins at once. Linux only.

It ends when the server does, since the server's end of its line is closed then; the runs that it bore go on, each in a
session of its own. Where it is not there, has died or takes too long, a run is started without it.
"""

import atexit
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass

import msgspec

from medrnn.config import ROOT
from medrnn.models.catalog import runs_folder
from medrnn.training.runs import locks
from medrnn.training.runs.folder import RunFolder
from medrnn.training.runs.openmp import CALM

IS_AVAILABLE = sys.platform == "linux" and locks.IS_AVAILABLE
READY_S = 2.0  # how long a run waits for it to be loaded; one that starts by itself takes about three
ANSWER_S = 5.0  # within which one that is loaded answers; else it is replaced
READY, GO = b"ready", b"g"


class Order(msgspec.Struct, frozen=True):
    """What the warm process is told of a run; with it go the lock, the log and the end of a pipe that says "go".

    Attributes:
        folder: of the run.
        device: where it is to learn.
        is_resumed: whether it goes on from a checkpoint.
        environment: the server's variables of this app, as they are now.
    """

    folder: str
    device: str
    is_resumed: bool
    environment: dict[str, str]


class Born(msgspec.Struct, frozen=True):
    """The answer: the number of the process that waits for its "go"."""

    pid: int


@dataclass(eq=False)
class _Warm:
    process: "subprocess.Popen[bytes]"
    line: socket.socket
    is_ready: bool = False

    def is_over(self) -> bool:
        return self.process.poll() is not None

    def wait(self, seconds: float) -> bool:
        """Whether it is loaded, within some seconds.

        Raises:
            OSError: it ended.
        """
        if not self.is_ready:
            self.line.settimeout(seconds)
            try:
                if self.line.recv(len(READY)) != READY:
                    raise ConnectionError("the warm process ended")
                self.is_ready = True
            except TimeoutError:
                return False
        return True

    def ask(self, order: Order, fds: list[int]) -> Born:
        """What it answers.

        Raises:
            OSError, MsgspecError: it ended, or took too long: a late answer would be taken for the next one.
        """
        self.line.settimeout(ANSWER_S)
        socket.send_fds(self.line, [msgspec.json.encode(order)], fds)
        answer = self.line.recv(1 << 12)
        if not answer:
            raise ConnectionError("the warm process ended")
        return msgspec.json.decode(answer, type=Born)


_lock = threading.Lock()
_warm: _Warm | None = None


def is_wanted() -> bool:
    """False where ``MEDRNN_WARM=0`` saves its memory, about 300 MB, or the platform has no such process."""
    return IS_AVAILABLE and os.environ.get("MEDRNN_WARM", "1") != "0"


def warm() -> int | None:
    """Start the warm process where there is none, without waiting for it.

    Returns:
        Its number; None where none is wanted, or it bears a run just now.
    """
    global _warm
    if not is_wanted() or not _lock.acquire(blocking=False):  # it is being asked: then it is there
        return None
    try:
        if _warm is None or _warm.is_over():
            _forget()
            _warm = _start()
        return _warm.process.pid
    except OSError:  # no memory for one more: runs are started without it
        return None
    finally:
        _lock.release()


def _start() -> _Warm:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "medrnn.training.runs.mother", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=ROOT,
            env=CALM | os.environ | {"CUDA_VISIBLE_DEVICES": ""},  # what has touched a GPU must not fork
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    return _Warm(process, ours)


def _forget() -> None:
    global _warm
    if _warm is not None:
        _warm.line.close()
        _warm.process.kill()
        _warm.process.wait()
        _warm = None


@atexit.register
def stop() -> None:
    """End the warm process; the runs that it bore go on."""
    with _lock:
        _forget()


def _is_ready(seconds: float) -> bool:
    try:
        return _warm is not None and not _warm.is_over() and _warm.wait(seconds)
    except OSError:
        _forget()
        return False


def is_ready(seconds: float = 0.001) -> bool:
    """Whether there is one that is loaded, within some seconds."""
    with _lock:
        return _is_ready(seconds)


def bear(run: RunFolder, device: str, *, is_resumed: bool) -> bool:
    """Let the warm process fork one that trains, in a folder whose lock is held here.

    Returns:
        False where there is none that is loaded, or it died just now: then nothing has begun, and nothing will.
    """
    with _lock:
        if not _is_ready(READY_S) or _warm is None:
            return False
        heard, go = os.pipe()
        try:
            with (run.path / "log.txt").open("w") as log:
                _warm.ask(_order(run, device, is_resumed), [run.lock, log.fileno(), heard])
            os.write(go, GO)  # until then it does nothing: a run is never begun twice
            return True
        except (OSError, msgspec.MsgspecError):
            _forget()
            return False
        finally:
            os.close(heard)
            os.close(go)


def _order(run: RunFolder, device: str, is_resumed: bool) -> Order:
    ours = {name: value for name, value in os.environ.items() if name.startswith("MEDRNN_")}
    ours["MEDRNN_RUNS"] = str(runs_folder().absolute())
    return Order(str(run.path.absolute()), device, is_resumed, ours)
