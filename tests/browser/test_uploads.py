"""Files at work in a real browser: the place in the queue, Cancel, a closed tab, a lost connection."""

import contextlib
import os
import re
import socket
import threading
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from medrnn.bench.processes import CHILD, descendants
from tests.browser.conftest import ROOT, Server, Visit
from tests.imaging.slow import slow_jpeg

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
CT = (ROOT / "assets" / "samples" / "ct-small.dcm").read_bytes()
NEVER = 20_000  # scans of a JPEG that takes longer than it may
OPENED = "128 rows x 128 columns"


def named(*files):
    return [{"name": f"f{k}", "mimeType": "", "buffer": data} for k, data in enumerate(files)]


def open_files(page, *files):
    page.locator("input[type=file]").first.set_input_files(named(*files))


def decoders(server) -> list[int]:
    """Processes that decode: what the warm process bore."""
    found = []
    for pid in descendants(server.process.pid):
        try:
            parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if CHILD.encode() in words and parent != server.process.pid:
            found.append(pid)
    return found


def wait_until(is_so, seconds=60.0):
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.05)


@pytest.fixture
def fresh(tmp_path):
    made = Server(tmp_path / "runs")
    yield made
    made.stop()


@pytest.fixture
def another(chromium):
    made = []

    def come():
        context = chromium.new_context(viewport={"width": 1400, "height": 900})
        context.set_default_timeout(60_000)
        made.append(context)
        return Visit(context).page

    yield come
    for context in made:
        context.close()


def come_in(page, url):
    page.goto(url)
    expect(page.get_by_text("No image yet")).to_be_visible(timeout=60_000)


def test_cancel_ends_the_work_and_keeps_what_was_open(fresh, visit):
    page = visit.page
    come_in(page, fresh.url)
    open_files(page, CT)
    expect(page.get_by_text(OPENED)).to_be_visible(timeout=60_000)
    page.get_by_text("Samples and your own images", exact=True).click()  # folded once something is open
    open_files(page, CT, *(slow_jpeg(NEVER, grey=k) for k in range(6)))
    expect(page.get_by_text(re.compile("File [2-7] of 7"))).to_be_visible(timeout=60_000)
    wait_until(lambda: decoders(fresh))
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled.")).to_be_visible(timeout=60_000)
    wait_until(lambda: not decoders(fresh), 5)
    expect(page.get_by_text(OPENED)).to_be_visible()
    expect(page.get_by_text(re.compile("File . of 7"))).to_have_count(0)
    assert visit.errors == []


def test_a_closed_tab_ends_its_work_and_frees_its_turn(fresh, another, visit):
    slow = another()
    come_in(slow, fresh.url)
    open_files(slow, *(slow_jpeg(NEVER, grey=k) for k in range(12)))
    expect(slow.get_by_text(re.compile("File . of 12"))).to_be_visible(timeout=60_000)
    wait_until(lambda: decoders(fresh))
    slow.close()
    wait_until(lambda: not decoders(fresh), 4)  # in the middle of a file, which may take 5 s
    time.sleep(2)
    assert not decoders(fresh)  # and no other of the twelve was begun
    come_in(visit.page, fresh.url)
    open_files(visit.page, CT)
    expect(visit.page.get_by_text(OPENED)).to_be_visible(timeout=60_000)


def test_who_waits_sees_his_place(fresh, another, visit):
    """As many others as there are turns bring slow files; a second large batch waits and says so."""
    for _ in range(1 + max(2, os.cpu_count() or 1)):
        page = another()
        come_in(page, fresh.url)
        open_files(page, *(slow_jpeg(NEVER, grey=k) for k in range(9)))
        expect(page.get_by_text(re.compile("File . of 9"))).to_be_visible(timeout=60_000)
    come_in(visit.page, fresh.url)
    open_files(visit.page, *(slow_jpeg(NEVER, side=1500, grey=k) for k in range(40)))
    expect(
        visit.page.get_by_text(re.compile("of 40 waits: [0-9] of others (is|are) before it"))
    ).to_be_visible(timeout=120_000)


class Line:
    """A port that passes everything on to the server, and can be cut."""

    def __init__(self, port: int) -> None:
        self._to, self._open = port, []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._door.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                ours, _ = self._door.accept()
            except OSError:
                return
            theirs = socket.create_connection(("localhost", self._to))
            self._open += [ours, theirs]
            for pair in ((ours, theirs), (theirs, ours)):
                threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _pass(self, one, other) -> None:
        try:
            while data := one.recv(1 << 16):
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            end.close()

    def cut(self) -> None:
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def close(self) -> None:
        self.cut()
        self._door.close()


def test_a_connection_that_is_lost_and_found_again_keeps_the_images(fresh, another):
    line = Line(fresh.port)
    try:
        page = another()
        come_in(page, line.url)
        open_files(page, CT)
        expect(page.get_by_text(OPENED)).to_be_visible(timeout=60_000)
        line.cut()
        time.sleep(8)
        page.get_by_test_id("stSidebarNav").get_by_role("link", name="Read", exact=True).click()
        expect(page.locator(".js-plotly-plot:visible").first).to_be_visible(timeout=90_000)
    finally:
        line.close()


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def test_what_a_closed_tab_held_is_given_back_without_another_visit(fresh, another, tmp_path):
    import numpy as np

    from medrnn.bench.made import make_slice

    page = another()
    come_in(page, fresh.url)
    time.sleep(8)  # torch is imported
    files = [make_slice(np.full((2500, 2500), k, np.int16), k + 1, k, intercept=-1) for k in range(3)]
    page.locator("input[type=file]").first.set_input_files(named(*files))
    expect(page.get_by_text("2500 rows")).to_be_visible(timeout=120_000)
    del files
    before = resident_mb(fresh.process.pid)
    page.close()
    wait_until(lambda: resident_mb(fresh.process.pid) < before - 50, 110)
