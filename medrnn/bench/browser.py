"""The app as a user has it: a server on the loopback and a Chromium in front of it, for measurements."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from medrnn.config import ROOT
from medrnn.errors import ConfigError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
START_S = 60
CALM = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps",
)  # fmt: skip


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _is_up(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).read()
    except OSError:
        return False
    return True


@contextmanager
def serving(**environment: str) -> Iterator[tuple[str, int]]:
    """The address of a fresh server and its process id.

    Raises:
        ConfigError: it did not come up.
    """
    port = _free_port()
    words = ["-m", "streamlit", "run", "app.py", "--server.headless", "true", "--server.port", str(port)]
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url, began = f"http://localhost:{port}", time.monotonic()
        while not _is_up(url):
            if process.poll() is not None or time.monotonic() - began > START_S:
                raise ConfigError("Expected the app to start, it did not. Try `make run` and see why.")
            time.sleep(0.1)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(15)


@contextmanager
def browsing(width: int = 1400, height: int = 900) -> Iterator[Any]:
    """A page of a headless Chromium, as playwright gives it.

    Raises:
        ConfigError: there is no playwright or no Chromium.
    """
    with browsing_many(1, width, height) as (page,):
        yield page


@contextmanager
def browsing_many(people: int, width: int = 1400, height: int = 900) -> Iterator[list[Any]]:
    """Pages of people who know nothing of each other, in one Chromium.

    Raises:
        ConfigError: as ``browsing``.
    """
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        path = None
    if path is None:
        raise ConfigError(
            "Expected playwright and Chromium, which this measurement drives. Install requirements-test.txt "
            "and the package chromium."
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CALM)
        yield [browser.new_page(viewport={"width": width, "height": height}) for _ in range(people)]
        browser.close()


def wait_until_calm(page: Any) -> None:
    """Until the script of the page has run."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)
