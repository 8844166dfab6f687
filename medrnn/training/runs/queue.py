"""Whose turn it is on a device: tickets in the order of the presses, each as alive as the run that holds it.

A ticket is an empty file ``runs/.queue/DEVICE/NUMBER-RUN``. It counts while that run's lock is held, so a run that
is killed blocks nobody; and it stands on the disk, so the order outlives a restart of the server.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from medrnn import disk
from medrnn.errors import ConfigError
from medrnn.models.catalog import runs_folder
from medrnn.training.runs import locks

MOST_WAITING = 8
PATIENCE_S = 10.0
_TICKET = re.compile(r"(\d{12})-(.+)", re.ASCII)


def most_at_once() -> int:
    """How many runs train at once on a device: ``$MEDRNN_RUNS_AT_ONCE``, else 1.

    Raises:
        ConfigError: it is no whole number from 1 to 64.
    """
    wanted = os.environ.get("MEDRNN_RUNS_AT_ONCE") or "1"
    if not re.fullmatch(r"[0-9]{1,2}", wanted) or not 1 <= int(wanted) <= 64:
        raise ConfigError(f"MEDRNN_RUNS_AT_ONCE: expected a whole number from 1 to 64, got {wanted[:20]!r}.")
    return int(wanted)


def _queues() -> Path:
    return runs_folder() / ".queue"


def _tickets(folder: Path) -> list[tuple[int, str, Path]]:
    """Number, run and file of every ticket, first come first; of a folder that is not there none."""
    try:
        found = [(_TICKET.fullmatch(entry.name), entry) for entry in folder.iterdir()]
    except OSError:
        return []
    return sorted((int(match[1]), match[2], entry) for match, entry in found if match)


def _is_live(run_id: str) -> bool:
    return locks.is_held(runs_folder() / run_id / "lock")


def _sweep(folder: Path) -> list[int]:
    """Numbers of the living tickets; the others are thrown away."""
    living = []
    for number, run_id, ticket in _tickets(folder):
        if _is_live(run_id):
            living.append(number)
        else:
            with suppress(OSError):
                ticket.unlink()
    return living


def _take(folder: Path, number: int, run_id: str) -> None:
    """A run's ticket; one of a life before, whose lock was still held a moment ago, is worth nothing."""
    for _, holder, ticket in _tickets(folder):
        if holder == run_id:
            ticket.unlink(missing_ok=True)
    (folder / f"{number:012d}-{run_id}").touch(exist_ok=False)


@contextmanager
def joining(device: str) -> Iterator[Callable[[str], None]]:
    """Nobody else joins meanwhile; call what is yielded with the id of a run whose lock is held.

    Raises:
        ConfigError: as many wait as may, or the folder of runs cannot be written.
    """
    folder = _queues() / device.replace(":", "-")
    try:
        with locks.hold(folder / ".lock", patience_s=PATIENCE_S) as is_mine:
            if not is_mine:
                raise ConfigError("Expected to join the queue, another start is stuck in it. Try again.")
            living = _sweep(folder)
            if len(living) >= most_at_once() + MOST_WAITING:
                raise ConfigError(
                    f"Expected at most {MOST_WAITING} runs to wait, as many do. Wait until one has ended, or stop one "
                    "on the page Runs."
                )
            number = max(living, default=0) + 1
            yield lambda run_id: _take(folder, number, run_id)
    except OSError as error:
        raise disk.write_error(error, "the run") from None


def runs_before(run_id: str) -> int | None:
    """How many runs have to end before a run may train: 0 when it is its turn, None where it is in no queue."""
    try:
        folders = list(_queues().iterdir())
    except OSError:
        return None
    for folder in folders:
        tickets = _tickets(folder)
        own = [number for number, holder, _ in tickets if holder == run_id]
        if own:
            ahead = sum(_is_live(holder) for number, holder, _ in tickets if number < own[0])
            return max(0, ahead - most_at_once() + 1)
    return None
