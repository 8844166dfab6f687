"""Compare, a data set, in a real browser: a click in the table opens that image, also when it was sorted; and the
HTML file draws its figures offline and asks nothing.
"""

import csv
import re

import pytest
from playwright.sync_api import TimeoutError, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
LINK = "/compare?mode=set&data=pneumoniamnist&models=pneumonia-rnn-forward,pneumonia-gru-forward"
ROW = 46


def opened(visit, server):
    page = visit.page
    page.goto(f"{server.url}{LINK}")
    expect(page.get_by_role("heading", name="Every image")).to_be_visible(timeout=90_000)
    settled(page)
    return page


def settled(page):
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=60_000
    )


def go_on_to(page, name):
    """Press the way to a page until it opens: a press that meets a redraw of the page is lost."""
    for _ in range(4):
        settled(page)
        page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True).click()
        try:
            return page.wait_for_url(f"**/{name.lower()}**", timeout=15_000)
        except TimeoutError:
            continue
    raise AssertionError(f"the page {name} does not open")


def images_of(page):
    """Where the table lies, once it has come to rest: figures above it come late on a busy machine."""
    table, before = page.get_by_test_id("stDataFrame").last, None
    for _ in range(40):
        table.scroll_into_view_if_needed()
        now = table.bounding_box()
        if now == before:
            return now
        before = now
        page.wait_for_timeout(700)
    raise AssertionError("the table does not come to rest")


def downloaded(page, name, path):
    with page.expect_download(timeout=60_000) as started:
        page.get_by_role("button", name=name).click()
    started.value.save_as(path)
    return path


def test_a_click_opens_the_image_of_the_row_also_where_the_reader_sorted(server, visit):
    page = opened(visit, server)
    box = images_of(page)
    page.mouse.click(box["x"] + 250, box["y"] + 2.5 * ROW)
    expect(page.get_by_text("Pneumoniamnist test 2, labelled")).to_be_visible()
    for _ in range(2):  # the largest number on top
        box = images_of(page)
        page.mouse.click(box["x"] + 170, box["y"] + 18)
        page.wait_for_timeout(700)
    page.mouse.click(box["x"] + 250, box["y"] + 1.5 * ROW)
    expect(page.get_by_text("Pneumoniamnist test 624, labelled")).to_be_visible()
    go_on_to(page, "Memory")
    expect(page.locator(".player")).to_be_visible(timeout=60_000)
    study = page.get_by_test_id("stSidebar").get_by_role("combobox").first
    expect(study).to_have_value(re.compile("pneumoniamnist test 624, labelled"))
    assert not visit.errors and not visit.outside


def test_the_one_file_draws_its_figures_offline_and_asks_nothing(server, visit, chromium, tmp_path):
    page = opened(visit, server)
    report = downloaded(page, "One file (HTML)", tmp_path / "report.html")
    table = downloaded(page, "Images (CSV)", tmp_path / "images.csv")
    lines = [line for line in table.read_text().splitlines() if not line.startswith("# ")]
    rows = list(csv.DictReader(lines))
    disagree = [row for row in rows if row["agree"] == "no"]
    context = chromium.new_context(offline=True)
    alone, asked, errors = context.new_page(), [], []
    alone.on("request", lambda request: asked.append(request.url))
    alone.on("console", lambda message: errors.append(message.text))
    alone.on("pageerror", lambda error: errors.append(str(error)))
    alone.goto(report.as_uri())
    expect(alone.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    assert alone.locator(".js-plotly-plot").count() == 3
    assert alone.locator("#figure-roc .scatterlayer .trace").count() == 3  # two models and chance
    expect(alone.locator("#count")).to_have_text(f"{len(rows)} of {len(rows)} images")
    alone.select_option("#show", "disagree")
    expect(alone.locator("#count")).to_have_text(f"{len(disagree)} of {len(rows)} images")
    for _ in range(2):
        alone.get_by_role("button", name="Number").click()
    first = alone.locator("#images tbody tr:visible").first
    expect(first).to_have_attribute("data-number", str(int(disagree[-1]["index"]) + 1))
    picture = first.locator("img")
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 28
    assert [url for url in asked if not url.startswith("data:")] == [report.as_uri()] and not errors
    context.close()
