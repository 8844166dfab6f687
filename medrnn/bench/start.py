"""From the press of Start to the first figures of a run, and from the press of Stop to its answer."""

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from medrnn.training.presets import QUICK
from medrnn.training.runs import processes, runner
from medrnn.training.runs.states import RunState

REPEATS = 5
PATIENCE_S = 60.0
RECIPE = replace(QUICK, epochs=50)  # long enough to be stopped


@contextmanager
def _own_folder() -> Iterator[None]:
    before = os.environ.get("MEDRNN_RUNS")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MEDRNN_RUNS"] = folder
        try:
            yield
        finally:
            os.environ.pop("MEDRNN_RUNS")
            if before is not None:
                os.environ["MEDRNN_RUNS"] = before


def _until(run_id: str, is_so: Callable[[RunState], object]) -> float:
    """When it was so, as a page reads it."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so(run := processes.read_run(run_id)):
        if time.monotonic() > deadline or not (run.is_live or run.told.outcome):
            raise TimeoutError(f"Expected the run to go on, it is {run.state}. {run.message}")
        time.sleep(0.01)
    return time.monotonic()


def _once(seed: int) -> tuple[float, float, float]:
    """Seconds to the first figures, from Stop to the answer, from Stop to the figures of the model."""
    pressed = time.monotonic()
    run_id = processes.start_run(replace(RECIPE, seed=seed))
    first = _until(run_id, lambda run: run.told.steps) - pressed
    time.sleep(1)
    pressed = time.monotonic()
    processes.stop_run(run_id)
    answered = _until(run_id, lambda run: run.told.heard == "stopped") - pressed
    ended = _until(run_id, lambda run: run.told.outcome) - pressed
    _until(run_id, lambda run: not run.is_live)
    return first, answered, ended


def _measure(is_warm: bool) -> dict[str, Any]:
    found = list(zip(*(_once(seed) for seed in range(REPEATS)), strict=True))
    first, answered, ended = (round(statistics.median(column), 2) for column in found)
    return {
        "warm": is_warm,
        "first_figures_s": first,
        "slowest_first_figures_s": round(max(found[0]), 2),
        "stop_answered_s": answered,
        "stop_measured_s": ended,
    }


def bench_start() -> dict[str, Any]:
    """The quick recipe on the CPU, with and without a process that has torch loaded.

    Returns:
        ``rows``: medians of five; ``load`` is the machine's own over the last minute.
    """
    with _own_folder():
        rows = [_measure(is_warm=False)]
        runner.warm()
        if runner.is_ready(PATIENCE_S):
            rows.append(_measure(is_warm=True))
        runner.stop()
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load": round(os.getloadavg()[0], 1),
        "rows": rows,
    }
