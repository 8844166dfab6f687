"""The same recipe with several seeds: how much of a figure is luck."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import msgspec
import numpy as np
import torch

from medrnn import disk
from medrnn.config import TrainConfig
from medrnn.datasets import Dataset, load_for
from medrnn.errors import CatalogError, ConfigError
from medrnn.evaluation.metrics import METRICS
from medrnn.models.cards import MeanFigures, SeedFigures, read_card, seed_file, write_card
from medrnn.training.resume import resume
from medrnn.training.run import train
from medrnn.training.runs.begin import require_clean
from medrnn.training.runs.states import is_run
from medrnn.training.runs.watch import read_settings
from medrnn.training.threads import set_threads
from medrnn.types import RunEvent

FILE = "seeds.json"


def _mean(figures: list[float | None]) -> float | None:
    """None where one of them is not defined."""
    known = [figure for figure in figures if figure is not None]
    return float(np.mean(known)) if len(known) == len(figures) else None


def _means(rows: list[SeedFigures]) -> MeanFigures:
    tests: list[dict[str, Any]] = [dict(row["test"]) for row in rows]
    means = {name: _mean([test[name] for test in tests]) for name in METRICS}
    return cast(MeanFigures, means)  # the same names


@dataclass(frozen=True)
class Several:
    """What is left to do of a recipe with several seeds, as ``FILE`` in the first one's folder; gone once all is done.

    Attributes:
        seeds: all of them, the first one's model is kept.
        command: what to run to get the same figures again, for the card.
        threads: of torch, on which the last bits of the weights depend.
    """

    seeds: list[int]
    command: str
    threads: int

    def folders(self, out: Path) -> dict[int, Path]:
        """The folder of each seed, the first one's own and those of the others beside it."""
        first = self.seeds[0]
        return {
            seed: out if seed == first else out.with_name(f"{out.name}-seed{seed}") for seed in self.seeds
        }


def find_several(out: Path) -> Several | None:
    """What is left to do where a folder is the first of several seeds; None of any other.

    Raises:
        ConfigError: it is written down there, and cannot be read.
    """
    try:
        found = disk.read_json(out / FILE, Several)
    except FileNotFoundError:
        return None
    except CatalogError as error:
        raise ConfigError(f"Expected the seeds of a run in {out.name!r}. {error}") from None
    if not found.seeds:
        raise ConfigError(
            f"Expected the seeds of a run in {out.name!r}, {FILE} names none. Train them again."
        )
    return found


def train_seeds(
    config: TrainConfig,
    out: str | Path,
    seeds: list[int],
    *,
    device: str = "cpu",
    command: str = "",
    data: Dataset | None = None,
) -> Iterator[RunEvent]:
    """Train once a seed; the first one's model is kept with the weights of all, their figures stand in its card.

    The folders of the other seeds are made beside it, and removed when all are trained; their weights are copied into
    the model's own as ``seed_file`` says. Where one is paused, fails or dies, ``resume_seeds`` goes on.

    Args:
        config: the recipe; its own seed does not count.
        out: a new or an empty folder, for the model of the first seed.
        seeds: at least one.
        device: "cpu", "cuda", "cuda:0", ...
        command: what to run to get the same figures again, for the card.
        data: what ``config.data`` names, where it was read already.

    Yields:
        RunEvent: those of every run, one after another, see ``train``; "paused" is the last one.

    Raises:
        ConfigError: before anything is trained, where something stands in one of the folders.
    """
    out, several = Path(out), Several(list(seeds), command, torch.get_num_threads())
    for folder in several.folders(out).values():
        require_clean(folder)
    yield from _go_on(config, out, several, device, data)


def resume_seeds(
    out: str | Path, *, device: str = "cpu", threads: int = 0, data: Dataset | None = None
) -> Iterator[RunEvent]:
    """Go on with several seeds of which one was paused, failed or died: with that one, then with those not begun.

    Args:
        out: the folder of the first seed.
        device: "cpu", "cuda", "cuda:0", ...
        threads: of torch; 0 takes those that the runs had.
        data: what the settings name, where it was read already.

    Yields:
        RunEvent: as ``train_seeds``.

    Raises:
        ConfigError: no several seeds are going on there; what ``resume`` and ``train`` say of one of them.
    """
    out = Path(out)
    several = find_several(out)
    if several is None:
        raise ConfigError(f"Expected a recipe with several seeds that goes on, {out.name!r} holds none.")
    set_threads(threads or several.threads)
    try:
        config = read_settings(out / "request.json")
    except FileNotFoundError:
        raise ConfigError(f"Expected the settings of the run in {out.name!r}, there are none.") from None
    yield from _go_on(config, out, several, device, data, threads)


def _go_on(
    config: TrainConfig, out: Path, several: Several, device: str, data: Dataset | None, threads: int = 0
) -> Iterator[RunEvent]:
    """Every seed that is not finished, then the card of all."""
    data, folders = data or load_for(config), several.folders(out)
    for seed, folder in folders.items():
        if (folder / "card.json").exists():
            continue
        if is_run(folder):
            events = resume(folder, device=device, threads=threads or several.threads, data=data)
        else:
            one = replace(config, seed=seed)
            events = train(one, folder, device=device, command=several.command, data=data)
        for event in events:
            if not (out / FILE).exists():  # the folder is claimed by now
                _write(out, several)
            yield event
        if not (folder / "card.json").exists():
            return
    _gather(out, several)


def _write(out: Path, several: Several) -> None:
    with disk.writing(out / FILE, "the run") as file:
        file.write(msgspec.json.encode(several) + b"\n")


def _gather(out: Path, several: Several) -> None:
    """The weights of all beside the first one's, the figures in its card; then the other folders go."""
    folders, rows = several.folders(out), []
    for seed, folder in folders.items():
        card = read_card(folder)
        rows.append(
            SeedFigures(seed=seed, val=card.metrics["val"], test=card.metrics["test"], digest=card.digest)
        )
        if folder != out:
            with disk.writing(out / seed_file(seed), "the model") as file:
                file.write((folder / "model.safetensors").read_bytes())
    card = read_card(out)
    write_card(replace(card, metrics={**card.metrics, "seeds": rows, "mean": _means(rows)}))
    (out / FILE).unlink(missing_ok=True)
    for folder in folders.values():
        if folder != out:
            shutil.rmtree(folder)
