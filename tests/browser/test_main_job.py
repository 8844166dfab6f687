"""The whole main job in a real browser: open, read, memory, map, train, reload, restart."""

import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
SAMPLES = ROOT / "assets" / "samples"
SAID = "Research and teaching only, not for diagnosis"
NAVIGATION = ("Open", "Read", "Memory", "Map", "Data", "Train", "Runs", "Compare", "Learn", "Models", "About")


def go(page, name):
    """To another page, once this one is drawn: a click made before is lost."""
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=60_000
    )
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible(timeout=60_000)
    expect(page.get_by_text(SAID).first).to_be_visible()


def points(page):
    return int(page.locator("[data-points]").first.get_attribute("data-points") or 0)


def test_the_main_job(server, visit):
    page = visit.page
    page.goto(server.url)
    expect(page.get_by_text("No image yet")).to_be_visible(timeout=60_000)

    # Open: a real DICOM file without an extension
    page.locator("input[type=file]").first.set_input_files(
        {"name": "IM000001", "mimeType": "", "buffer": (SAMPLES / "ct-small.dcm").read_bytes()}
    )
    expect(page.get_by_text("128 rows x 128 columns")).to_be_visible(timeout=60_000)
    viewer = page.locator(".viewer canvas").first
    expect(viewer).to_be_visible()
    viewer.hover()
    expect(page.locator(".viewer output").first).to_contain_text("HU")

    # a wrong file: one sentence, the study before still there
    page.locator("input[type=file]").first.set_input_files(
        {"name": "a.dcm", "mimeType": "", "buffer": b"no image"}
    )
    expect(page.get_by_test_id("stAlert").first).to_be_visible()
    expect(page.get_by_text("128 rows x 128 columns")).to_be_visible()

    # Read: three cells answer in one picture, and the CT slice is of another kind
    go(page, "Read")
    beside = page.locator(".js-plotly-plot .annotation")
    expect(beside.filter(has_text="PneumoniaMNIST")).to_have_count(3, timeout=60_000)  # their titles
    expect(beside.filter(has_text="Not what pneumonia")).to_have_count(1)  # the sentence below them
    expect(page.get_by_text("its modality is CT").first).to_be_visible()

    # Memory: a step marks the image, a click on the image picks the step
    go(page, "Memory")
    player = page.locator(".player[data-step]")
    expect(player).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="One step back").click()
    expect(page.locator(".player[data-step='26']")).to_be_visible()
    expect(page.get_by_text("Step 27 is chosen")).to_be_visible()
    scan = page.locator(".player canvas.scan")
    box = scan.bounding_box()
    scan.click(position={"x": box["width"] / 2, "y": box["height"] * 10.5 / 28})
    expect(page.locator(".player[data-step='10']")).to_be_visible()
    expect(page.get_by_text("Step 11 is chosen")).to_be_visible()
    expect(
        page.get_by_text(re.compile(r"agrees with torch's own run \(the fused LSTM\) to \de-0[6-9]"))
    ).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Trace (NPZ)").click()
    with np.load(download.value.path()) as arrays:
        assert arrays["layer1/forward/C"].shape == (28, 128)
        assert arrays["error"] < 1e-5
    with page.expect_download() as download:
        page.get_by_role("button", name="Save picture").click()
    with Image.open(download.value.path()) as picture:
        assert min(picture.size) > 600

    # Map
    go(page, "Map")
    expect(page.get_by_text("Left unexplained").first).to_be_visible(timeout=60_000)
    expect(page.locator(".maps canvas").first).to_be_visible()

    # Train: at least three different points of the curve before the run ends
    go(page, "Train")
    page.get_by_label("Steps", exact=True).fill("900")
    page.get_by_label("Steps", exact=True).press("Enter")
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("running", exact=True)).to_be_visible(timeout=90_000)
    seen = set()
    for _ in range(240):
        seen.add(points(page))
        if len(seen - {0}) >= 3:
            break
        page.wait_for_timeout(250)
    assert len(seen - {0}) >= 3, seen
    expect(page.get_by_text("running", exact=True)).to_be_visible()

    # a reload of the page still shows it
    page.reload()
    expect(page.locator("[data-points]").first).to_be_visible(timeout=60_000)
    assert points(page) >= max(seen)
    page.get_by_role("button", name="Stop the run").click()
    expect(page.get_by_text("stopped", exact=True).first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("On the test split")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Use this model").click()

    go(page, "Models")
    expect(page.get_by_text("This run was stopped before its last epoch").first).to_be_visible(timeout=60_000)
    go(page, "Runs")
    expect(page.get_by_text("stopped", exact=True).first).to_be_visible(timeout=60_000)
    go(page, "About")

    assert visit.outside == []
    assert visit.errors == []


def test_a_run_goes_on_when_the_server_is_started_again(chromium, tmp_path, visit):
    runs = tmp_path / "runs"
    first = Server(runs)
    page = visit.page
    try:
        page.goto(f"{first.url}/train")
        page.get_by_label("Steps", exact=True).fill("4000")
        page.get_by_label("Steps", exact=True).press("Enter")
        page.get_by_role("button", name="Start training").click()
        expect(page.get_by_text("running", exact=True)).to_be_visible(timeout=90_000)
        expect(page).to_have_url(re.compile(r"run="))
        address = page.url
    finally:
        first.stop()
    second = Server(runs, first.port)
    try:
        page.goto(address)
        expect(page.get_by_text("running", exact=True)).to_be_visible(timeout=60_000)
        expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible()
        page.get_by_role("button", name="Stop the run").click()
        expect(page.get_by_text("stopped", exact=True).first).to_be_visible(timeout=60_000)
    finally:
        second.stop()


def test_a_deep_link_first_on_a_fresh_server_brings_the_whole_frame(chromium, tmp_path, visit):
    server = Server(tmp_path / "runs")
    try:
        visit.page.goto(
            f"{server.url}/memory?sample=chest-child-pneumonia-1&model=pneumonia-gru-forward&step=9"
        )
        expect(visit.page.locator(".player[data-step='8']")).to_be_visible(timeout=90_000)
        links = visit.page.get_by_test_id("stSidebarNav").get_by_role("link")
        expect(links).to_have_text([re.compile(name) for name in NAVIGATION])
        assert visit.outside == []
        assert visit.errors == []
    finally:
        server.stop()
