"""What a process and its descendants take of the machine's memory. Linux only."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

LOOK_S = 0.05
CHILD = "medrnn.imaging.guard.child"
_GONE = (FileNotFoundError, ProcessLookupError, PermissionError)


@dataclass
class Memory:
    """Megabytes (2**20 bytes).

    Attributes:
        total: all processes together, what they share counted once.
        server: the first process.
        child: the largest resident size of a process that decodes, so far.
    """

    total: float = 0.0
    server: float = 0.0
    child: float = 0.0


def descendants(pid: int) -> list[int]:
    """The process, its children, theirs, and so on."""
    found = [pid]
    for one in found:  # grows on the way
        with suppress(*_GONE):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def _field(path: Path, name: str) -> float:
    line = next((line for line in path.read_text().splitlines() if line.startswith(name)), "0 0")
    return int(line.split()[1]) / 1024


def _unmapped(pids: list[int]) -> float:
    """Shared memory that a process has open and none has mapped, which counts nowhere else."""
    open_ones: dict[int, int] = {}
    mapped: set[int] = set()
    for pid in pids:
        with suppress(*_GONE):
            for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
                if "memfd:medrnn" in line:
                    mapped.add(int(line.split()[4]))
            for link in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(*_GONE):
                    if "memfd:medrnn" in os.readlink(link):  # noqa: PTH115  no path, but a name in brackets
                        stat = link.stat()
                        open_ones[stat.st_ino] = stat.st_blocks * 512
    return sum(size for inode, size in open_ones.items() if inode not in mapped) / 2**20


def _is_child(pid: int) -> bool:
    words = Path(f"/proc/{pid}/cmdline").read_bytes()
    return CHILD.encode() in words


def look(pid: int) -> Memory:
    """What a process and its descendants take now."""
    found, pids = Memory(), descendants(pid)
    warm = {one for one in pids if one != pid and _parent(one) == pid}
    for one in pids:
        with suppress(*_GONE):
            size = _field(Path(f"/proc/{one}/smaps_rollup"), "Pss:")
            found.total += size
            if one == pid:
                found.server = size
            elif one not in warm and _is_child(one):
                found.child = max(found.child, _field(Path(f"/proc/{one}/status"), "VmHWM:"))
    found.total += _unmapped(pids)
    return found


def _parent(pid: int) -> int:
    with suppress(*_GONE):
        return int(_field(Path(f"/proc/{pid}/status"), "PPid:") * 1024)
    return 0


@contextmanager
def watching(pid: int) -> Iterator[Memory]:
    """The largest of everything that ``look`` finds until the end, looked for every ``LOOK_S``."""
    peak, ends = Memory(), threading.Event()

    def watch() -> None:
        while not ends.wait(LOOK_S):
            now = look(pid)
            for name, size in vars(now).items():
                setattr(peak, name, max(getattr(peak, name), size))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        ends.set()
        thread.join()
