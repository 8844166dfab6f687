"""What was measured at leisure for a lesson: a small JSON in ``assets/lessons``, made again by a command."""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from medrnn.config import ASSETS
from medrnn.disk import make_folder, read_json, writing
from medrnn.errors import DataError

FOLDER = ASSETS / "lessons"
NAMES = ("dropout", "width")


@dataclass(frozen=True)
class Measured:
    """One table with all that is needed to measure it again.

    Attributes:
        name: of the file and of the measurement, one of ``NAMES``.
        command: that made it.
        data: which images, in words.
        seeds: of the runs.
        config: what all runs share, as ``TrainConfig.to_dict`` gives it.
        versions: of python, torch and numpy.
        machine: its kind of processor and the threads that were used.
        seconds: all runs together.
        rows: the table; each measurement says what a row holds.
    """

    name: str
    command: str
    data: str
    seeds: tuple[int, ...]
    config: dict[str, Any]
    versions: dict[str, str]
    machine: str
    seconds: float
    rows: tuple[dict[str, Any], ...]


def gather(
    name: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    data: str,
    seeds: Sequence[int],
    config: Mapping[str, Any],
    seconds: float,
) -> Measured:
    """The record of a measurement that was just made here."""
    import numpy as np
    import torch

    return Measured(
        name=name,
        command=f"python -m medrnn lessons --measure {name}",
        data=data,
        seeds=tuple(seeds),
        config=dict(config),
        versions={"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
        machine=f"{platform.machine()}, {torch.get_num_threads()} thread",
        seconds=round(seconds, 1),
        rows=tuple(map(dict, rows)),
    )


def save(found: Measured) -> str:
    """Write it among the assets; returns the file's name below the project."""
    make_folder(FOLDER, "measurements")
    path = FOLDER / f"{found.name}.json"
    with writing(path, "a measurement") as file:
        file.write(json.dumps(vars(found), indent=1, allow_nan=False).encode() + b"\n")
    read.cache_clear()
    return f"assets/lessons/{path.name}"


@lru_cache(maxsize=len(NAMES))
def read(name: str) -> Measured:
    """What ships.

    Args:
        name: one of ``NAMES``.

    Raises:
        DataError: it is not there.
        CatalogError: it is not as it was written.
    """
    try:
        return read_json(FOLDER / f"{name}.json", Measured)
    except FileNotFoundError:
        raise DataError(
            f"Expected the measurement assets/lessons/{name}.json. Make it again with: "
            f"python -m medrnn lessons --measure {name}"
        ) from None
