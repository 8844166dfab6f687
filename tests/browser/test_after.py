"""The figures of a shipped model in a real browser: a cell lists its images, one opens, the threshold moves a point."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.places import settle

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
MODEL = "pneumonia-rnn-forward"


def opened(visit, server):
    page = visit.page
    page.goto(f"{server.url}/models?model={MODEL}")
    expect(page.get_by_role("heading", name="Its worst mistakes")).to_be_visible(timeout=120_000)
    settle(page)
    return page


def point(page, name):
    """Where the mark of the threshold lies on a curve, in the units of its axes."""
    return page.locator(f".st-key-after__figure-{name}-{MODEL} .js-plotly-plot").evaluate(
        "node => [node.data[2].x[0], node.data[2].y[0]]"
    )


def test_a_click_into_the_matrix_lists_images_and_one_opens_on_memory(server, visit):
    page = opened(visit, server)
    matrix = page.locator(f".st-key-after__figure-confusion-{MODEL} .js-plotly-plot")
    matrix.scroll_into_view_if_needed()
    box = matrix.locator(".nsewdrag").bounding_box()
    page.mouse.click(
        box["x"] + box["width"] / 4, box["y"] + 3 * box["height"] / 4
    )  # labelled pneumonia, normal
    words = page.get_by_text(re.compile(r"^\d+ images? labelled pneumonia, answered normal$"))
    expect(words).to_be_visible()
    settle(page)
    tiles = page.locator(".st-key-after-cell").get_by_role("button")
    assert tiles.count() == min(20, int(words.inner_text().split()[0]))
    tiles.nth(1).click()
    expect(page.get_by_text(re.compile(r"^Pneumoniamnist test [\d,]+, labelled pneumonia$"))).to_be_visible()
    settle(page)
    page.locator(".st-key-after__go-cell-memory").get_by_role("button").click()
    page.wait_for_url("**/memory**", timeout=60_000)
    expect(page.locator(".player")).to_be_visible(timeout=60_000)
    study = page.get_by_test_id("stSidebar").get_by_role("combobox").first
    expect(study).to_have_value(re.compile(r"pneumoniamnist test \d+, labelled pneumonia"))
    assert not visit.errors and not visit.outside


def test_the_keys_of_the_slider_move_both_points_and_the_sentence(server, visit):
    page = opened(visit, server)
    before = point(page, "roc"), point(page, "precision-recall")
    slider = page.locator(f".st-key-after__threshold-1-{MODEL}").get_by_role("slider")
    slider.focus()
    slider.press("Home")
    expect(page.get_by_text("sensitivity 100.0 % (")).to_be_visible()
    settle(page)
    assert page.url.endswith("threshold=0")
    assert point(page, "roc") == [1, 1] and point(page, "precision-recall")[0] == 1
    assert (point(page, "roc"), point(page, "precision-recall")) != before
    page.get_by_role("button", name="Take ").click()
    expect(page.get_by_text("sensitivity 100.0 % (")).to_be_hidden()
    assert not visit.errors and not visit.outside
