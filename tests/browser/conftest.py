"""A real server on the loopback and a real Chromium in front of it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from functools import partial
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CALM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
]


def find_chromium(playwright):
    """The system's Chromium, else playwright's own; None where there is neither."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if path := shutil.which(name):
            return path
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def come_back(browser, **look):
    """A visitor who has seen the tour: the card in the corner would lie over what others press."""
    context = browser.first_visit(**look)
    context.add_init_script("localStorage.setItem('medrnn-tour', 'done')")
    return context


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)  # a busy machine is slow
    with sync_playwright() as playwright:
        path = find_chromium(playwright)
        if path is None:
            message = (
                "NO CHROMIUM: every browser test is left out. Install it (Debian: chromium) to run them."
            )
            if os.environ.get("MEDRNN_NEED_BROWSER"):
                pytest.fail(message)
            pytest.skip(message)
        browser = playwright.chromium.launch(executable_path=path, args=CALM)
        browser.first_visit = browser.new_context
        browser.new_context = partial(come_back, browser)
        yield browser
        browser.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """The app (or another script) as a user starts it, with its own folder for runs."""

    def __init__(self, runs: Path, port: int | None = None, script: Path = ROOT / "app.py") -> None:
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = runs.parent / f"server-{self.port}-{time.monotonic_ns()}.log"
        words = [
            "-m",
            "streamlit",
            "run",
            str(script),
            "--server.headless",
            "true",
            "--server.port",
            str(self.port),
        ]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, *words],
                cwd=ROOT,
                env=os.environ | {"MEDRNN_RUNS": str(runs)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()

    def _wait(self) -> None:
        for _ in range(300):
            assert self.process.poll() is None, self.log.read_text()
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1).read()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the server did not come up")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(15)


@pytest.fixture(scope="session")
def shared_runs(tmp_path_factory):
    return tmp_path_factory.mktemp("browser") / "runs"


@pytest.fixture(scope="session")
def server(shared_runs):
    made = Server(shared_runs)
    yield made
    made.stop()


class Visit:
    """A page with what went wrong on it and what it asked from elsewhere."""

    def __init__(self, context) -> None:
        self.page = context.new_page()
        self.outside: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", self._count)
        self.page.on("console", self._listen)
        self.page.on("response", self._answer)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _listen(self, message) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:  # see _answer
            self.errors.append(message.text)

    def _answer(self, response) -> None:
        """A deep link makes Streamlit's own page look for the server below the link first, and not find it."""
        looked_for = response.url.endswith(("/_stcore/health", "/_stcore/host-config"))
        if response.status >= 400 and not looked_for:
            self.errors.append(f"{response.status} {response.url}")

    def _count(self, request) -> None:
        if not request.url.startswith(("http://localhost:", "ws://localhost:", "blob:", "data:")):
            self.outside.append(request.url)


@pytest.fixture
def visit(chromium):
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(30_000)
    made = Visit(context)
    yield made
    context.close()
