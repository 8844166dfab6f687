"""The page Memory with a large trace in a real browser: first picture, frames a second, choices and reruns."""

import os
import platform
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from medrnn.bench.browser import browsing, serving, wait_until_calm
from medrnn.config import ReadingConfig
from medrnn.models.cards import write_card
from medrnn.models.catalog import find_card
from medrnn.models.checkpoints import save_weights
from medrnn.models.classifier import RecurrentClassifier

MODEL, UNITS, SIDE = "bench-lstm-256", 256, 224
CHOICES = 8
PLAY_S = 4
_FRAMES = """seconds => new Promise(done => {
  const began = performance.now(), gaps = []
  let last = began
  requestAnimationFrame(function next(now) {
    gaps.push(now - last); last = now
    if (now - began < 1000 * seconds) requestAnimationFrame(next)
    else done(gaps.slice(1))
  })
})"""

_CHOOSE = """([share, words]) => new Promise((done, fail) => {
  setTimeout(() => fail(new Error("no rerun within 30 s")), 30000)
  const hosts = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
  const scan = hosts.map(host => host.shadowRoot?.querySelector(".player .scan")).find(Boolean)
  const {left, top, height} = scan.getBoundingClientRect(), began = performance.now()
  const app = document.querySelector("[data-testid=stApp]"), state = () => app.getAttribute("data-test-script-state")
  let started = null, heard = null
  const watch = new MutationObserver(() => {
    const now = performance.now()
    if (state() === "running") started ??= now
    if (heard === null && app.textContent.includes(words)) heard = now
    if (heard !== null && started !== null && state() === "notRunning") {
      watch.disconnect(); done({choice: heard - began, rerun: now - started})
    }
  })
  watch.observe(app, {attributes: true, childList: true, subtree: true, characterData: true})
  scan.dispatchEvent(new MouseEvent("click", {bubbles: true, clientX: left + 20, clientY: top + share * height}))
})"""


def _write_model(runs: Path) -> None:
    """An untrained LSTM of 256 units that reads 224 rows; only its size matters here."""
    import torch

    base = find_card("pneumonia-lstm-forward")
    reading = ReadingConfig(size=(SIDE, SIDE))
    model = replace(base.config.model, layers=1, width=UNITS, features=SIDE)
    folder = runs / MODEL
    folder.mkdir(parents=True)
    torch.manual_seed(0)
    network = RecurrentClassifier(model)
    write_card(
        replace(
            base,
            id=MODEL,
            title="Untrained, for measurements",
            config=replace(base.config, model=model, reading=reading),
            parameters=sum(p.numel() for p in network.parameters()),
            novelty="",
            digest=save_weights(network, folder / "model.safetensors"),
            folder=folder,
        )
    )


def _measure(url: str, page: Any, view: str) -> dict[str, Any]:
    page.goto(url)
    wait_until_calm(page)
    time.sleep(8)  # the server imports torch in the background
    began = time.monotonic()
    page.goto(f"{url}/memory?sample=chest-cr&model={MODEL}&view={view}")
    page.locator(f".player[data-steps='{SIDE}']").wait_for(timeout=60_000)
    if view:
        page.locator(f".tracks[data-steps='{SIDE}']").wait_for(timeout=60_000)
    first = time.monotonic() - began
    wait_until_calm(page)
    page.get_by_role("button", name="Play").click()
    gaps = page.evaluate(_FRAMES, PLAY_S)
    page.get_by_role("button", name="Pause").click()
    heard = []
    for k in range(CHOICES):
        row = (k + 1) * SIDE // (CHOICES + 2)
        wait_until_calm(page)
        heard.append(page.evaluate(_CHOOSE, [(row + 0.5) / SIDE, f"Step {row + 1} is chosen"]))
    return {
        "first_picture_s": round(first, 2),
        "frames_a_second": round(1000 / statistics.mean(gaps), 1),
        "slowest_5_percent_ms": round(sorted(gaps)[int(0.95 * len(gaps))], 1),
        "choice_ms": round(statistics.median(one["choice"] for one in heard)),
        "rerun_ms": round(statistics.median(one["rerun"] for one in heard)),
    }


def bench_page() -> dict[str, Any]:
    """256 units x 224 steps x 6 maps; a choice includes 250 ms in which the page waits whether more comes, a rerun is
    what the page itself sees of the script's run.

    Returns:
        ``rows``: with and without ``gc.freeze`` after the heavy imports, and with a view of the laboratory open.
    """
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        _write_model(Path(folder))
        for is_frozen, view in ((True, ""), (False, ""), (True, "gates")):
            environment = {"MEDRNN_RUNS": folder, "MEDRNN_FREEZE": str(int(is_frozen))}
            with serving(**environment) as (url, _), browsing() as page:
                rows.append({"gc_freeze": is_frozen, "view": view, **_measure(url, page, view)})
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "units": UNITS,
        "steps": SIDE,
        "maps": 6,
        "rows": rows,
    }
