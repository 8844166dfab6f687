"""What is remembered of one run's folder, so that each of its files is read once and then only when it changes."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Generic, TypeVar

from medrnn import disk
from medrnn.config import TrainConfig
from medrnn.errors import CatalogError, ConfigError
from medrnn.models.catalog import FILES, examine
from medrnn.training.runs import labels, locks
from medrnn.training.runs.journal import Journal, Told
from medrnn.training.runs.owner import Owner, is_gone

SETTINGS = ("config.json", "request.json")  # the second until the data are known
NO_SETTINGS = "Its settings are missing."

Made = TypeVar("Made")


class _Remembered(Generic[Made]):
    """What was made of some files, made again when one of them is another; a refusal is remembered too."""

    def __init__(self, paths: list[Path], make: Callable[[], Made]) -> None:
        self._paths, self._make = paths, make
        self._seen: object = ()
        self._made: Made | CatalogError | ConfigError

    def get(self) -> Made:
        now = [disk.signature(path) for path in self._paths]
        if now != self._seen:
            try:
                self._made = self._make()
            except (CatalogError, ConfigError) as error:
                self._made = error
            self._seen = now
        if isinstance(self._made, CatalogError | ConfigError):
            raise type(self._made)(str(self._made))
        return self._made


def read_settings(path: Path) -> TrainConfig:
    """The settings in a file of a run's folder.

    Raises:
        FileNotFoundError: there is none.
        CatalogError, ConfigError: they cannot be read, or a setting is unknown or out of range.
    """
    values = disk.read_json(path, dict[str, Any])
    try:
        return TrainConfig.from_dict(values)
    except ConfigError as error:
        raise ConfigError(f"{path.name} cannot be used: {error}.") from None


def _settings(folder: Path) -> TrainConfig | None:
    found = []
    for name in SETTINGS:
        with suppress(FileNotFoundError):
            found.append(read_settings(folder / name))
    return found[0] if found else None


def _has_card(folder: Path) -> bool:
    """True where the run has left a model; a card that cannot be used is damage like any other."""
    if not os.path.lexists(folder / "card.json"):
        return False
    found = examine(folder)
    if isinstance(found, CatalogError):
        raise found
    return True


def _owner(folder: Path) -> Owner | None:
    try:
        return disk.read_json(folder / "process.json", Owner)
    except FileNotFoundError:
        return None


class Watch:
    """What is remembered of one folder."""

    def __init__(self, folder: Path) -> None:
        self._lock = folder / "lock"
        self._journal = Journal(folder / "events.jsonl")
        self._settings = _Remembered([folder / name for name in SETTINGS], lambda: _settings(folder))
        self._owner = _Remembered([folder / "process.json"], lambda: _owner(folder))
        self._card = _Remembered([folder / name for name in FILES], lambda: _has_card(folder))
        self._label = _Remembered([folder / labels.FILE], lambda: labels.read_label(folder))

    def _is_alive(self) -> bool:
        owner = self._owner.get()
        return locks.is_held(self._lock) and not (owner and is_gone(owner))

    def look(self) -> tuple[Told, TrainConfig | None, bool, bool, labels.Label]:
        """What its events say, its settings where there are any, whether its process lives, whether it left a model,
        what people wrote of it.

        Raises:
            CatalogError, ConfigError: the folder is damaged.
        """
        is_live, told = False, self._journal.read()
        if not told.outcome:
            is_live = self._is_alive()  # before the events: a run that ends meanwhile has not died
            told = self._journal.read()
            is_live = is_live or self._is_alive()  # and after them: one that begins meanwhile neither
        config = self._settings.get()
        self._owner.get()  # also of a run that has ended: what is damaged is said
        has_card = self._card.get()
        if config is None and told.is_started:
            raise CatalogError(NO_SETTINGS)
        return told, config, is_live, has_card, self._label.get()
