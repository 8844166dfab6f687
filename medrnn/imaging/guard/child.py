"""The other side of ``guard``: a warm process that forks a child for each batch of files. Linux only.

Started as ``python -m medrnn.imaging.guard.child FD``. It imports the decoders once, runs one thread only, and forks; a
child has limits on memory, processor time and the size of what it hands back, sees the files of one batch, and ends
with it or with the warm process, so that nothing of one visitor is left for the next.
"""

import array
import contextlib
import ctypes
import fcntl
import gc
import json
import mmap
import os
import resource
import signal
import socket
import sys
from typing import Any

from medrnn.imaging import limits
from medrnn.imaging.guard.operations import perform

BASE_BYTES = 160 << 20  # address space of the libraries, of which a child touches a third
MEMORY_BYTES = BASE_BYTES + (448 << 20)  # of a child: the file, its pixels, stored and as values
LARGE_MEMORY_BYTES = BASE_BYTES + (864 << 20)  # of one whose file is large
OUTPUT_BYTES = 800 << 20  # stored, values, colour
CPU_S = 8  # of one file; the guard's own deadline is shorter, this one holds where no guard is left
SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_libc = ctypes.CDLL(None)


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


def _allow(is_large: bool) -> None:
    """Time and memory of the next file."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _set_soft(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + CPU_S)
    _set_soft(resource.RLIMIT_AS, LARGE_MEMORY_BYTES if is_large else MEMORY_BYTES)
    limits.allow_large(is_large)


def _map(fd: int) -> bytes | mmap.mmap:
    """The file as it lies in the server's memory, without a copy."""
    try:
        size = os.fstat(fd).st_size
        return mmap.mmap(fd, size, mmap.MAP_SHARED, mmap.PROT_READ) if size else b""
    finally:
        os.close(fd)


def _pack(found: Any) -> tuple[int, dict[str, int]]:
    """The result in a sealed piece of shared memory: arrays first, then the JSON that names them.

    An array is let go as soon as it is written, where ``found`` is not kept elsewhere.
    """
    from medrnn.imaging.guard import wire

    head, arrays = wire.encode(found)
    del found
    fd = os.memfd_create("medrnn", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        with os.fdopen(fd, "wb", buffering=0, closefd=False) as file:
            size = wire.write(arrays, file.write)
            file.write(head)
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, SEALS)
    except BaseException:
        os.close(fd)
        raise
    return fd, {"arrays": size, "head": len(head)}


def _answer(message: dict[str, Any], fd: int) -> tuple[int, dict[str, int]]:
    from medrnn.imaging.guard import wire

    about = [] if message["about"] is None else [wire.decode(message["about"], b"")]
    try:
        return _pack(perform(message["operation"], _map(fd), *about))
    except (MemoryError, OSError) as error:
        return _pack(limits.damage(MemoryError(), str(error)))


def _serve(line: socket.socket) -> None:
    """Answer one file after the other until the guard closes the line."""
    while True:
        message, fd = receive(line)
        if message is None or fd is None:
            return
        _allow(message["is_large"])
        out, sizes = _answer(message, fd)
        send(line, sizes, out)
        os.close(out)


def _end_with(mother: int) -> None:
    """Ask the kernel to end this child when the warm process ends, also where that has happened already."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != mother:
        os._exit(1)


def _fork(line: socket.socket, control: socket.socket) -> int:
    mother = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    with contextlib.suppress(BaseException):
        _end_with(mother)
        control.close()
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # too much output is then an OSError
        _set_soft(resource.RLIMIT_FSIZE, OUTPUT_BYTES)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the picture
        _serve(line)
        code = 0
    os._exit(code)


def _preload() -> None:
    import medrnn.imaging.dicom.study
    import medrnn.imaging.files.archive
    import medrnn.imaging.files.arrays
    import medrnn.imaging.files.nifti
    import medrnn.imaging.files.raster
    import medrnn.imaging.files.tiff
    import medrnn.imaging.guard.wire  # noqa: F401
    from medrnn.imaging.dicom import codecs

    codecs.register()
    gc.collect()
    gc.freeze()  # the pages of what is imported stay shared


def _end(pid: int, children: set[int]) -> int | None:
    """End a child and wait for it, which nobody else does: until then its id is its own. None for any other process."""
    if pid not in children:
        return None
    os.kill(pid, signal.SIGKILL)  # one that ended by itself keeps its own code
    children.remove(pid)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main() -> None:
    """Fork on demand: a socket gives {"pid"} of a child that serves it, {"end": pid} gives {"code"} of how it ended."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's
    _preload()
    children: set[int] = set()
    while True:
        message, fd = receive(control)
        if message is None:
            return
        if fd is None:
            send(control, {"code": _end(int(message["end"]), children)})
            continue
        with socket.socket(fileno=fd) as line:
            children.add(pid := _fork(line, control))
            send(control, {"pid": pid})


if __name__ == "__main__":
    main()
