"""The guided tour: on the first visit, from stop to stop, and never again."""

import re

import pytest
from playwright.sync_api import expect

from medrnn.ui.tour import STOPS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


@pytest.fixture
def newcomer(chromium):
    context = chromium.first_visit(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def test_it_leads_through_every_page_and_shows_what_it_speaks_of(server, newcomer):
    page, card = newcomer, newcomer.locator(".tour")
    page.goto(server.url)
    expect(card).to_be_visible(timeout=60_000)
    for at, stop in enumerate(STOPS):
        expect(card.locator("h2")).to_have_text(stop.title)
        expect(page).to_have_url(f"{server.url}/" if at == 0 else _page(stop.page))
        if stop.target:
            expect(page.locator(stop.target).first).to_be_visible(timeout=60_000)
            expect(page.locator(".ring")).to_be_visible()
            box, ring = page.locator(stop.target).first.bounding_box(), page.locator(".ring").bounding_box()
            assert ring["x"] < box["x"] and ring["width"] > box["width"]
        card.locator(".next").click()
    expect(card).to_be_hidden()
    page.goto(f"{server.url}/models")
    expect(page.get_by_role("heading", name="Models")).to_be_visible()
    page.wait_for_timeout(1_500)
    expect(card).to_be_hidden()


def _page(name):
    return re.compile(rf"/{name}(\?|$)")


def test_who_skips_it_is_not_asked_again_but_can_ask(server, newcomer):
    page, card = newcomer, newcomer.locator(".tour")
    page.goto(f"{server.url}/about")
    expect(card).to_be_visible(timeout=60_000)
    card.get_by_role("button", name="Skip the tour").click()
    expect(card).to_be_hidden()
    page.reload()
    again = page.get_by_role("button", name="Take the tour")
    expect(again).to_be_visible(timeout=60_000)
    page.wait_for_timeout(1_500)
    expect(card).to_be_hidden()
    again.click()
    expect(card.locator("h2")).to_have_text(STOPS[0].title)
    card.get_by_role("button", name="Start").press("Escape")
    expect(card).to_be_hidden()


def test_on_a_phone_it_fits_and_hides_no_way_on(server, chromium):
    context = chromium.first_visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(server.url)
    card = page.locator(".tour")
    expect(card).to_be_visible(timeout=60_000)
    box = card.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] + box["height"] <= 844
    context.close()
