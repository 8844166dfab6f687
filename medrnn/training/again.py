"""Lines for a shell that make a model or its index again, as they stand on cards and pages.

They are meant for the project's folder, with the runs in ``runs/``. No card and no page says where somebody's own data
lie: there stands ``YOUR_DATA``, and the line runs where that is the folder (or the file).
"""

import json
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from medrnn.config import TrainConfig
from medrnn.datasets import is_shipped

YOUR_DATA = "YOUR-DATA"
_OUT = "runs"


def _data(data: str | Path) -> list[str]:
    return [str(data) if is_shipped(data) else YOUR_DATA]


def train_line(
    name: str,
    data: str | Path,
    *,
    preset: str = "",
    is_presets_data: bool = False,
    seeds: Sequence[int] = (),
    seed: int | None = None,
    cut: str = "none",
) -> str:
    """What trains the model of a run again.

    Args:
        name: of the run's folder.
        data: what it learns from.
        preset: the recipe, "" for the settings in the run's folder.
        is_presets_data: the preset names the same data.
        seeds: of a model with several.
        seed: where it is not that of the recipe.
        cut: what its volumes became, which the settings in the run's folder say too.
    """
    words = ["python", "-m", "medrnn", "train"]
    words += ["--preset", preset] if preset else ["--config", f"{_OUT}/{name}/config.json"]
    if not is_shipped(data) or (preset and not is_presets_data):
        words += ["--data", *_data(data)]
    if preset and cut != "none":
        words += ["--cut", cut]
    if seeds:
        words += ["--seeds", *map(str, seeds)]
    elif preset and seed is not None:
        words += ["--seed", str(seed)]
    return shlex.join([*words, "--out", f"{_OUT}/{name}"])


def with_threads(line: str, threads: int) -> str:
    """The same with so many threads of torch, on which the last bits of the weights depend; any other text as it is."""
    words = shlex.split(line) if line else []
    if "--out" not in words or "--threads" in words:
        return line
    at = words.index("--out")
    return shlex.join([*words[:at], "--threads", str(threads), *words[at:]])


def settings_line(file: str, name: str, data: str | Path, *, threads: int = 0, device: str = "cpu") -> str:
    """What trains a model again from its settings as they were downloaded: on the CPU to the same bits.

    Args:
        file: of the settings.
        name: of the folder for the new run.
        data: what it learns from.
        threads: of torch, on which the last bits depend; 0 where nobody knows.
        device: where it was trained.
    """
    words = ["python", "-m", "medrnn", "train", "--config", file]
    words += [] if is_shipped(data) else ["--data", YOUR_DATA]
    words += ["--threads", str(threads)] if threads else []
    words += [] if device == "cpu" else ["--device", device]
    return shlex.join([*words, "--out", f"{_OUT}/{name}"])


def settings_text(config: TrainConfig) -> str:
    """Settings as JSON that ``train --config`` reads; data that are not shipped are ``YOUR_DATA``."""
    shared = config if is_shipped(config.data) else replace(config, data=YOUR_DATA)
    return json.dumps(shared.to_dict(), indent=1) + "\n"


def beside(line: str, name: str) -> str:
    """The same into another folder, for a model whose own still stands in ``runs/``; any other text as it is."""
    try:
        words = shlex.split(line)
    except ValueError:
        return line
    return shlex.join([*words[:-1], f"{words[-1]}-again"]) if words[-1:] == [f"{_OUT}/{name}"] else line


def index_line(model: str, data: str | Path, module: str = "") -> str:
    """What builds the index of the states of a model, or of one module of it."""
    words = ["python", "-m", "medrnn", "index", "--model", model]
    words += ["--module", module] if module else []
    return shlex.join(words if is_shipped(data) else [*words, "--data", YOUR_DATA])
