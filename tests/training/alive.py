"""What tests of living runs share: patience, and the processes of a folder."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from medrnn.training.runs import processes
from medrnn.training.runs.owner import Owner, is_gone


def wait_for(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def state(run_id, *wanted):
    return wait_for(lambda: (run := processes.read_run(run_id)).state in wanted and run)


def is_learning(run_id):
    return bool(processes.read_run(run_id).told.steps)


def _command_line(process):
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def pids_of(folder):
    """The processes that name a folder in their command line, or that signed in it."""
    found = (p for p in Path("/proc").iterdir() if p.name.isdigit())
    named = {int(p.name) for p in found if str(folder).encode() in _command_line(p)}
    with suppress(OSError, ValueError, msgspec.MsgspecError):
        owner = msgspec.json.decode((Path(folder) / "process.json").read_bytes(), type=Owner)
        named |= set() if is_gone(owner) else {owner.pid}
    return sorted(named)


def kill(folder):
    """End the process of a run's folder at once."""
    (pid,) = wait_for(lambda: pids_of(folder))
    os.kill(pid, signal.SIGKILL)
    return pid
