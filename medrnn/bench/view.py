"""A series of 200 slices in the real app: how soon it can be scrolled, and what the server holds for it."""

import os
import platform
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from medrnn.bench.browser import browsing, serving, wait_until_calm
from medrnn.bench.made import make_body, make_slice

SLICES, SIDE = 200, 512
SCROLLED = 80  # slices, at SPEED a second
SPEED = 6
CORES = 2
VIEWER = ".viewer[data-loaded=true]"


def _write_series(folder: Path) -> Path:
    """A zip of the series, stored, as an archive exports it."""
    path = folder / "series.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for k in range(SLICES):
            archive.writestr(f"{k:04}", make_slice(make_body(SIDE, k / SLICES, k), k + 1, 1.5 * k))
    return path


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _scroll(page: Any) -> tuple[float, int]:
    """Slices a second as they came to the screen, and how many were late."""
    canvas = page.locator(".viewer canvas").first
    canvas.focus()
    late, began = 0, time.monotonic()
    for k in range(SCROLLED):
        canvas.press("ArrowDown")
        time.sleep(max(0.0, began + (k + 1) / SPEED - time.monotonic()))
        late += page.locator(".viewer").first.get_attribute("data-loaded") != "true"
    return SCROLLED / (time.monotonic() - began), late


def _limit_cores() -> int:
    """At most CORES of the machine for the server and the browser."""
    some = set(sorted(os.sched_getaffinity(0))[:CORES])
    os.sched_setaffinity(0, some)
    return len(some)


def bench_view() -> dict[str, Any]:
    """Upload the series as one zip; seconds to the first picture, memory against pixel bytes, a scroll."""
    cores, pixels = _limit_cores(), SLICES * SIDE * SIDE * 2 / 1e6
    with tempfile.TemporaryDirectory() as folder, serving() as (url, pid), browsing() as page:
        series = _write_series(Path(folder))
        page.goto(url)
        wait_until_calm(page)
        time.sleep(8)  # the server imports torch in the background
        before = _resident_mb(pid)
        began = time.monotonic()
        page.locator("input[type=file]").set_input_files(series)
        page.locator(f"{VIEWER}[data-frames='{SLICES}']").wait_for(timeout=60_000)
        first_s = time.monotonic() - began
        wait_until_calm(page)
        held = _resident_mb(pid) - before
        speed, late = _scroll(page)
    return {
        "machine": f"{platform.machine()}, {cores} cores",
        "slices": SLICES,
        "pixel_mb": round(pixels, 1),
        "first_picture_s": round(first_s, 2),
        "held_mb": round(held, 1),
        "held_ratio": round(float(np.round(held / pixels, 2)), 2),
        "slices_a_second": round(speed, 1),
        "late_slices": late,
    }
