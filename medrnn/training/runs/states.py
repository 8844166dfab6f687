"""Runs as their folders tell them: read once, and then only what was added. Shared by all threads of a server."""

import json
import os
import threading
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medrnn import disk
from medrnn.config import TrainConfig
from medrnn.errors import CatalogError, ConfigError
from medrnn.models.catalog import ADOPTED, is_private, runs_folder
from medrnn.training.runs import locks, queue
from medrnn.training.runs.events import Failed, Waiting, plain, without_place
from medrnn.training.runs.journal import Told, all_events
from medrnn.training.runs.labels import Label
from medrnn.training.runs.watch import SETTINGS, Watch

MARKS = (
    "lock",
    "card.json",
    "events.jsonl",
    "process.json",
    *SETTINGS,
)  # a folder with one of these is a run
MOST_LISTED = 1_000
LINK = "Expected a folder, this is a link, which is not followed."


@dataclass(frozen=True)
class RunState:
    """A run as its folder tells it.

    Attributes:
        id: the folder's name.
        state: "starting", "waiting", "running", "stopping", "measuring" (stopped, its figures are being made),
            "pausing", "paused", "finished", "stopped", "failed", "died" or "damaged".
        config: its settings; None where it is damaged, or died before they were written.
        told: what its events say.
        reason: of a damaged run why, one sentence.
        before: of a waiting run how many have to end first.
        is_live: True while its process goes on.
        label: what people wrote of it.
    """

    id: str
    state: str
    config: TrainConfig | None
    told: Told = Told()
    reason: str = ""
    before: int = 0
    is_live: bool = False
    label: Label = Label()

    @property
    def events(self) -> tuple[dict[str, Any], ...]:
        """What happened, oldest first; of a long run every so many steps."""
        return self.told.events

    @property
    def is_beginning(self) -> bool:
        """True while it has its turn and has told no figures yet."""
        return self.state in ("starting", "running") and not self.told.steps

    @property
    def message(self) -> str:
        """Why it failed, one sentence; empty where it did not."""
        last = self.told.last
        if not isinstance(last, Failed):
            return ""
        return without_place(last.message, self.config.data) if self.config else last.message


def _state(
    folder: Path, told: Told, config: TrainConfig | None, is_alive: bool, has_card: bool, label: Label
) -> RunState:
    is_live, before = is_alive and not told.outcome, 0
    if told.outcome:
        state = told.outcome
    elif not is_alive:
        state = "finished" if has_card else "died"  # the card is written last
    elif told.heard == "stopped":
        state = "measuring"
    elif told.heard or os.path.lexists(folder / "stop"):
        state = "stopping"
    elif os.path.lexists(folder / "pause"):
        state = "pausing"
    elif told.is_started and not isinstance(told.last, Waiting):
        state = "running"
    else:
        before = queue.runs_before(folder.name) or 0
        state = "waiting" if before else "starting"
    return RunState(folder.name, state, config, told, before=before, is_live=is_live, label=label)


_watches: dict[Path, Watch] = {}
_lock = threading.Lock()


def _watch(folder: Path) -> Watch:
    with _lock:
        found = _watches.get(folder)
        if found is None:
            found = _watches[folder] = Watch(folder)
        return found


def forget(folder: Path) -> None:
    """Nothing is remembered of a folder any more."""
    with _lock:
        _watches.pop(folder, None)


def _forget_others(folders: list[Path]) -> None:
    with _lock:
        for folder in _watches.keys() - set(folders):
            del _watches[folder]


def observe(folder: Path) -> RunState:
    """The run in a folder, wherever that lies; whatever is wrong with it makes it "damaged"."""
    if folder.is_symlink():
        return RunState(folder.name, "damaged", None, reason=LINK)
    try:
        return _state(folder, *_watch(folder).look())
    except (CatalogError, ConfigError) as error:
        is_live = locks.is_held(folder / "lock")
        return RunState(folder.name, "damaged", None, reason=str(error), is_live=is_live)


def is_run(folder: Path) -> bool:
    """True where a folder holds something of a run, or is a link in the place of one."""
    return folder.is_symlink() or any(os.path.lexists(folder / name) for name in MARKS)


def find_folder(run_id: str) -> Path:
    """The folder of a run among the runs.

    Raises:
        ConfigError: there is no such run.
    """
    is_name = bool(run_id) and Path(run_id).name == run_id and not run_id.startswith(".")
    try:
        if is_name and run_id.isprintable() and is_run(runs_folder() / run_id):
            return runs_folder() / run_id
    except (OSError, ValueError):  # a name that no file can have
        pass
    raise ConfigError("Expected the id of a run, found no such folder. Choose one from the list of runs.")


def read_run(run_id: str) -> RunState:
    """The run as its folder tells it now.

    Raises:
        ConfigError: there is no such run.
    """
    return observe(find_folder(run_id))


def list_runs(held: Container[str] = ()) -> list[RunState]:
    """The newest ``MOST_LISTED`` runs, newest first; adopted weights, and what holds nothing of a run, are left out.

    Args:
        held: ids of the private runs that may be seen, which stand first; all others are left out.
    """
    found = disk.folders(runs_folder())
    every = [folder for folder in found if is_run(folder) and not os.path.lexists(folder / ADOPTED)]
    _forget_others(every)
    seen = [folder for folder in every if not is_private(folder.name) or folder.name in held]
    return [observe(folder) for folder in seen[:MOST_LISTED]]


def log_lines(run_id: str) -> Iterator[str]:
    """Every event of a run as a line of text, without the place of data that are not shipped.

    Raises:
        ConfigError, CatalogError: there is no such run, or it is damaged.
    """
    folder, run = find_folder(run_id), read_run(run_id)
    for event in all_events(folder / "events.jsonl"):
        told = {name: value for name, value in plain(event).items() if name not in ("kind", "time")}
        if isinstance(event, Failed) and run.config:
            told["message"] = without_place(event.message, run.config.data)
        yield f"{plain(event)['kind']}: {json.dumps(told)}"
