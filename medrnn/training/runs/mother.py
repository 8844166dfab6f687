"""The inside of the warm process: ``python -m medrnn.training.runs.mother FD``. See ``runner``.

Torch is used with one thread before the first fork: a pool of threads does not live on in a child, which then waits
for it for ever. The child sets its own number. No GPU is touched here, and no Python thread runs here.
"""

import contextlib
import gc
import os
import signal
import socket
import sys
import traceback
from pathlib import Path

import msgspec
import torch

from medrnn.training.runs.runner import GO, READY, Born, Order

MOST_BYTES = 1 << 18


def preload() -> None:
    """Import what a run imports, and learn a few batches of made-up images: the first step of torch takes a second."""
    import sklearn.decomposition
    import sklearn.linear_model
    import sklearn.pipeline
    import sklearn.preprocessing  # noqa: F401

    import medrnn.training.resume
    import medrnn.training.run  # noqa: F401
    from medrnn.config import CELLS, ModelConfig, ReadingConfig, TrainConfig
    from medrnn.models.networks import build_network
    from medrnn.training.loop import fit
    from medrnn.training.practice import stripes

    reading = ReadingConfig(size=(8, 8))
    for cell in CELLS:
        model = ModelConfig(
            cell=cell, features=8, classes=2, width=4, readout="mean+max", is_bidirectional=True
        )
        config = TrainConfig(model=model, reading=reading, epochs=1, batch=8, augment="light", average="ema")
        for _ in fit(build_network(model, reading), stripes(), config):
            pass
    gc.collect()
    gc.freeze()  # the pages of what is loaded stay shared


def _take(line: socket.socket) -> tuple[Order, tuple[int, int, int]] | None:
    """The next order with its files; None where the server is gone."""
    try:
        raw, fds, _, _ = socket.recv_fds(line, MOST_BYTES, 3)
    except ConnectionError:
        return None
    if not raw:
        return None
    lock, log, heard = fds
    return msgspec.json.decode(raw, type=Order), (lock, log, heard)


def _become(order: Order, lock: int, log: int, heard: int, threads: int) -> int:
    """The run in a child, as if it had been started by itself; its exit code."""
    from medrnn.training.runs import child

    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    for fd in (nothing, log):
        os.close(fd)
    if os.read(heard, 1) != GO:
        return 0  # somebody else begins it
    os.close(heard)
    for name in [name for name in os.environ if name.startswith("MEDRNN_")]:
        del os.environ[name]
    os.environ.update(order.environment)
    torch.set_num_threads(threads)
    return child.main(Path(order.folder), order.device, lock, is_resumed=order.is_resumed)


def _bear(order: Order, fds: tuple[int, int, int], line: socket.socket, threads: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        line.close()
        code = _become(order, *fds, threads)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Fork on demand until the server is gone."""
    line = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the children
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    preload()
    line.send(READY)
    while (asked := _take(line)) is not None:
        order, fds = asked
        pid = _bear(order, fds, line, threads)
        for fd in fds:
            os.close(fd)  # else the lock would outlive the run
        with contextlib.suppress(OSError):
            line.send(msgspec.json.encode(Born(pid)))


if __name__ == "__main__":
    main()
