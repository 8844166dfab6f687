"""What large uploads of several people at once take of the server's memory, and what of it stays."""

import os
import platform
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from medrnn.bench.browser import browsing_many, serving, wait_until_calm
from medrnn.bench.made import make_slice
from medrnn.bench.processes import look, watching

PEOPLE = 4
SIDE = 10_240  # pixels: 200 MB of 16 bits
LATER_S = 60
DONE_S = 300


def _write(path: Path) -> None:
    rng = np.random.default_rng(0)
    tile = rng.integers(-1000, 1000, (256, SIDE), np.int16)
    path.write_bytes(make_slice(np.tile(tile, (SIDE // 256, 1)), intercept=-24))


def _open(page: Any, file: Path) -> None:
    page.locator("input[type=file]").first.set_input_files(file)


def _said(page: Any) -> str:
    """What came of the file: "opened", or the sentence why not."""
    done = page.get_by_text(f"{SIDE} rows").or_(page.get_by_test_id("stAlertContentError")).first
    done.wait_for(timeout=1000 * DONE_S)
    wait_until_calm(page)
    return "opened" if page.get_by_text(f"{SIDE} rows").count() else done.inner_text()


def bench_memory() -> dict[str, Any]:
    """Several people bring 200 MB each at once; MB of resident memory, what processes share counted once.

    Returns:
        ``idle_mb`` before; ``child_peak_mb`` of the largest process that decodes; ``server_peak_mb``; ``sum_peak_mb``
        of server, warm process and children; ``open_mb`` once all is read; ``later_mb`` a minute after all tabs were
        closed; ``said``, how often the page said what.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large"
        _write(file)
        with serving(MEDRNN_RUNS=folder) as (url, server), browsing_many(PEOPLE) as pages:
            for page in pages:
                page.goto(url)
                wait_until_calm(page)
            time.sleep(10)  # the server imports torch in the background
            idle = look(server)
            with watching(server) as peak:
                for page in pages:
                    _open(page, file)
                said = [_said(page) for page in pages]
            kept = look(server)
            for page in pages:
                page.close()
            time.sleep(LATER_S)
            later = look(server)
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "people": PEOPLE,
        "megabytes": SIDE * SIDE * 2 >> 20,
        "idle_mb": round(idle.total),
        "child_peak_mb": round(peak.child),
        "server_peak_mb": round(peak.server),
        "sum_peak_mb": round(peak.total),
        "open_mb": round(kept.total),
        "later_s": LATER_S,
        "later_mb": round(later.total),
        "said": {one: said.count(one) for one in sorted(set(said))},
    }
