"""Cross-validations as processes of their own, each in a folder ``runs/.grids/TOKEN`` that nobody else knows.

The folder holds ``settings.json``, ``lock`` (held as long as it goes on), ``log.txt``, and ``grid.json``, written whole
after every fold, so that what is done outlives its process. A file ``stop`` ends it after the next batch.
"""

import json
import os
import re
import secrets
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from medrnn import disk
from medrnn.config import ROOT, TrainConfig
from medrnn.errors import CatalogError, ConfigError
from medrnn.models.catalog import runs_folder
from medrnn.training.runs import locks
from medrnn.training.runs.openmp import CALM

FILE, STOP, LOCK = "grid.json", "stop", "lock"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
Count = Annotated[int, Meta(ge=0, le=10**6)]


class Result(msgspec.Struct, frozen=True):
    """One combination of values: see ``training.grid.Row``."""

    values: dict[str, Any]
    parameters: Count
    ms: float
    accuracy: list[float]
    auc: list[float | None]
    mean: float
    error: float
    mean_auc: float | None
    error_auc: float | None


class Written(msgspec.Struct, frozen=True):
    """What stands in the file: how many folds are done, of how many, and what came of it so far."""

    done: Count
    total: Count
    rows: list[Result]
    chosen: dict[str, Any] = {}


@dataclass(frozen=True)
class GridState:
    """A cross-validation as it stands.

    Attributes:
        id: its folder's name.
        is_live: whether its process goes on.
        is_stopping: whether somebody asked it to end.
        written: what is done so far.
        message: why it broke off, "" where it did not.
    """

    id: str
    is_live: bool
    is_stopping: bool
    written: Written
    message: str = ""


def _folder(grid_id: str) -> Path:
    folder = runs_folder() / ".grids" / grid_id
    if not _TOKEN.fullmatch(grid_id) or not folder.is_dir():
        raise ConfigError("Expected a cross-validation that is there, this one is gone. Start another.")
    return folder


def known_grids() -> set[str]:
    """The ids of all that are there."""
    return {folder.name for folder in disk.folders(runs_folder() / ".grids")}


def _live() -> int:
    return sum(locks.is_held(one / LOCK) for one in disk.folders(runs_folder() / ".grids"))


def start_grid(
    config: TrainConfig, axes: Mapping[str, Sequence[Any]], folds: int, device: str = "cpu"
) -> str:
    """Start a cross-validation and return its id.

    Raises:
        ConfigError: one goes on already, or its folder cannot be written.
    """
    if _live():
        raise ConfigError(
            "Expected one cross-validation at a time, another goes on. Wait for it, or stop it."
        )
    folder = runs_folder() / ".grids" / secrets.token_urlsafe(16)
    disk.make_folder(folder, "the cross-validation")
    with disk.writing(folder / "settings.json", "the settings") as file:
        file.write(json.dumps(config.to_dict()).encode())
    lock = locks.take_new(folder / LOCK)
    try:
        child = _spawn(folder, axes, folds, device, lock)
    finally:
        os.close(lock)  # the process has its own copy
    threading.Thread(target=child.wait, daemon=True).start()
    return folder.name


def _spawn(
    folder: Path, axes: Mapping[str, Sequence[Any]], folds: int, device: str, lock: int
) -> "subprocess.Popen[bytes]":
    said = [f"{name}={','.join(map(_word, values))}" for name, values in axes.items()]
    words = ["train", "--config", str(folder / "settings.json"), "--grid", *said, "--folds", str(folds)]
    with (folder / "log.txt").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "medrnn", *words, "--device", device, "--out", str(folder.absolute())],
            cwd=ROOT,
            env=CALM | os.environ | {"MEDRNN_RUNS": str(runs_folder().absolute())},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
            pass_fds=[lock] if locks.IS_AVAILABLE else [],
        )


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def write_grid(folder: Path, written: Mapping[str, Any]) -> None:
    """Put what is done so far into its file, whole or not at all.

    Raises:
        ConfigError: the disk is full, or the folder cannot be written.
    """
    with disk.writing(folder / FILE, "the cross-validation") as file:
        file.write(json.dumps(written, allow_nan=False).encode())


def read_grid(grid_id: str) -> GridState:
    """A cross-validation as it stands.

    Raises:
        ConfigError: there is none.
        CatalogError: its file is damaged.
    """
    folder = _folder(grid_id)
    is_live = locks.is_held(folder / LOCK)
    try:
        written = disk.read_json(folder / FILE, Written)
    except FileNotFoundError:
        written = Written(0, 0, [])
    is_stopping = (folder / STOP).exists()
    is_whole = 0 < written.total == written.done
    message = "" if is_live or is_whole or is_stopping else _last_error(folder)
    return GridState(grid_id, is_live, is_stopping, written, message)


def settings_of(grid_id: str) -> TrainConfig:
    """With what it began.

    Raises:
        ConfigError: there is none, or the settings are none.
        CatalogError: its file is damaged.
    """
    return TrainConfig.from_dict(disk.read_json(_folder(grid_id) / "settings.json", dict[str, Any]))


def _last_error(folder: Path) -> str:
    try:
        lines = disk.read_bytes(folder / "log.txt", disk.MOST_JSON).decode(errors="replace").splitlines()
    except (OSError, CatalogError):
        lines = []
    said = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return said[-1] if said else "Its process ended before it was done, perhaps for want of memory."


def stop_grid(grid_id: str) -> None:
    """Ask it to end after its next batch; what is done stays.

    Raises:
        ConfigError: there is none, or its folder cannot be written.
    """
    try:
        (_folder(grid_id) / STOP).touch()
    except OSError as error:
        raise disk.write_error(error, "the wish to stop") from None
