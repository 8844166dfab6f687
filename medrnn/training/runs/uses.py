"""Which data the runs on this machine name: a set that one was begun on is needed to resume it and to measure it."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from medrnn import disk
from medrnn.errors import CatalogError
from medrnn.models.catalog import runs_folder
from medrnn.training.runs.watch import SETTINGS


class _Names(msgspec.Struct, frozen=True):
    """Of a file of settings the one that is asked for."""

    data: str = ""


def _files() -> Iterator[Path]:
    for folder in disk.folders(runs_folder()):
        yield from (folder / name for name in SETTINGS)
    for folder in disk.folders(runs_folder() / ".grids"):
        yield folder / "settings.json"


def is_used(data: str) -> bool:
    """Whether a run or a cross-validation was begun on a set: it waits, goes on, is paused, or has ended.

    Settings that are damaged name nothing.

    Args:
        data: the set's name, as settings have it.
    """
    for path in _files():
        with suppress(OSError, CatalogError):
            if disk.read_json(path, _Names).data == data:
                return True
    return False
