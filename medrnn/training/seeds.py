"""The same recipe with several seeds: how much of a figure is luck."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from medrnn.config import TrainConfig
from medrnn.datasets import Dataset
from medrnn.evaluation.metrics import METRICS
from medrnn.models.cards import MeanFigures, SeedFigures, read_card, seed_file, write_card
from medrnn.training.run import train
from medrnn.training.runs.begin import require_clean
from medrnn.types import RunEvent


def _mean(figures: list[float | None]) -> float | None:
    """None where one of them is not defined."""
    known = [figure for figure in figures if figure is not None]
    return float(np.mean(known)) if len(known) == len(figures) else None


def _means(rows: list[SeedFigures]) -> MeanFigures:
    tests: list[dict[str, Any]] = [dict(row["test"]) for row in rows]
    means = {name: _mean([test[name] for test in tests]) for name in METRICS}
    return cast(MeanFigures, means)  # the same names


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

    The folders of the other seeds are made beside and removed; their weights move into the model's own as
    ``seed_file`` says.

    Args:
        config: the recipe; its own seed does not count.
        out: a new or an empty folder, for the model of the first seed.
        seeds: at least one.
        device: "cpu", "cuda", "cuda:0", ...
        command: what to run to get the same figures again, for the card.
        data: what ``config.data`` names, where it was read already.

    Yields:
        RunEvent: those of every run, one after another, see ``train``.

    Raises:
        ConfigError: before anything is trained, where something stands in one of the folders.
    """
    out = Path(out)
    rows: list[SeedFigures] = []
    folders = {seed: out if seed == seeds[0] else out.with_name(f"{out.name}-seed{seed}") for seed in seeds}
    for folder in folders.values():
        require_clean(folder)
    for seed, folder in folders.items():
        yield from train(replace(config, seed=seed), folder, device=device, command=command, data=data)
        card = read_card(folder)
        rows.append(
            {"seed": seed, "val": card.metrics["val"], "test": card.metrics["test"], "digest": card.digest}
        )
        if folder != out:
            (folder / "model.safetensors").replace(out / seed_file(seed))
            shutil.rmtree(folder)
    card = read_card(out)
    write_card(replace(card, metrics={**card.metrics, "seeds": rows, "mean": _means(rows)}))
