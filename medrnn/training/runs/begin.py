"""How a run begins: in a new or an empty folder that belongs to one process, or not at all."""

import os
import secrets
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from medrnn import disk
from medrnn.config import TrainConfig
from medrnn.errors import ConfigError
from medrnn.models.catalog import is_brought, private_id, runs_folder
from medrnn.training.runs import locks
from medrnn.training.runs.folder import RunFolder
from medrnn.training.runs.states import is_run, observe
from medrnn.training.runs.watch import read_settings

RESUMABLE = ("paused", "died", "failed")
PATIENCE_S = 2.0
_REMAINS = {
    "finished": "already holds a finished run",
    "stopped": "holds a run that was stopped",
    "paused": "holds a run that was paused",
    "failed": "holds the remains of a run that failed",
    "died": "holds the remains of a run that died",
    "damaged": "holds the remains of a damaged run",
}


def new_run(config: TrainConfig) -> Path:
    """A folder for a new run, not made yet; its name says when and what, and sorts by time.

    That of a run on data which somebody brought is a token: ``catalog.is_private``.
    """
    if is_brought(config.data):
        return runs_folder() / private_id()
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    return runs_folder() / f"{stamp}-{config.model.cell}-{secrets.token_hex(2)}"


def require_clean(out: Path) -> None:
    """Refuse a folder in which anything stands: leftovers of an earlier run must not act on a new one.

    Raises:
        ConfigError: it says what is there, and the cure.
    """
    if not out.exists():
        return
    if not out.is_dir():
        raise ConfigError(f"Expected a folder, {out.name!r} is a file. Choose another folder.")
    if is_run(out):
        run = observe(out)
        if run.is_live:
            raise ConfigError(f"A run is going on in {out.name!r}. Choose another folder.")
        cure = "Choose another folder." if run.state == "finished" else "Delete it, or choose another folder."
        raise ConfigError(f"{out.name!r} {_REMAINS[run.state]}. {cure}")
    count = sum(not (f.name.startswith(".") and f.name.endswith(".part")) for f in out.iterdir())
    if count:
        raise ConfigError(
            f"Expected a new or an empty folder, {out.name!r} holds {count} other files. Choose another folder."
        )


def claim(out: Path, config: TrainConfig) -> RunFolder:
    """Make a new or empty folder the own one of this process.

    Raises:
        ConfigError: something stands in it, another process came first, or it cannot be written.
    """
    require_clean(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = locks.take_new(out / "lock")
    except FileExistsError:
        raise ConfigError(f"A run is going on in {out.name!r}. Choose another folder.") from None
    except OSError as error:
        with suppress(OSError):
            out.rmdir()  # where it is empty
        raise disk.write_error(error, "the run") from None
    run = RunFolder(out, config, lock)
    try:
        run.prepare()
    except BaseException:
        run.discard()
        raise
    return run


def reclaim(out: Path) -> RunFolder:
    """Make the folder of a run that was paused, died or failed the own one of this process, to go on with it.

    Raises:
        ConfigError: there is no such run, it still goes on, has ended by itself or is damaged, or another process
            came first.
    """
    if not out.is_dir() or not is_run(out):
        raise ConfigError(
            f"Expected the folder of a run, {out.name!r} holds none. Begin one without --resume."
        )
    run = observe(out)
    if run.is_live:
        raise ConfigError(f"A run is going on in {out.name!r}. Wait for its end, or stop it.")
    if run.state not in RESUMABLE:
        reason = f" {run.reason}" if run.reason else ""
        raise ConfigError(
            f"Expected a run that was paused, died or failed, {out.name!r} {_REMAINS[run.state]}.{reason}"
        )
    try:
        config = read_settings(out / "request.json")
    except FileNotFoundError:
        raise ConfigError(
            f"Expected the settings of the run in {out.name!r}, there are none. Begin a new one."
        ) from None
    try:
        lock = locks.take_again(out / "lock", patience_s=PATIENCE_S)
    except FileExistsError:
        raise ConfigError(f"A run is going on in {out.name!r}. Wait for its end, or stop it.") from None
    except OSError as error:
        raise disk.write_error(error, "the run") from None
    found = RunFolder(out, config, lock)
    try:
        found.clear()
    except BaseException:
        found.close()
        raise
    return found


def take_over(out: Path, config: TrainConfig, lock: int) -> RunFolder:
    """The folder from the process that claimed it.

    Args:
        out: the folder.
        config: what was asked for.
        lock: file descriptor of the lock that was handed on, closed in children of this process; -1 for none.
    """
    if lock >= 0:
        os.set_inheritable(lock, False)
    return RunFolder(out, config, lock)
