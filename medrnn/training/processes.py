"""Runs as processes of their own: started, stopped and read through their folders alone.

Nothing about a run is kept in the server, so a run outlives a page reload and a restart of the server.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medrnn.config import ROOT, TrainConfig
from medrnn.errors import ConfigError
from medrnn.models.catalog import runs_folder
from medrnn.training import locks
from medrnn.training.run import new_run

_started: list[subprocess.Popen[bytes]] = []  # kept only so that ended children are waited for


@dataclass(frozen=True)
class RunState:
    """A run as its folder tells it.

    Attributes:
        id: the folder's name.
        state: "starting", "waiting", "running", "stopping", "finished", "stopped", "failed" or "died".
        config: its settings, None while the process has not come so far.
        events: as written, oldest first.
    """

    id: str
    state: str
    config: TrainConfig | None
    events: tuple[dict[str, Any], ...]

    @property
    def is_live(self) -> bool:
        """True while its process goes on."""
        return self.state in ("starting", "waiting", "running", "stopping")

    @property
    def last(self) -> dict[str, Any]:
        """The newest event, or an empty one."""
        return self.events[-1] if self.events else {}


def start_run(config: TrainConfig, device: str = "cpu") -> str:
    """Start a run in a process of its own and return its id.

    The process belongs to a session of its own, takes nothing from the server but its settings, and waits
    for its turn on the device.
    """
    out = new_run(config)
    out.mkdir(parents=True)
    request = out / "request.json"
    request.write_text(json.dumps(config.to_dict(), indent=1) + "\n", encoding="utf-8")
    queue = runs_folder() / f".{device.replace(':', '-')}.lock"
    command = [sys.executable, "-m", "medrnn", "train", "--config", str(request), "--out", str(out)]
    with (out / "log.txt").open("w") as log:
        child = subprocess.Popen(
            [*command, "--device", device, "--queue", str(queue)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _started[:] = [*(earlier for earlier in _started if earlier.poll() is None), child]
    return out.name


def _folder(run_id: str) -> Path:
    folder = runs_folder() / run_id
    if not run_id or Path(run_id).name != run_id or run_id.startswith(".") or not folder.is_dir():
        raise ConfigError("Expected the id of a run, found no such folder. Choose one from the list of runs.")
    return folder


def stop_run(run_id: str) -> None:
    """Ask a run to end after its next batch; what was trained so far is kept.

    Raises:
        ConfigError: there is no such run.
    """
    (_folder(run_id) / "stop").touch()


def _read_events(folder: Path) -> tuple[dict[str, Any], ...]:
    path = folder / "events.jsonl"
    if not path.is_file():
        return ()
    whole = path.read_text(encoding="utf-8").rpartition("\n")[0]  # a line may be half written
    return tuple(json.loads(line) for line in whole.splitlines())


def _state(folder: Path, kinds: list[str], is_held: bool) -> str:
    ended = kinds[-1] if kinds else ""
    if ended == "finished":
        return "stopped" if "stopped" in kinds else "finished"
    if ended == "failed":
        return "failed"
    if not is_held:
        return "starting" if not kinds and not _log_tells(folder) else "died"
    if (folder / "stop").exists():
        return "stopping"
    return "waiting" if ended == "waiting" else "running" if kinds else "starting"


def _log_tells(folder: Path) -> bool:
    """True where the process has already said that it could not start."""
    log = folder / "log.txt"
    return log.is_file() and log.stat().st_size > 0


def read_run(run_id: str) -> RunState:
    """The run as its folder tells it now.

    Raises:
        ConfigError: there is no such run.
    """
    folder = _folder(run_id)
    was_held = locks.is_held(folder / "lock")  # before the events: a run that ends meanwhile has not died
    events = _read_events(folder)
    is_held = was_held or locks.is_held(folder / "lock")  # and after them: one that begins meanwhile neither
    config = None
    for name in ("config.json", "request.json"):
        if (folder / name).is_file():
            config = TrainConfig.from_dict(json.loads((folder / name).read_text(encoding="utf-8")))
            break
    return RunState(run_id, _state(folder, [event["kind"] for event in events], is_held), config, events)


def list_runs() -> list[RunState]:
    """Every run, newest first; a folder that cannot be read is left out."""
    if not runs_folder().is_dir():
        return []
    runs = []
    for folder in sorted((f for f in runs_folder().iterdir() if f.is_dir()), reverse=True):
        try:
            runs.append(read_run(folder.name))
        except (ConfigError, ValueError):
            continue
    return runs
