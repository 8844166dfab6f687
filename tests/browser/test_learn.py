"""A lesson in a real browser: a term is clicked, the question answered, the address copied."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
MEMORY_TERM = "products, one for each of the units of the memory"


def open_lesson(page, server, query):
    page.goto(f"{server.url}/learn?{query}")
    page.locator(".js-plotly-plot").first.wait_for(timeout=90_000)
    return page


def term(page, number):
    """The buttons below the equation: input term, memory term, bias, tanh."""
    return page.get_by_role("radiogroup", name="Take a term apart").get_by_role("radio").nth(number)


def test_a_click_on_a_term_shows_its_products_and_the_address_restores_them(server, visit):
    page = open_lesson(visit.page, server, "lesson=step")
    expect(page.get_by_text(re.compile("28 products, one for each of the values of the row"))).to_be_visible()
    expect(page.locator(".katex").first).to_be_visible()
    term(page, 1).click()
    expect(page.get_by_text(re.compile(f"128 {MEMORY_TERM}"))).to_be_visible()
    expect(page).to_have_url(re.compile("knobs=term%3Amemory"))
    said = page.get_by_text(re.compile(MEMORY_TERM)).inner_text()
    copied = page.url

    other = page.context.new_page()  # whoever gets the link
    other.goto(copied)
    expect(other.get_by_text(re.compile(MEMORY_TERM))).to_have_text(said, timeout=90_000)
    expect(term(other, 1)).to_be_checked()
    other.close()
    term(page, 3).click()
    expect(page.get_by_text(re.compile("The slope of tanh there is"))).to_be_visible()
    assert visit.errors == [] and visit.outside == []


def test_nothing_is_revealed_before_the_question_has_an_answer(server, visit):
    page = visit.page
    page.goto(f"{server.url}/learn")
    page.get_by_role("button", name="3. Why memory fades").click()
    expect(page.get_by_role("heading", name="3. Why memory fades")).to_be_visible()
    assert page.locator(".js-plotly-plot").count() == 0
    page.get_by_role("radio", name="About a tenth").check(force=True)
    said = page.get_by_test_id("stMarkdown").filter(has_text="Not so. Right is: Less than a ten-thousandth.")
    expect(said).to_be_visible()
    page.locator(".js-plotly-plot").first.wait_for(timeout=90_000)
    assert "lesson=fading" in page.url
    page.get_by_role("button", name="4. The gates of the LSTM").first.click()
    expect(page.get_by_role("heading", name="4. The gates of the LSTM")).to_be_visible()
    assert visit.errors == [] and visit.outside == []
