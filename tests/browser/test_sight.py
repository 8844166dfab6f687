"""Every page and closer look in a real browser: can it be read, reached and pressed, at every width and size."""

from pathlib import Path

import pytest

from tests.browser.places import PLACES, build_index, go, settle, train

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
SIGHT = Path(__file__).with_name("sight.js")
WIDTHS = (1400, 1024, 900, 390)
READABLE = 18  # pixels, from the back of a room


@pytest.fixture(scope="module")
def tour(chromium, server):
    """One page for all places, and the run that Train and Runs show."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, color_scheme="light")
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.add_init_script(path=SIGHT)
    run = train(page, server.url)
    build_index(page, server.url)
    yield page, run
    context.close()


def ask(page, question, where):
    """What is wrong, and still is a second later: on a busy machine a page moves for a while."""
    if page.evaluate(f"sight.{question}"):
        settle(page, 1_000)
    return [f"{where}: {said}" for said in page.evaluate(f"sight.{question}")]


def in_both_themes(page):
    found = ask(page, "contrasts()", "light")
    page.emulate_media(color_scheme="dark")
    settle(page)
    found += ask(page, "contrasts()", "dark")
    page.emulate_media(color_scheme="light")
    return found


def at_every_width(page):
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        found += ask(page, "places()", f"{width} px wide")
    return found


def at_presentation_size(page):
    page.set_viewport_size({"width": 1024, "height": 768})
    page.get_by_text("Presentation size").click()
    page.locator("[data-testid=stSidebar][data-collapsed=true]").wait_for(state="attached")
    settle(page)
    assert "size=large" in page.url
    page.evaluate("sight.forget()")  # what canvases said before
    for width in (1000, 1024):
        page.set_viewport_size({"width": width, "height": 768})
        settle(page)
    return ask(page, f"sizes({READABLE})", "presentation size") + ask(page, "places()", "presentation size")


@pytest.mark.parametrize("name", PLACES)
def test_all_can_be_read_and_nothing_is_cut(tour, server, name):
    page, run = tour
    page.set_viewport_size({"width": 1400, "height": 900})
    go(page, server.url, name, run)
    if name == "whatif":
        page.get_by_role("button", name="Add it").click()
        page.locator(".js-plotly-plot").nth(2).wait_for()
        settle(page)
    found = in_both_themes(page) + at_every_width(page) + at_presentation_size(page)
    assert not found, f"{len(found)} on {name}:\n" + "\n".join(found)


def test_the_presentation_size_comes_with_the_address_and_can_be_left(tour, server):
    page, _ = tour
    page.set_viewport_size({"width": 1400, "height": 900})
    page.goto(f"{server.url}/about?size=large")
    page.locator(".katex").first.wait_for()
    settle(page)
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "22px"
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Models").click()
    page.get_by_role("heading", name="Models", level=1).wait_for()
    settle(page)
    assert "size=large" in page.url  # it is kept from page to page
    if page.get_by_test_id("stExpandSidebarButton").is_visible():
        page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_text("Presentation size").click()
    settle(page, 1_000)
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "15px"
    assert "size" not in page.url
