"""A visitor's own data in a real browser: a zip dropped, counted, looked at, learnt from, deleted; Cancel meanwhile."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from medrnn.imaging.guard import batch as guard
from tests.browser.conftest import Server, Visit
from tests.pages.test_data import class_folders, pack, png

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


@pytest.fixture
def fresh(tmp_path):
    made = Server(tmp_path / "runs")
    yield made
    made.stop()


@pytest.fixture
def visit(chromium):
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(60_000)
    yield Visit(context)
    context.close()


def drop(page, data, name="Meier^Anna.zip"):
    page.locator("input[type=file]").first.set_input_files(
        [{"name": name, "mimeType": "application/zip", "buffer": data}]
    )


def test_a_zip_is_counted_looked_at_learnt_from_and_deleted(fresh, visit, tmp_path, rng):
    page = visit.page
    page.goto(f"{fresh.url}/data")
    expect(page.get_by_text("No data yet")).to_be_visible(timeout=60_000)
    drop(page, b"PK\3\4 no zip", "bad.zip")
    expect(page.get_by_text("Expected a whole zip file")).to_be_visible(timeout=60_000)
    drop(page, class_folders(rng))
    expect(page.get_by_text(re.compile("17 images, 28 x 28 pixels, grey, 2 classes"))).to_be_visible(
        timeout=60_000
    )
    expect(page.get_by_text("Left out: 1 file that is no image.")).to_be_visible()
    expect(page.get_by_text("Expected a whole zip file")).to_have_count(0)
    page.locator(".st-key-data__figure-class-counts .js-plotly-plot").wait_for()
    folder = tmp_path / "runs" / ".own"
    assert len(list(folder.iterdir())) == 1

    page.locator("[class*=st-key-data-wall-0] button").first.click()
    expect(page.locator(".viewer[data-loaded] canvas").first).to_be_visible()
    expect(
        page.get_by_text(re.compile("Own data [0-9a-f]{6} train [0-9]+, labelled ill")).first
    ).to_be_visible()

    page.get_by_role("button", name="Train on this").click()
    expect(page.get_by_role("heading", name="Train", level=1)).to_be_visible()
    expect(page.get_by_role("combobox", name="Data")).to_have_value(re.compile("Own data [0-9a-f]{6}"))
    expect(page.get_by_role("button", name="Start training")).to_be_enabled()

    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Data", exact=True).click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("No data yet")).to_be_visible()
    assert list(folder.iterdir()) == []
    assert "Meier" not in fresh.log.read_text() and "Doe" not in fresh.log.read_text()
    assert visit.errors == [] and visit.outside == []


@pytest.mark.skipif(not guard.IS_AVAILABLE, reason="guarded decoding needs Linux")
def test_a_press_of_cancel_ends_the_reading_and_keeps_nothing(fresh, visit, tmp_path):
    image = png(np.random.default_rng(0).integers(0, 256, (150, 150), np.uint8))
    data = pack(**{f"{'ab'[k % 2]}__{k}.png": image for k in range(1500)})
    page = visit.page
    page.goto(f"{fresh.url}/data")
    expect(page.get_by_text("No data yet")).to_be_visible(timeout=60_000)
    drop(page, data)
    expect(page.get_by_text(re.compile(r"File \d+ of 1500"))).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Cancel").click()
    expect(
        page.get_by_text(re.compile(r"Cancelled. Files of it that had been read: \d+, dropped"))
    ).to_be_visible()
    expect(page.get_by_text("No data yet")).to_be_visible()
    assert not (tmp_path / "runs" / ".own").exists()
