"""A run watched in a real browser: how long a figure takes from its event to the picture, and what watching costs."""

import os
import platform
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from medrnn.bench.browser import browsing, serving, wait_until_calm
from medrnn.training.presets import PRESETS
from medrnn.training.runs.begin import claim
from medrnn.training.runs.folder import RunFolder

EVENTS = 20
WATCHED_S = 20.0
PACE_S = 0.1  # between events while the cost is measured
STEPS = 2_000
TICKS = os.sysconf("SC_CLK_TCK")
_POINTS = """() => [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
  .map(host => +(host.shadowRoot?.querySelector(".curves")?.dataset.points ?? 0)).reduce((a, b) => a + b, 0)"""


def _tell(run: RunFolder, step: int) -> None:
    figures = {"loss": 1 / step, "accuracy": 0.9, "rate": 1e-3, "gradient": 1.0, "images_per_s": 500.0}
    run.tell("step", {"epoch": 1, "step": step, "steps": STEPS, "elapsed_s": float(step), **figures})


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _delays(run: RunFolder, page: Any) -> list[float]:
    """Seconds from an event to its point in the picture."""
    found = []
    for step in range(2, EVENTS + 2):
        before = page.evaluate(_POINTS)
        time.sleep(0.37 * (step % 5))  # at any moment between two looks of the page
        _tell(run, step)
        began = time.monotonic()
        while page.evaluate(_POINTS) <= before:
            time.sleep(0.02)
        found.append(time.monotonic() - began)
    return found


def _cost(run: RunFolder, pid: int, first: int) -> float:
    """Share of a core that the server takes while a page watches events that come ten a second."""
    began, before, step = time.monotonic(), _cpu_s(pid), first
    while time.monotonic() - began < WATCHED_S:
        _tell(run, step)
        step += 1
        time.sleep(PACE_S)
    return (_cpu_s(pid) - before) / (time.monotonic() - began)


def bench_watch() -> dict[str, Any]:
    """One page on one run; the run itself is only told, so that nothing but the watching is measured.

    Returns:
        Seconds from event to picture (median, slowest), percent of one core that the server takes for it, and while
        nobody looks.
    """
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        environment = {"MEDRNN_RUNS": folder, "MEDRNN_WARM": "0"}
        url, pid = stack.enter_context(serving(**environment))
        run = stack.enter_context(claim(Path(folder) / "watched", PRESETS["pneumonia-gru"]))
        run.tell("started", {"device": "cpu", "seed": 0, "train": 4708, "val": 524, "test": 624})
        _tell(run, 1)
        page = stack.enter_context(browsing())
        page.goto(url)
        wait_until_calm(page)
        time.sleep(8)  # the server imports torch in the background
        page.goto(f"{url}/runs?run=watched")
        while not page.evaluate(_POINTS):
            time.sleep(0.1)
        delays = _delays(run, page)
        watched = _cost(run, pid, EVENTS + 2)
        page.goto("about:blank")
        time.sleep(2)
        idle = _cost(run, pid, EVENTS + 2 + int(WATCHED_S / PACE_S) + 1)
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load": round(os.getloadavg()[0], 1),
        "median_s": round(statistics.median(delays), 2),
        "slowest_s": round(max(delays), 2),
        "percent_of_a_core": round(100 * watched, 1),
        "percent_unwatched": round(100 * idle, 1),
    }
