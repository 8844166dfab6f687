"""The other side of ``guard``: a warm process that forks a child for each batch of files. Linux only.

Started as ``python -m medrnn.imaging.guard_child FD``. It imports the decoders once, runs one thread only, and forks; a
child has limits on memory, processor time and the size of what it hands back, sees the files of one batch, and ends
with it, so that nothing of one visitor is left for the next.
"""

import array
import contextlib
import fcntl
import gc
import json
import os
import resource
import signal
import socket
import sys
from typing import Any

from medrnn.errors import ImageError
from medrnn.imaging.limits import TOO_LARGE
from medrnn.imaging.operations import perform

MEMORY_BYTES = 2 << 30  # address space of a child: 512 MB of pixels, stored and as values, and the libraries
OUTPUT_BYTES = 3 << 29  # stored, values, colour
CPU_S = 8  # of one file; the guard's own deadline is shorter, this one holds where no guard is left
SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL


def receive(link: socket.socket) -> tuple[dict[str, Any] | None, int | None]:
    """One message and the file that came with it; (None, None) where the other side is gone."""
    try:
        raw, fds, _, _ = socket.recv_fds(link, 1 << 16, 1)
    except ConnectionError:
        return None, None
    return (json.loads(raw), fds[0] if fds else None) if raw else (None, None)


def send(link: socket.socket, message: dict[str, Any], *fds: int) -> None:
    """One message, and files with it."""
    extra = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    link.sendmsg([json.dumps(message).encode()], extra)


def _set_soft(limit: int, value: int) -> None:
    """The hard limit stays: one that was lowered would end the child on its second file."""
    resource.setrlimit(limit, (value, resource.getrlimit(limit)[1]))


def _allow_time() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    _set_soft(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + CPU_S)


def _pack(found: Any) -> tuple[int, dict[str, int]]:
    """The result in a sealed piece of shared memory: arrays first, then the JSON that names them."""
    from medrnn.imaging import wire

    head, arrays = wire.encode(found)
    fd = os.memfd_create("medrnn", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with os.fdopen(fd, "wb", buffering=0, closefd=False) as file:
        size = wire.write(arrays, file.write)
        file.write(head)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, SEALS)
    return fd, {"arrays": size, "head": len(head)}


def _serve(line: socket.socket) -> None:
    """Answer one file after the other until the guard closes the line."""
    from medrnn.imaging import wire

    while True:
        message, fd = receive(line)
        if message is None or fd is None:
            return
        with os.fdopen(fd, "rb") as file:
            data = file.read()
        _allow_time()
        about = [] if message["about"] is None else [wire.decode(message["about"], b"")]
        found = perform(message["operation"], data, *about)
        try:
            out, sizes = _pack(found)
        except (MemoryError, OSError):
            out, sizes = _pack(ImageError(TOO_LARGE))
        send(line, sizes, out)
        os.close(out)


def _fork(line: socket.socket, control: socket.socket) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    with contextlib.suppress(BaseException):
        control.close()
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # too much output is then an OSError
        _set_soft(resource.RLIMIT_AS, MEMORY_BYTES)
        _set_soft(resource.RLIMIT_FSIZE, OUTPUT_BYTES)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the picture
        _serve(line)
        code = 0
    os._exit(code)


def _preload() -> None:
    import medrnn.imaging.archive
    import medrnn.imaging.dicom
    import medrnn.imaging.nifti
    import medrnn.imaging.raster
    import medrnn.imaging.tiff
    import medrnn.imaging.wire  # noqa: F401
    from medrnn.imaging import codecs

    codecs.register()
    gc.collect()
    gc.freeze()  # the pages of what is imported stay shared


def main() -> None:
    """Fork on demand: a socket gives {"pid"} of a child that serves it, {"end": pid} gives {"code"} of how it ended."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's
    _preload()
    while True:
        message, fd = receive(control)
        if message is None:
            return
        if fd is not None:
            with socket.socket(fileno=fd) as line:
                send(control, {"pid": _fork(line, control)})
            continue
        pid = int(message["end"])
        os.kill(
            pid, signal.SIGKILL
        )  # one that ended by itself keeps its own code: it is waited for only here
        send(control, {"code": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])})


if __name__ == "__main__":
    main()
