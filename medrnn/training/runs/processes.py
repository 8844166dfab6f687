"""Runs as processes of their own: started, paused, stopped, deleted and read through their folders alone.

Nothing about a run is kept in the server but what was read of it, so a run outlives a page reload and a restart of
the server.
"""

import os
import secrets
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from medrnn import disk
from medrnn.config import ROOT, TrainConfig
from medrnn.errors import ConfigError
from medrnn.models.catalog import runs_folder
from medrnn.training.runs import locks, queue, runner
from medrnn.training.runs.begin import PATIENCE_S, claim, new_run, reclaim
from medrnn.training.runs.child import RESUME
from medrnn.training.runs.folder import RunFolder
from medrnn.training.runs.labels import Label, write_label
from medrnn.training.runs.openmp import CALM
from medrnn.training.runs.states import RunState, find_folder, forget, list_runs, log_lines, observe, read_run

__all__ = [
    "RunState",
    "delete_run",
    "label_run",
    "list_runs",
    "log_lines",
    "pause_run",
    "read_run",
    "resume_run",
    "start_run",
    "stop_run",
]


def start_run(config: TrainConfig, device: str = "cpu") -> str:
    """Start a run in a process of its own and return its id.

    The process belongs to a session of its own, takes nothing from the server but its settings and the lock of its
    folder, and waits for its turn on the device.

    Raises:
        ConfigError: enough runs wait already, the disk is full, or the folder of runs cannot be written.
    """
    with queue.joining(device) as join:
        run = claim(new_run(config), config)
        try:
            join(run.path.name)
            _begin(run, device)
        except BaseException:
            run.discard()
            raise
    run.close()  # it belongs to its process from now on
    return run.path.name


def resume_run(run_id: str, device: str = "cpu") -> str:
    """Go on with a run that was paused, died or failed, in a process of its own; see ``training.run.resume``.

    Raises:
        ConfigError: there is no such run, it goes on or has ended by itself, enough runs wait already, or its folder
            cannot be written.
    """
    with queue.joining(device) as join:
        run = reclaim(find_folder(run_id))
        try:
            join(run.path.name)
            _begin(run, device, RESUME)
        except BaseException:
            run.close()
            raise
    run.close()  # it belongs to its process from now on
    return run.path.name


def _begin(run: RunFolder, device: str, *more: str) -> None:
    """A process for a run: born by the warm one where the run's turn has come, else one that waits without torch."""
    is_next = queue.runs_before(run.path.name) == 0
    if not (is_next and device == "cpu" and runner.bear(run, device, is_resumed=RESUME in more)):
        child = _spawn(run, device, *more)
        threading.Thread(target=child.wait, daemon=True).start()  # nothing of it stays when it ends


def _spawn(run: RunFolder, device: str, *more: str) -> "subprocess.Popen[bytes]":
    handed = [run.lock] if locks.IS_AVAILABLE else []
    words = [
        "-m",
        "medrnn.training.runs.child",
        str(run.path.absolute()),
        device,
        *map(str, handed or [-1]),
        *more,
    ]
    with (run.path / "log.txt").open("w") as log:
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=CALM | os.environ | {"MEDRNN_RUNS": str(runs_folder().absolute())},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=handed,
        )


def stop_run(run_id: str) -> None:
    """Ask a run to end: a waiting one at once, another after its next batch; what was trained so far is kept.

    Raises:
        ConfigError: there is no such run, or its folder cannot be written.
    """
    _wish(run_id, "stop")


def pause_run(run_id: str) -> None:
    """Ask a run to end with a checkpoint after its next batch, so that ``resume_run`` goes on from exactly there.

    Raises:
        ConfigError: there is no such run, or its folder cannot be written.
    """
    _wish(run_id, "pause")


def _wish(run_id: str, name: str) -> None:
    path = find_folder(run_id) / name
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | locks.NO_LINK, 0o644))
    except OSError as error:
        raise disk.write_error(error, f"the wish to {name}") from None


def label_run(run_id: str, title: str, note: str) -> None:
    """Write down what people call a run and think of it; the id stays.

    Raises:
        ConfigError: there is no such run, the words are too long, or its folder cannot be written.
    """
    write_label(find_folder(run_id), Label(title=title.strip(), note=note.strip()))


def delete_run(run_id: str) -> None:
    """Remove a run that has ended, its model and all; of a link the link alone.

    Raises:
        ConfigError: there is no such run, it still goes on, or it cannot be removed.
    """
    folder = find_folder(run_id)
    try:
        if folder.is_symlink():
            folder.unlink()
        else:
            _remove(folder)
    except OSError as error:
        raise ConfigError(
            f"Expected to delete the run, it cannot be: {disk.reason_of(error)}. Ask the owner of its folder."
        ) from None
    finally:
        forget(folder)


def _remove(folder: Path) -> None:
    if observe(folder).is_live or locks.stays_held(folder / "lock", patience_s=PATIENCE_S):
        raise ConfigError("Expected a run that has ended, this one goes on. Stop it first.")
    hidden = runs_folder() / f".deleted-{secrets.token_hex(8)}"
    folder.rename(hidden)  # at once, so that nobody meets half a run
    shutil.rmtree(hidden)
