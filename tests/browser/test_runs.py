"""A run in real browsers: paused and named in one, seen in a second, resumed after a restart, zoomed, killed."""

import os
import signal

import pytest
from playwright.sync_api import expect

from medrnn.training.runs.states import observe
from tests.browser.conftest import Server
from tests.browser.places import settle
from tests.training.alive import pids_of, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def start(page, url, steps):
    page.goto(f"{url}/train")
    page.get_by_label("Steps", exact=True).fill(str(steps))
    page.get_by_label("Steps", exact=True).press("Enter")
    button(page, "Start training").click()
    expect(page.get_by_text("running", exact=True)).to_be_visible(timeout=90_000)
    expect(page.locator(".curves")).to_have_attribute("data-zoom", "all", timeout=60_000)


def only_run(runs):
    (folder,) = [one for one in runs.iterdir() if not one.name.startswith(".")]
    return folder


def test_paused_and_named_here_it_is_so_in_a_second_browser_and_goes_on_after_a_restart(
    chromium, tmp_path, visit, monkeypatch
):
    monkeypatch.setenv("MEDRNN_WARM", "1")
    runs, page = tmp_path / "runs", visit.page
    first = Server(runs)
    try:
        start(page, first.url, 6000)
        folder = only_run(runs)
        wait_for(lambda: observe(folder).told.steps)
        button(page, "Pause the run").click()
        expect(page.get_by_text("paused", exact=True)).to_be_visible(timeout=60_000)
        button(page, "Name and note").click()
        page.get_by_label("Title", exact=True).fill("The <b>first</b>")
        page.get_by_label("Note", exact=True).fill("Look at step 90")
        button(page, "Keep").click()
        expect(page.get_by_text("The <b>first</b>").first).to_be_visible()
        other = chromium.new_context().new_page()
        other.goto(page.url)
        expect(other.get_by_text("paused", exact=True)).to_be_visible(timeout=60_000)
        expect(other.get_by_text("Look at step 90").first).to_be_visible()
        other.context.close()
    finally:
        first.stop()
    steps = observe(folder).told.steps[-1].step
    second = Server(runs, first.port)
    try:
        page.goto(page.url)
        button(page, "Resume the run").click()
        expect(page.get_by_text("running", exact=True)).to_be_visible(timeout=90_000)
        wait_for(lambda: observe(folder).told.steps[-1].step > steps)
        button(page, "Stop the run").click()
        expect(page.get_by_text("stopped", exact=True).first).to_be_visible(timeout=60_000)
        button(page, "Change and run again").click()
        expect(page.locator("input[aria-label='Steps'][value='6000']")).to_be_visible(timeout=60_000)
        settle(page)  # what was there before is gone
        expect(page.get_by_label("Steps", exact=True)).to_have_value("6000")
    finally:
        second.stop()
    assert visit.outside == []


def test_the_zoom_stays_while_points_come_and_a_dead_run_is_said_with_what_to_do(chromium, tmp_path, visit):
    runs, page = tmp_path / "runs", visit.page
    server = Server(runs)
    try:
        start(page, server.url, 6000)
        shown, folder = page.locator(".curves"), only_run(runs)
        wait_for(lambda: len(observe(folder).told.steps) > 5)
        canvas = shown.locator("canvas").first
        page.wait_for_timeout(1_500)
        box = canvas.bounding_box()
        page.mouse.move(box["x"] + 80, box["y"] + 80)
        page.mouse.down()
        page.mouse.move(box["x"] + 160, box["y"] + 90, steps=4)
        page.mouse.up()
        expect(shown).not_to_have_attribute("data-zoom", "all")
        zoom, before = shown.get_attribute("data-zoom"), int(shown.get_attribute("data-points"))
        wait_for(lambda: int(shown.get_attribute("data-points")) > before + 3)
        assert shown.get_attribute("data-zoom") == zoom
        (pid,) = pids_of(folder)
        os.kill(pid, signal.SIGKILL)
        expect(page.get_by_text("resume it to go on").first).to_be_visible(timeout=10_000)
        expect(button(page, "Resume the run")).to_be_visible()
    finally:
        server.stop()
        for pid in pids_of(only_run(runs)):
            os.kill(pid, signal.SIGKILL)
