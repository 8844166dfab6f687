"""The list of many long runs: read for the first time, read again, and after one of them has added an event."""

import json
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from medrnn.models.catalog import runs_folder
from medrnn.training.presets import PRESETS
from medrnn.training.runs.begin import claim
from medrnn.training.runs.states import list_runs

COUNTS = (20, 200)
EVENTS = 5_000
EPOCHS = 100
REPEATS = 5


def _events() -> Iterator[dict[str, Any]]:
    """What a long run tells, from "started" to its last epoch."""
    now, a_step = time.time(), {"loss": 0.6931, "accuracy": 0.9125, "elapsed_s": 12.345678}
    figures = {"val_loss": 0.4321, "val_accuracy": 0.9, "val_auc": 0.95, "elapsed_s": 12.345678}
    steps = EVENTS - EPOCHS - 1
    yield {"kind": "started", "time": now, "device": "cpu", "seed": 0, "train": 4708, "val": 524, "test": 624}
    for step in range(1, steps + 1):
        epoch = 1 + (step - 1) * EPOCHS // steps
        yield {"kind": "step", "time": now, "epoch": epoch, "step": step, "steps": steps, **a_step}
        if step * EPOCHS // steps >= epoch:
            yield {"kind": "epoch", "time": now, "epoch": epoch, "epochs": EPOCHS, "step": step, **figures}


@contextmanager
def _many_runs(count: int) -> Iterator[None]:
    """A folder of runs that died late, for a while."""
    text, before = "".join(json.dumps(event) + "\n" for event in _events()), os.environ.get("MEDRNN_RUNS")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MEDRNN_RUNS"] = folder
        try:
            for number in range(count):
                with claim(Path(folder) / f"run-{number:04d}", PRESETS["pneumonia-gru"]) as run:
                    (run.path / "events.jsonl").write_text(text, encoding="utf-8")
            yield
        finally:
            os.environ.pop("MEDRNN_RUNS")
            if before is not None:
                os.environ["MEDRNN_RUNS"] = before


def _list_ms() -> float:
    began = time.perf_counter()
    list_runs()
    return 1000 * (time.perf_counter() - began)


def _add_one() -> None:
    with (runs_folder() / "run-0000" / "events.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"kind": "waiting", "time": 1}\n')


def _measure(count: int) -> dict[str, Any]:
    with _many_runs(count):
        first = _list_ms()
        again = min(_list_ms() for _ in range(REPEATS))
        added = []
        for _ in range(REPEATS):
            _add_one()
            added.append(_list_ms())
    return {
        "runs": count,
        "events": EVENTS,
        "first_ms": round(first, 1),
        "again_ms": round(again, 2),
        "one_added_ms": round(min(added), 2),
    }


def bench_runs() -> dict[str, Any]:
    """What the page Runs and every live picture of a run have to read.

    Returns:
        ``rows``: milliseconds of ``list_runs``, the best of five but for the first.
    """
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "rows": [_measure(count) for count in COUNTS],
    }
