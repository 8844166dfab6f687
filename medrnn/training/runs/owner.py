"""Which process a run belongs to: its number, and what tells it apart from a later one of the same number."""

import os
from pathlib import Path
from typing import Annotated

import msgspec

PROC = Path("/proc")
GONE = ("Z", "X")  # ended, and at most not yet waited for


class Owner(msgspec.Struct, frozen=True):
    """A process, as ``process.json`` in a run's folder.

    Attributes:
        pid: its number.
        started: when it began, in clock ticks since the machine did (proc(5), field 22 of stat); 0 where nobody says.
        place: the boot and the process namespace in which the number counts; empty where nobody says.
    """

    pid: Annotated[int, msgspec.Meta(ge=1, le=1 << 31)]
    started: Annotated[int, msgspec.Meta(ge=0, le=1 << 62)] = 0
    place: Annotated[str, msgspec.Meta(max_length=200)] = ""


def _stat(pid: int) -> tuple[str, int] | None:
    """State and start time of a process, None where there is none or the system does not tell."""
    try:
        raw = (PROC / str(pid) / "stat").read_text(encoding="ascii", errors="replace")
        fields = raw.rpartition(")")[2].split()  # the name before it may hold anything
        return fields[0], int(fields[19])
    except (OSError, ValueError, IndexError):
        return None


def _place() -> str:
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {(PROC / 'self/ns/pid').readlink()}"
    except (OSError, ValueError):
        return ""


def this_process() -> Owner:
    """The process that asks."""
    about = _stat(os.getpid())
    return Owner(os.getpid(), about[1] if about else 0, _place() if about else "")


def is_gone(owner: Owner) -> bool:
    """True where that process has certainly ended; False where it lives or nobody can say."""
    if not owner.place or not (PROC / "self/stat").exists():
        return False
    boot, _, namespace = owner.place.partition(" ")
    now_boot, _, now_namespace = _place().partition(" ")
    if boot != now_boot:
        return True
    if namespace != now_namespace:
        return False
    about = _stat(owner.pid)
    return about is None or about[0] in GONE or about[1] != owner.started
